// SPDX-License-Identifier: Apache-2.0
// Watermarks of groups -> clocks of alarms, and everything that falls due on the way, in order.
#include <algorithm>

#include "rules/engine/alarm_row.hpp"
#include "rules/engine/state.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

Instant Engine::State::watermark_of(const EventClock& clock) const {
  if (options.replay) return merged.watermark();
  Instant least = clock.groups.empty() ? kNoTime : kNever;
  for (const std::string& g : clock.groups)
    least = std::min(least, groups.at(g)->watermark.watermark());
  return least;
}

// In replay all groups are read in one order, so that one clock serves all alarms.
EventClock& Engine::State::clock_for(std::set<std::string> names) {
  if (options.replay) names.clear();
  std::unique_ptr<EventClock>& clock = clocks[names];
  if (!clock) {
    clock = std::make_unique<EventClock>();
    clock->groups = std::move(names);
    clock->watermark = watermark_of(*clock);
  }
  return *clock;
}

void Engine::State::run_if_moved(EventClock& clock, Recorder& to) {
  const Instant w = watermark_of(clock);
  if (w > clock.watermark) run(clock, w, to);
}

// A group's own clock comes first: it publishes the default values that alarms over several groups
// see.
void Engine::State::run_clocks(const GroupState& moved, Recorder& to) {
  for (EventClock* clock : moved.clocks) run_if_moved(*clock, to);
}

void Engine::State::run_all_clocks(Recorder& to) {
  for (auto& [name, group] : groups) run_if_moved(*group->clock, to);
  for (auto& [names, clock] : clocks) run_if_moved(*clock, to);
}

void Engine::State::begin(EventClock& clock, Instant w, Recorder& to) {
  const bool first = clock.watermark == kNoTime;
  if (first) clock.watermark = w;
  bool anew = false;
  for (GroupState* group : clock.owners) anew = std::exchange(group->listens_anew, false) || anew;
  if (!first && !anew) return;
  for (AlarmBook& book : books) {
    if (book.clock != &clock) continue;
    if (book.is_composite()) composites.want(book, w, false);
    for (const auto& [id, entry] : book.keys()) {
      Changes changes;
      if (first) entry->machine->begin(w, changes);
      if (anew && entry->short_form() != nullptr) entry->short_form()->restart_absence(w);
      record(*entry, changes, to, false);
    }
  }
}

Instant Engine::State::next_minute(const EventClock& clock) const {
  Instant least = kNever;
  for (const GroupState* group : clock.owners) least = std::min(least, group->defaults.due());
  return least;
}

void Engine::State::publish_defaults(const EventClock& clock, Instant w, Recorder& to) {
  for (GroupState* group : clock.owners) {
    while (group->defaults.due() <= w) {
      const Instant minute = group->defaults.publish_next();
      for (const std::size_t index : group->default_filters) {
        const MetricFilter& filter = rules->filters[index];
        if (!group->defaults.at(minute).matched.contains(filter.name)) publish(filter, minute, to);
      }
    }
  }
}

void Engine::State::publish(const MetricFilter& filter, Instant minute, Recorder& to) {
  const MetricState& metric = metrics.at(metric_name(filter.metric_namespace, filter.metric_name));
  for (const std::string& unit : {std::string(), filter.unit}) {
    const std::string id = series_id(metric.name, unit, true, {});
    StoredSeries* s = unit.empty() ? store.kept(id, metric.shape) : store.find(id);
    if (s == nullptr) continue;
    // A key that is forgotten leaves the list.
    const std::vector<KeyEntry*> watchers = s->watchers;
    // The minute ends at this very instant and is closed after it, also by an alarm at rest.
    for (KeyEntry* entry : watchers)
      entry->long_form()->catch_up(entry->book->clock->watermark - Duration{1});
    s->series.add_default(minute, filter.name, *filter.default_value);
    store.touched(*s);
    for (KeyEntry* entry : watchers) {
      Changes changes;
      if (entry->maths() != nullptr) entry->maths()->source.changed(minute);
      ++work.touched;
      entry->long_form()->sampled(minute, entry->book->clock->watermark, changes);
      record(*entry, changes, to, false);
    }
  }
}

void Engine::State::retract(const MetricFilter& filter, Instant minute) {
  const std::string name = metric_name(filter.metric_namespace, filter.metric_name);
  for (const std::string& unit : {std::string(), filter.unit}) {
    const std::string id = series_id(name, unit, true, {});
    StoredSeries* s = store.find(id);
    if (s != nullptr && s->series.retract_default(minute, filter.name)) store.touched(*s);
  }
}

void Engine::State::run(EventClock& clock, Instant w, Recorder& to) {
  begin(clock, w, to);
  for (;;) {
    const Instant alarm = clock.due.next();
    const Instant minute = next_minute(clock);
    const Instant next = std::min(alarm, minute);
    if (next > clock.watermark) {
      // What is over is told before something new is shown.
      run_timelines(to);
      if (composites.is_due()) run_composites(to);
    }
    if (options.replay) catch_up_composites(next, w, to);
    if (next > w) break;
    if (options.replay) run_wall(next, to);
    clock.watermark = std::max(clock.watermark, next);
    if (minute <= alarm) {
      publish_defaults(clock, minute, to);
      continue;
    }
    KeyEntry& entry = clock.due.first();
    // What its machine judges at this instant comes before what a person had set, and before the
    // end of a quiet time.
    const bool judge = entry.machine->due() <= alarm;
    if (judge) {
      Changes changes;
      ++work.touched;
      entry.machine->advance(alarm, changes);
      TOCSIN_ASSERT(entry.machine->due() > alarm);
      if (!record(entry, changes, to, false)) continue;
    }
    if (entry.overlay) end_overlay(entry, clock.watermark, to);
  }
  clock.watermark = w;
  if (options.replay) run_wall(w, to);
  forget_old(clock, w);
}

EvaluationState Engine::State::evaluation_of(const AlarmBook& book) const {
  const bool in_graph = book.is_composite() && book.role != nullptr;
  if (in_graph && composites.nodes()[*book.role->place].frozen)
    return EvaluationState::evaluation_error;
  EvaluationState worst = EvaluationState::normal;
  for (const auto& [name, group] : groups)
    if (book.clock != nullptr && (book.clock == group->clock || book.clock->groups.contains(name)))
      worst = std::max(worst, group->evaluation());
  return worst;
}

void Engine::State::note_evaluation(KeyEntry& entry) {
  const EvaluationState now = evaluation_of(*entry.book);
  if (entry.evaluation_state() == now) return;
  entry.set_evaluation_state(now);
  entry.status_dirty = true;
  mark_dirty(entry);
}

void Engine::State::note_evaluation(GroupState& group) {
  group.report.partial_data = group.watermark.partial();
  const EvaluationState now = group.evaluation();
  if (std::exchange(group.noted, now) == now) return;
  for (AlarmBook& book : books) {
    if (book.clock != group.clock && !book.clock->groups.contains(group.spec.name)) continue;
    for (const auto& [id, entry] : book.keys()) note_evaluation(*entry);
  }
  count_evaluations();
}

void Engine::State::count_evaluations() {
  evaluations = {};
  for (const AlarmBook& book : books) ++evaluations[static_cast<std::size_t>(evaluation_of(book))];
}

namespace {

// A log group that is behind holds back the alarms over it and others, which still need what those
// had then.
Instant needed_from(const MetricState& metric, Instant w) {
  constexpr Duration kMostBehind = days{14};
  Instant least = w;
  for (const EventClock* reader : metric.readers) least = std::min(least, reader->watermark);
  return std::max(least, w - kMostBehind) - metric.retention;
}

}  // namespace

void Engine::State::forget_old(EventClock& clock, Instant w) {
  if (clock.swept != kNoTime && w < clock.swept + hours{1}) return;
  clock.swept = w;
  Duration longest{};
  for (const auto& [name, metric] : metrics) {
    longest = std::max(longest, metric.retention);
    if (metric.clock == &clock) store.forget(name, needed_from(metric, w));
  }
  for (GroupState* group : clock.owners) group->defaults.forget(w - longest);
}

}  // namespace tocsin
