// SPDX-License-Identifier: Apache-2.0
// From one rule set to the next: spec/time.md section 8. The first rules of a new engine come in
// the same way, from none.
#include <algorithm>
#include <charconv>
#include <utility>

#include "rules/alarm/math_plan.hpp"
#include "rules/alarm/reason.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

bool is_literal_not_below_zero(const std::string& value) {
  double number = -1;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() && number >= 0;
}

bool never_below_zero(const MetricFilter& f) {
  if (f.default_value && *f.default_value < 0) return false;
  return is_literal_not_below_zero(f.value) || (f.minimum && *f.minimum >= 0);
}

// A renamed short form keeps its metric in all but the name.
bool is_another_condition(const Alarm& before, const Alarm& now) {
  Alarm same = now;
  if (now.anchor == Anchor::event) same.metric_name = before.metric_name;
  return condition_of(before) != condition_of(same);
}

}  // namespace

void Engine::State::reconcile(std::shared_ptr<const RuleSet> next,
                              std::shared_ptr<const AlarmIndex> next_index, Recorder& to) {
  for (AlarmBook& book : books) book.leave_clock();
  composites.clear(books);
  take_names(*next, to);
  publishers = filters_by_metric(*next);
  forget_changed_metrics();
  std::map<std::string, std::uint64_t> counted;
  for (std::size_t i = 0; i < matched.size(); ++i) counted[rules->filters[i].name] = matched[i];
  rules = std::move(next);
  alarm_index = std::move(next_index);
  matched.clear();
  for (const MetricFilter& f : rules->filters) matched.push_back(counted[f.name]);
  build_groups(*rules);
  update_books(*rules, to);
  desk.use_rules(rules, to);
  composites.build(books);
  build_metrics();
  route();
  start_books(to);
  link_clocks();
  bind_suppressors(to);
  composites.begin_timelines();
  run_composites(to);
}

// Renames, and goodbyes by the old rules.
void Engine::State::take_names(const RuleSet& next, Recorder& to) {
  std::set<std::string> wanted;
  for (const Alarm& a : next.alarms) wanted.insert(a.name);
  for (const Alarm& a : next.alarms) {
    if (a.was.empty() || wanted.contains(a.was) || books.contains(a.name)) continue;
    std::unique_ptr<AlarmBook> book = books.take(a.was);
    if (!book) continue;
    forget_rows(*book);
    desk.rename(a.was, a.name);
    Alarm renamed = *book->spec;
    renamed.name = a.name;
    book->spec = std::make_shared<const Alarm>(std::move(renamed));
    book->dirty = true;
    mark_dirty(*book);
    for (const auto& [id, entry] : book->keys()) {
      entry->status_dirty = true;
      mark_dirty(*entry);
    }
    if (book->whole) {
      book->whole->status.alarm = a.name;
      book->whole->dirty = true;
    }
    books.insert(std::move(book));
  }
  std::vector<std::string> gone;
  for (const AlarmBook& book : books)
    if (!wanted.contains(book.spec->name)) gone.push_back(book.spec->name);
  for (const std::string& name : gone) remove_alarm(name, to);
}

void Engine::State::close_key(KeyEntry& entry, const char* reason, Recorder& to) {
  AlarmBook& book = *entry.book;
  const Instant w = watermark_of(clock_for(groups_of(*book.spec)));
  if (entry.state() == AlarmState::alarm) {
    const RuleSet old = rules_of(*book.spec, *rules);
    const AlarmIndex old_index(old);
    Recorder by = to.by(old_index);
    // An early breach may lie ahead of the watermark; its end does not come before it.
    by.closed(entry, std::max(w, entry.since().value_or(kNoTime)), reason);
  }
  if (const ActionName name{entry.book->spec->name, entry.id()}; desk.knows(name)) {
    const RuleSet old = rules_of(*entry.book->spec, *rules);
    const AlarmIndex old_index(old);
    Recorder by = to.by(old_index);
    desk.forget(name, by);
  }
  remove_key(entry);
  settled(book, w, to);
}

void Engine::State::remove_alarm(const std::string& name, Recorder& to) {
  AlarmBook& book = books.at(name);
  const AlarmStatus last = book.status();
  while (!book.keys().empty()) close_key(book.keys().front(), kReasonDeleted, to);
  to.configured(ConfigurationChange::deleted, *book.spec, last);
  gone_rows.push_back({"alarm", name, std::nullopt});
  if (book.whole) removed_keys.emplace_back(name, AlarmKey{});
  if (book.listed) dirty_books[book.dirty_place] = nullptr;
  keys_dropped.erase(name);
  books.take(name);
}

// Datapoints stay as long as what they are made of stays the same.
void Engine::State::forget_changed_metrics() {
  MetricDatapoints wanted;
  for (const auto& [name, filters] : publishers) wanted[name] = datapoints_of(filters);
  for (const auto& [name, made_of] : wanted) {
    const auto known = metric_datapoints.find(name);
    metrics_dirty = metrics_dirty || known == metric_datapoints.end() || known->second != made_of;
  }
  for (const auto& [name, made_of] : metric_datapoints) {
    const auto same = wanted.find(name);
    if (same == wanted.end() || same->second != made_of) store.remove_metric(name);
    if (same == wanted.end()) gone_rows.push_back({"metric", name, std::nullopt});
  }
  metric_datapoints = std::move(wanted);
}

void Engine::State::build_groups(const RuleSet& next) {
  std::set<std::string> wanted;
  for (const LogGroup& g : next.log_groups) {
    wanted.insert(g.name);
    std::unique_ptr<GroupState>& group = groups[g.name];
    if (!group) group = std::make_unique<GroupState>(g);
    group->spec = g;
    group->watermark.configure(g.lateness, g.max_stall);
    group->default_filters.clear();
  }
  for (auto at = groups.begin(); at != groups.end();) {
    if (wanted.contains(at->first)) {
      ++at;
      continue;
    }
    forget_rows(at->first, *at->second);
    std::erase_if(clocks, [&](const auto& c) { return c.first.contains(at->first); });
    at = groups.erase(at);
  }
  for (std::size_t i = 0; i < next.filters.size(); ++i) {
    const auto group = groups.find(next.filters[i].log_group);
    if (next.filters[i].default_value && group != groups.end())
      group->second->default_filters.push_back(i);
  }
  for (auto& [name, group] : groups) {
    group->clock = &clock_for({name});
    group->repeats.set_age(days{7});
  }
}

void Engine::State::configure(AlarmBook& book, std::shared_ptr<const Alarm> spec) {
  book.spec = std::move(spec);
  const Alarm& alarm = *book.spec;
  if (alarm.group_by.empty()) book.whole.reset();
  if (!alarm.group_by.empty() && !book.whole) {
    book.whole = std::make_unique<AlarmBook::Whole>();
    book.whole->status = {alarm.name, {}, book.overall(), kReasonCreated, {}, kNoTime, {}, {}};
  }
  book.maths = alarm.maths ? math_spec(alarm) : nullptr;
  book.long_spec = nullptr;
  if (book.is_composite()) return;
  Duration lateness{}, max_age{};
  for (const std::string& name : groups_of(alarm)) {
    const LogGroup& g = groups.at(name)->spec;
    lateness = std::max(lateness, options.replay ? Duration{0} : g.lateness);
    max_age = std::max(max_age, g.max_age);
  }
  const auto filters = publishers_of(metric_of(alarm));
  const bool nonnegative = std::all_of(filters.begin(), filters.end(),
                                       [](const auto* f) { return never_below_zero(*f); });
  if (book.is_short()) {
    const ShortFormSpec spec_now{alarm.statistic,
                                 alarm.comparison,
                                 alarm.threshold,
                                 alarm.period,
                                 lateness,
                                 max_age,
                                 nonnegative,
                                 !alarm.group_by.empty(),
                                 options.keep_values || !alarm.statistic.simple()};
    // In place: the keys' machines go by it.
    if (book.short_spec)
      *book.short_spec = spec_now;
    else
      book.short_spec = std::make_unique<ShortFormSpec>(spec_now);
    return;
  }
  LongFormSpec spec_now = LongFormSpec::of(alarm, lateness, nonnegative);
  spec_now.work = &work;
  if (book.maths) spec_now.look_back = static_cast<int>(book.maths->plan.look_back);
  book.long_spec = &long_specs.share(spec_now);
  for (const auto& [id, entry] : book.keys())
    if (entry->long_form() != nullptr)
      entry->long_form()->respecify(*book.long_spec, alarm.threshold);
}

void Engine::State::update_books(const RuleSet& next, Recorder& to) {
  std::uint32_t order = 0;
  std::vector<const AlarmBook*> made;
  for (const Alarm& alarm : next.alarms) {
    std::shared_ptr<const Alarm> spec(rules, &alarm);
    AlarmBook* book = books.find(alarm.name);
    if (book == nullptr) {
      auto fresh = std::make_unique<AlarmBook>();
      configure(*fresh, std::move(spec));
      book = &books.insert(std::move(fresh));
      book->dirty = true;
      mark_dirty(*book);
      book->datapoints = datapoints_of_alarm(alarm);
      made.push_back(book);
    } else {
      update_book(*book, std::move(spec), to);
    }
    if (book->whole && book->whole->status.updated_at == Instant{})
      book->whole->status.updated_at = to.now();
    book->order = order++;
  }
  // Of a replay nobody keeps the history.
  if (options.replay && !next.event_bus) return;
  // Apart: what is told in passing must not lie scattered between what stays in memory.
  for (const AlarmBook* book : made) {
    AlarmStatus fresh = book->status();
    fresh.updated_at = to.now();
    to.configured(ConfigurationChange::created, *book->spec, fresh);
  }
}

void Engine::State::update_book(AlarmBook& book, std::shared_ptr<const Alarm> next, Recorder& to) {
  const Alarm& alarm = *next;
  const std::shared_ptr<const Alarm> old = book.spec;
  const Alarm& before = *old;
  const Shared<std::string> datapoints = datapoints_of_alarm(alarm);
  const bool emptied = datapoints != book.datapoints;
  const bool edited = !is_same_row(before, alarm) && encode_alarm(before) != encode_alarm(alarm);
  // The condition is a part of that.
  const bool judged = emptied || (edited && is_another_condition(before, alarm));
  if (edited) {
    book.dirty = true;
    to.configured(ConfigurationChange::updated, alarm, book.status(), &before);
  }
  if (before.group_by != alarm.group_by)
    while (!book.keys().empty()) close_key(book.keys().front(), kReasonKeyRemoved, to);
  configure(book, std::move(next));
  book.dirty = book.dirty || emptied;
  book.datapoints = datapoints;
  book.rejudge = judged;
  if (book.dirty || (book.whole && book.whole->dirty)) mark_dirty(book);
  const auto kind = [](const Alarm& a) { return a.composite ? -1 : a.anchor == Anchor::event; };
  for (const auto& [id, entry] : book.keys()) {
    if (judged) mark_dirty(*entry);  // whether or not it is judged at once
    if (kind(before) != kind(alarm)) {
      forget_cells(*entry);
      const AlarmState state = entry->machine->state();
      unwatch_series(*entry);
      make_machine(book, *entry, kNoTime);
      entry->machine->assume(state, watermark_of(clock_for(groups_of(alarm))));
    } else if (book.is_short()) {
      const Instant w = watermark_of(clock_for(groups_of(alarm)));
      entry->short_form()->respecified();
      if (emptied) entry->short_form()->clear_samples();
      if (w != kNoTime && (emptied || alarm.period > before.period))
        entry->short_form()->restart_absence(w);
    }
  }
}

void Engine::State::start_books(Recorder& to) {
  std::set<const LongFormSpec*> used;
  for (AlarmBook& book : books) {
    EventClock& clock = clock_for(groups_of(*book.spec));
    const Instant w = clock.watermark;
    if (!book.is_short() && !book.is_composite()) bind_series(book);
    used.insert(book.long_spec);
    if (book.spec->group_by.empty() && book.keys().empty()) {
      KeyEntry& made = make_key(book, {}, kNoTime, to);
      Changes changes;
      if (w != kNoTime) made.machine->begin(w, changes);
      record(made, changes, to, false);
    }
    if (book.is_composite()) {
      if (w != kNoTime) composites.want(book, w, book.rejudge);
    } else if (book.rejudge && w != kNoTime) {
      std::vector<KeyEntry*> entries;
      for (const auto& [id, entry] : book.keys()) entries.push_back(entry.get());
      for (KeyEntry* entry : entries) {
        Changes changes;
        entry->machine->rejudge(w, changes);
        record(*entry, changes, to, false);
      }
    }
    // A repeat must be known for as long as its first delivery can count.
    if (!book.is_composite()) {
      const Duration reach = book.is_short() ? book.short_spec->oldest() : book.long_spec->oldest();
      for (const std::string& group : groups_of(*book.spec))
        groups.at(group)->repeats.raise_age(reach);
    }
    book.rejudge = false;
    book.enter_clock(clock);
    for (const auto& [id, entry] : book.keys()) note_evaluation(*entry);
    settled(book, w, to);
  }
  count_evaluations();
  store.order_watchers();
  long_specs.sweep(used);
}

}  // namespace tocsin
