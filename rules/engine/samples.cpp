// SPDX-License-Identifier: Apache-2.0
// Events and samples on their way into alarms.
#include <algorithm>
#include <cmath>
#include <utility>

#include "rules/alarm/reason.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

constexpr Duration kCeiling = hours{2};

// spec/alarms.md 2.1: -2^360..2^360, so that no sum of them is infinite.
bool is_sample_value(double value) { return std::fabs(value) <= std::ldexp(1.0, 360); }

std::optional<std::string> dimension_value(const MetricFilter& filter, const Sample& sample,
                                           const std::string& name) {
  for (std::size_t i = 0; i < filter.dimensions.size() && i < sample.dimensions.size(); ++i)
    if (filter.dimensions[i].name == name) return sample.dimensions[i];
  return std::nullopt;
}

AlarmKey key_of(const std::vector<std::string>& names, const MetricFilter& filter,
                const Sample& sample) {
  AlarmKey key;
  for (const std::string& name : names)
    key.emplace_back(name, dimension_value(filter, sample, name).value_or(""));
  std::sort(key.begin(), key.end());
  return key;
}

Dimensions present_dimensions(const MetricFilter& filter, const Sample& sample) {
  Dimensions out;
  for (std::size_t i = 0; i < filter.dimensions.size() && i < sample.dimensions.size(); ++i)
    if (sample.dimensions[i]) out.emplace_back(filter.dimensions[i].name, *sample.dimensions[i]);
  std::sort(out.begin(), out.end());
  return out;
}

// The series that `entry` sees of a view's metric.
StoredSeries* series_in(const std::string& metric, const KeyedView& view, const KeyEntry& entry,
                        MetricStore& store) {
  if (entry.maths() == nullptr) return entry.series;
  Dimensions all = view.fixed;
  all.insert(all.end(), entry.key().begin(), entry.key().end());
  std::sort(all.begin(), all.end());
  return store.find(series_id(metric, view.unit, false, all));
}

// Of an alarm by maths the events of its first metric travel with transitions.
bool is_told(const KeyEntry& entry, const StoredSeries& series) {
  return entry.maths() == nullptr || entry.maths()->series.front() == &series;
}

bool contains_all(const Dimensions& all, const Dimensions& wanted) {
  return std::includes(all.begin(), all.end(), wanted.begin(), wanted.end());
}

}  // namespace

bool Engine::State::read(GroupState& group, StreamState& stream, const MatchBatch& batch,
                         std::size_t index, Instant now, EventMoment& moment) {
  const Instant found = batch.times[index].time;
  if (options.replay) {
    moment = assign_time(stream, found, batch.read_at, kNever, true);
    moment.timed = true;  // merged by time already, so all of them are to be believed
    if (stream.newest == kNoTime) stream.newest = moment.time;
    newest_merged = std::max(newest_merged, moment.time);
    const Instant before = merged.watermark();
    merged.read(stream, moment, moment.time, true);
    merged.move(moment.time, &stream);
    return merged.watermark() != before;
  }
  const bool more = batch.times[index].index + 1 < batch.events || batch.more_unread;
  const Instant read_at = std::min(batch.read_at, now);
  moment = assign_time(stream, found, read_at, read_at + kCeiling, more);
  if (moment.replaced) ++group.report.replaced_times;
  if (stream.newest == kNoTime && stream.checked == kNoTime)
    stream.newest = std::min(moment.time, read_at);
  const Instant before = group.watermark.watermark();
  group.watermark.read(stream, moment, read_at, more);
  group.watermark.move(now, &stream);
  return group.watermark.watermark() != before;
}

void Engine::State::note_minute(GroupState& group, const MatchBatch& batch,
                                const MatchedEvent* event, Instant t, Recorder& to) {
  if (group.default_filters.empty()) return;
  if (group.clock->watermark != kNoTime && t < group.clock->watermark - days{7}) return;
  DefaultValues::Minute& minute = group.defaults.event(t);
  for (const std::size_t index : group.default_filters) {
    const MetricFilter& filter = rules->filters[index];
    const bool matches =
        event != nullptr && std::any_of(event->samples.begin(), event->samples.end(),
                                        [&](const Sample& s) { return s.filter == index; });
    if (filter.default_per_event) {
      // Every event without a match is a sample, at once; its minute needs no default then.
      if (minute.matched.insert(filter.name).second) group.defaults.touched(t);
      if (matches) continue;
      const MatchedEvent none;
      const Sample sample{static_cast<std::uint32_t>(index), filter.default_value, {}};
      feed({batch, none, sample, filter, group, t, *filter.default_value}, to);
    } else if (matches && minute.matched.insert(filter.name).second) {
      group.defaults.touched(t);
      if (minute.published) retract(filter, floor_to(t, minutes{1}));
    }
  }
}

void Engine::State::match(GroupState& group, const MatchBatch& batch, const MatchedEvent& event,
                          Instant time, Recorder& to) {
  const GroupWatermark& watermark = options.replay ? merged : group.watermark;
  if (group.spec.dedup && !event.event_id.empty()) {
    const EventId id =
        options.hashed_ids ? event_id_of(event.event_id) : hash_event_id(event.event_id);
    if (group.repeats.is_repeat(id, time, watermark.watermark())) {
      ++group.report.repeats;
      return;
    }
  }
  ++group.report.matched;
  for (const Sample& sample : event.samples) {
    std::size_t index = sample.filter;
    if (batch.rules && batch.rules != rules) {
      if (index >= batch.rules->filters.size()) continue;
      const auto same =
          std::find_if(rules->filters.begin(), rules->filters.end(),
                       [&](const auto& f) { return f.name == batch.rules->filters[index].name; });
      index = static_cast<std::size_t>(same - rules->filters.begin());
    }
    if (index >= rules->filters.size()) continue;
    ++matched[index];
    const MetricFilter& filter = rules->filters[index];
    if (!sample.value) continue;
    if (!is_sample_value(*sample.value) || (filter.minimum && *sample.value < *filter.minimum)) {
      ++group.report.refused;
      continue;
    }
    Sample routed = sample;
    routed.filter = static_cast<std::uint32_t>(index);
    feed({batch, event, routed, filter, group, time, *sample.value}, to);
  }
}

void Engine::State::feed(const Arrival& a, Recorder& to) {
  const FilterRoute& route = routes[a.sample.filter];
  bool kept = true;
  if (route.short_book != nullptr) kept = feed_short(*route.short_book, a, to);
  if (route.metric != nullptr) kept = feed_metric(*route.metric, a, to) && kept;
  if (kept) return;
  ++a.group.report.dropped_late;
  a.group.report.dropped_example = a.batch.source + ":" + std::to_string(a.event.position);
}

bool Engine::State::feed_short(AlarmBook& book, const Arrival& a, Recorder& to) {
  const Instant w = book.clock->watermark;
  if (a.time < w - book.short_spec->oldest()) return false;
  KeyEntry& entry = key_for(book, key_of(book.spec->group_by, a.filter, a.sample), a.time, to);
  if (book.short_spec->keyed) entry.short_form()->seen_at(a.time);
  const bool red = entry.state() == AlarmState::alarm;
  arrive(entry, a);
  Changes changes;
  const std::size_t weight = entry.short_form()->samples().weight();
  ++work.touched;
  entry.short_form()->add(a.time, a.value, w, changes);
  if (book.cells_full()) entry.short_form()->shrink(weight);
  if (red) ++entry.events_total;
  record(entry, changes, to, true);
  return true;
}

// What every sample leaves behind, whatever is made of it.
void Engine::State::arrive(KeyEntry& entry, const Arrival& a) {
  // Only a key that may have to give way to another needs it, and it makes a new row of each
  // sample.
  if (!entry.key().empty()) entry.set_last_sample(std::max(entry.last_sample(), a.time));
  const EvidenceText* text = nullptr;
  if (a.event.message.empty()) {
    if (!options.evidence_text || a.event.samples.empty()) return entry.evidence.add_nothing();
    text = &options.evidence_text;
  }
  if (!a.evidence) {
    if (newest_source != a.batch.source) newest_source = a.batch.source;
    a.evidence =
        share_evidence({a.time, newest_source, a.event.position, a.event.message}, ++arrivals);
  }
  entry.evidence.add(a.evidence, entry.book->spec->evidence, text, &a.evidence_step);
}

bool Engine::State::feed_metric(MetricState& metric, const Arrival& a, Recorder& to) {
  const Dimensions present = present_dimensions(a.filter, a.sample);
  std::vector<StoredSeries*> fed;
  const auto add = [&](StoredSeries* series) {
    if (series != nullptr) fed.push_back(series);
  };
  add(store.kept(series_id(metric.name, "", true, present), metric.shape));
  if (metric.units.contains(a.filter.unit))
    add(store.kept(series_id(metric.name, a.filter.unit, true, present), metric.shape));
  for (const KeyedView& view : metric.views) {
    if (!view.unit.empty() && view.unit != a.filter.unit) continue;
    if (!contains_all(present, view.fixed)) continue;
    const AlarmKey key = key_of(view.names, a.filter, a.sample);
    for (AlarmBook* book : view.books)
      add(series_in(metric.name, view, key_for(*book, key, a.time, to), store));
  }
  // Each is watched by now, or exact, so that none of them has gone meanwhile.
  std::sort(fed.begin(), fed.end(),
            [](const StoredSeries* x, const StoredSeries* y) { return x->id < y->id; });
  fed.erase(std::unique(fed.begin(), fed.end()), fed.end());
  bool kept = fed.empty();
  for (StoredSeries* series : fed) kept = feed_series(*series, metric, a, to) || kept;
  return kept;
}

bool Engine::State::feed_series(StoredSeries& stored, const MetricState& metric, const Arrival& a,
                                Recorder& to) {
  const Instant clock = metric.clock->watermark;
  if (clock != kNoTime && a.time < clock - metric.retention) return false;
  // A key that is forgotten leaves the list.
  const std::vector<KeyEntry*> watchers = stored.watchers;
  for (KeyEntry* entry : watchers) entry->long_form()->catch_up(entry->book->clock->watermark);
  stored.series.add(a.time, a.value);
  store.touched(stored);
  bool kept = watchers.empty();
  for (KeyEntry* entry : watchers) {
    Changes changes;
    const bool told = is_told(*entry, stored);
    const bool red = entry->state() == AlarmState::alarm;
    if (entry->maths() != nullptr) entry->maths()->source.changed(a.time);
    ++work.touched;
    if (!entry->long_form()->sampled(a.time, entry->book->clock->watermark, changes)) continue;
    kept = true;
    if (told) arrive(*entry, a);
    if (told && red) ++entry->events_total;
    record(*entry, changes, to, true);
  }
  return kept;
}

KeyEntry& Engine::State::key_for(AlarmBook& book, AlarmKey key, Instant t, Recorder& to) {
  if (KeyEntry* known = book.find(canonical_key(key))) return *known;
  if (book.is_full()) {
    if (KeyEntry* quiet = book.oldest_quiet()) {
      const Duration range = book.spec->evaluation_periods * book.spec->period;
      if (quiet->last_sample() > t - range) ++keys_dropped[book.spec->name];
      remove_key(*quiet);
    } else {
      for (auto& [name, value] : key) value = AlarmBook::kOther;
      if (KeyEntry* other = book.find(canonical_key(key))) return *other;
      to.noted(*book.spec, {},
               "All " + std::to_string(book.max_keys()) +
                   " keys are in ALARM: further values share the key (other)");
    }
  }
  KeyEntry& made = make_key(book, std::move(key), t, to);
  const Instant w = book.clock->watermark;
  if (w == kNoTime) return made;
  Changes changes;
  if (made.long_form() != nullptr) made.machine->begin(w, changes);
  made.machine->advance(w, changes);
  record(made, changes, to, false);
  return made;
}

void Engine::State::make_machine(AlarmBook& book, KeyEntry& entry, Instant seen) {
  if (book.is_composite()) {
    entry.machine = std::make_unique<CompositeMachine>(book.spec->composite->suppressor);
    entry.form = KeyEntry::Form::composite;
  } else if (book.is_short()) {
    entry.machine = std::make_unique<ShortForm>(*book.short_spec, seen);
    entry.form = KeyEntry::Form::short_form;
  } else {
    entry.book = &book;
    const DatapointSource& source = watch_series(entry);
    entry.machine = std::make_unique<LongForm>(*book.long_spec, book.spec->threshold, source);
    entry.form = KeyEntry::Form::long_form;
  }
}

KeyEntry& Engine::State::make_key(AlarmBook& book, AlarmKey key, Instant seen, Recorder& to) {
  auto entry = std::make_unique<KeyEntry>();
  entry->book = &book;
  entry->set_key(std::move(key));
  make_machine(book, *entry, seen);
  AlarmStatus status;
  status.reason = kReasonCreated;
  status.state_since = seen;
  status.updated_at = to.now();
  status.evaluation_state = evaluation_of(book);
  entry->keep_status(status);
  KeyEntry& out = book.insert(std::move(entry));
  mark_dirty(out);
  return out;
}

bool Engine::State::record(KeyEntry& entry, const Changes& changes, Recorder& to, bool current) {
  AlarmBook& book = *entry.book;
  bool forgotten = false;
  const Duration ok_after = entry.book->spec->ok_after;
  for (const Change& change : changes) {
    forgotten = forgotten || change.forgotten;
    if (!entry.overlay && ok_after <= Duration{0}) {
      to.changed(entry, change, current);
      continue;
    }
    if (!entry.overlay) entry.overlay = std::make_unique<StateOverlay>();
    if (const auto shown = entry.overlay->judged(change, ok_after))
      to.changed(entry, *shown, current);
  }
  if (forgotten)
    remove_key(entry);
  else
    settle(entry);
  settled(book, changes.empty() ? book.clock_time() : changes.back().at, to);
  return !forgotten;
}

void Engine::State::end_overlay(KeyEntry& entry, Instant w, Recorder& to) {
  const auto change = entry.overlay->end(w, entry.book->spec->ok_after, entry.judged_after(),
                                         entry.machine->present(w));
  if (change) to.changed(entry, *change, false);
  settle(entry);
  if (change) settled(*entry.book, change->at, to);
}

void Engine::State::settled(AlarmBook& book, Instant at, Recorder& to) {
  if (book.role != nullptr) composites.settled(book, at, to.now());
  if (!book.whole) return;
  to.settled(book, at);
  if (book.whole->dirty) mark_dirty(book);
}

void Engine::State::settle(KeyEntry& entry) {
  entry.book->settle(entry);
  entry.book->bound_evidence();
  mark_dirty(entry);
  const bool approximate = entry.short_form() != nullptr && entry.short_form()->approximate();
  if (approximate != std::exchange(entry.noted_approximate, approximate)) entry.status_dirty = true;
}

}  // namespace tocsin
