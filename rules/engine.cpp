// SPDX-License-Identifier: Apache-2.0
// The table of contents of the product: what each call does, in order. The steps stand in
// rules/engine/.
#include "rules/engine.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/state.hpp"
#include "rules/metric/extended_statistic.hpp"

namespace tocsin {
namespace {

// Wall time given with a batch can only be earlier than the caller's: it was read before.
Instant wall_of(const MatchBatch& batch, Instant now) { return std::min(batch.read_at, now); }

// Of a replay: all groups are read as one.
const std::string kReplayStream = "replay";

void flush(Effects& pending, Effects& out) {
  if (pending.empty()) return;
  std::move(pending.transitions.begin(), pending.transitions.end(),
            std::back_inserter(out.transitions));
  std::move(pending.notifications.begin(), pending.notifications.end(),
            std::back_inserter(out.notifications));
  std::move(pending.history.begin(), pending.history.end(), std::back_inserter(out.history));
  pending = {};
}

}  // namespace

Engine::Engine(std::shared_ptr<const RuleSet> rules, Instant now, EngineOptions options)
    : state_(std::make_unique<State>(rules, options)) {
  if (options.restore_follows) return;
  Recorder to = state_->recorder(now, state_->pending);
  state_->reconcile(std::move(rules), state_->alarm_index, to);
}

Engine::~Engine() = default;

std::vector<StateRow> Engine::restore(const StateImage& image, Instant now, Effects& out) {
  auto fresh = std::make_unique<State>(state_->rules, state_->options);
  fresh->next_sequence = std::max<std::uint64_t>(image.next_sequence, 1);
  state_ = std::move(fresh);
  state_->wall = now;
  Recorder to = state_->recorder(now, out);
  return state_->restore(image, to);
}

void Engine::look(const LookReport& report, Instant now, Effects& out) {
  flush(state_->pending, out);
  const auto at = state_->groups.find(report.log_group);
  if (at == state_->groups.end() || state_->options.replay) return;
  GroupState& group = *at->second;
  Recorder to = state_->recorder(now, out);
  state_->run_wall(now, to);
  group.watermark.wake(now);
  std::set<std::string> names;
  group.unreadable = false;
  for (const StreamLook& s : report.streams) {
    StreamState& stream = group.watermark.found(s.stream, report.began, s.first, s.unread);
    if (!s.unread) group.watermark.at_end(stream, report.began);
    group.unreadable = group.unreadable || s.unreadable;
    names.insert(s.stream);
    group.dirty_streams.insert(s.stream);
  }
  group.watermark.retire_others(names, report.began);
  group.watermark.move(now);
  state_->note_evaluation(group);
  group.dirty = true;
  state_->run_clocks(group, to);
  state_->run_timelines(to);
}

void Engine::apply(const MatchBatch& batch, Instant now, Effects& out) {
  flush(state_->pending, out);
  const auto at = state_->groups.find(batch.log_group);
  if (at == state_->groups.end()) return;
  GroupState& group = *at->second;
  GroupWatermark& watermark = state_->options.replay ? state_->merged : group.watermark;
  const std::string& stream_name = state_->options.replay ? kReplayStream : batch.stream;
  const Instant wall = wall_of(batch, now);
  Recorder to = state_->recorder(now, out);
  if (!state_->options.replay) state_->run_wall(now, to);
  group.watermark.wake(now);
  const auto known = watermark.streams().find(stream_name);
  const bool unread = batch.events > 0 || batch.more_unread;
  StreamState& stream = known != watermark.streams().end()
                            ? known->second
                            : watermark.found(stream_name, wall, std::nullopt, unread);
  stream.events += batch.events;
  stream.bytes += batch.bytes;
  group.report.events += batch.events;
  group.report.bytes += batch.bytes;
  group.dirty = true;
  if (!state_->options.replay) group.dirty_streams.insert(stream_name);
  auto event = batch.matches.begin();
  for (std::size_t i = 0; i < batch.times.size(); ++i) {
    const std::uint32_t index = batch.times[i].index;
    EventMoment moment;
    if (state_->read(group, stream, batch, i, now, moment)) state_->run_clocks(group, to);
    if (state_->options.replay) to.set_now(now);  // its watermark is an event behind
    const bool matches = event != batch.matches.end() && event->index == index;
    state_->note_minute(group, batch, matches ? &*event : nullptr, moment.time, to);
    for (; event != batch.matches.end() && event->index == index; ++event)
      state_->match(group, batch, *event, moment.time, to);
    state_->run_composites(to);
    state_->run_timelines(to);
  }
  state_->note_evaluation(group);
}

void Engine::advance(Instant now, Effects& out) {
  flush(state_->pending, out);
  if (state_->options.replay) return;
  Recorder to = state_->recorder(now, out);
  state_->run_wall(now, to);
  for (auto& [name, group] : state_->groups) {
    const Instant before = group->watermark.watermark();
    group->watermark.wake(now);
    group->watermark.move(now);
    state_->note_evaluation(*group);
    group->dirty = group->dirty || group->watermark.watermark() != before;
  }
  state_->run_all_clocks(to);
  state_->run_timelines(to);
}

std::optional<Instant> Engine::next_deadline() const {
  std::optional<Instant> out;
  const auto consider = [&](Instant t) { out = std::min(out.value_or(kNever), t); };
  for (const auto& [groups, clock] : state_->clocks) {
    Duration lateness{};
    for (const std::string& g : clock->groups)
      lateness = std::max(lateness, state_->groups.at(g)->spec.lateness);
    const Instant due = std::min(clock->due.next(), state_->next_minute(*clock));
    if (due != kNever) consider(due + lateness);
  }
  for (const auto& [name, group] : state_->groups)
    if (const auto stall = group->watermark.next_stall()) consider(*stall);
  if (const Instant due = state_->desk.next_due(); due != kNever) consider(due);
  if (const Instant due = state_->next_suppressor(); due != kNever) consider(due);
  return out;
}

void Engine::clock_set_back(Instant now, Duration by, Effects& out) {
  flush(state_->pending, out);
  Recorder to = state_->recorder(now, out);
  state_->set_back_suppressors(by);
  state_->desk.recheck_escalations(now);
  state_->run_wall(now, to);  // what was due before it
  std::set<std::string> back;
  for (auto& [name, group] : state_->groups) {
    if (by <= std::max<Duration>(group->spec.lateness, minutes{1})) continue;
    if (group->watermark.set_back(now)) back.insert(name);
    for (const auto& [stream, s] : group->watermark.streams()) group->dirty_streams.insert(stream);
    group->dirty = true;
  }
  for (auto& [groups, clock] : state_->clocks) {
    const auto is_back = [&](const std::string& name) { return back.contains(name); };
    if (std::none_of(groups.begin(), groups.end(), is_back)) continue;
    const Instant before = std::exchange(clock->watermark, state_->watermark_of(*clock));
    for (AlarmBook& book : state_->books) {
      if (book.clock != clock.get()) continue;
      to.noted(*book.spec, {}, "The wall clock was set back; its watermark went back with it");
      for (const auto& [id, entry] : book.keys()) {
        if (entry->long_form() != nullptr) entry->long_form()->catch_up(before);
        entry->machine->set_back(clock->watermark);
        state_->mark_dirty(*entry);
        state_->settle(*entry);
      }
      state_->settled(book, clock->watermark, to);
    }
  }
  state_->composites.clock_set_back();
  state_->run_composites(to);
}

void Engine::finish(std::optional<Instant> until, Effects& out) {
  flush(state_->pending, out);
  if (!state_->options.replay) return;
  const Instant end = std::max(until.value_or(kNoTime), state_->newest_merged);
  if (end == kNoTime) return;
  StreamState& stream = state_->merged.found(kReplayStream, end, std::nullopt, false);
  state_->merged.at_end(stream, end);
  state_->merged.move(end);
  Recorder to = state_->recorder(end, out);
  state_->run_all_clocks(to);
  state_->catch_up_composites(kNever, end, to);
  state_->run_wall(end, to);
}

void Engine::swap_rules(std::shared_ptr<const RuleSet> rules, Instant now, Effects& out) {
  flush(state_->pending, out);
  // Until the farewells are said.
  const std::shared_ptr<const RuleSet> before = state_->rules;
  Recorder old = state_->recorder(now, out);
  state_->run_wall(now, old);
  const auto index = std::make_shared<const AlarmIndex>(*rules);
  Recorder to(*index, state_->desk, state_->next_sequence, now, out);
  state_->reconcile(std::move(rules), index, to);
  state_->desk.advance(to);  // what is due by it is told with it
}

void Engine::collect(StateDelta& out) { state_->collect(out); }

std::vector<AlarmStatus> Engine::alarms() const {
  std::vector<AlarmStatus> out;
  for (const AlarmBook& book : state_->books) {
    if (book.whole) out.push_back(book.whole->status);
    for (const auto& [id, entry] : book.keys()) out.push_back(state_->status_of(*entry));
  }
  const ActiveMutes active = state_->desk.mutes()->active(state_->wall);
  for (AlarmStatus& status : out)
    if (!status.actions.hold)
      status.actions.hold = active.hold_of(status.alarm, state_->books.at(status.alarm).spec->tags);
  return out;
}

Result<OperatorAnswer> Engine::operate(const OperatorRequest& request, Instant now, Effects& out) {
  flush(state_->pending, out);
  Recorder to = state_->recorder(now, out);
  state_->run_wall(now, to);
  Result<OperatorAnswer> answer = state_->operate(request, to);
  state_->run_composites(to);
  state_->desk.advance(to);  // what is due by it is told with it
  return answer;
}

std::shared_ptr<const MuteTable> Engine::mutes() const { return state_->desk.mutes(); }

std::vector<GroupReport> Engine::groups() const {
  std::vector<GroupReport> out;
  for (const auto& [name, group] : state_->groups) {
    GroupReport r = group->report;
    const GroupWatermark& w = state_->options.replay ? state_->merged : group->watermark;
    r.log_group = name;
    r.unreadable = group->unreadable;
    r.ids_forgotten = group->repeats.evicted();
    if (w.watermark() != kNoTime) r.watermark = w.watermark();
    out.push_back(std::move(r));
  }
  return out;
}

std::vector<StreamReport> Engine::streams() const {
  std::vector<StreamReport> out;
  for (const auto& [name, group] : state_->groups)
    for (const auto& [stream, s] : group->watermark.streams()) {
      StreamReport r{name,      stream,   {},      s.last_read,     s.unread,
                     s.stalled, s.events, s.bytes, s.replaced_times};
      if (s.newest != kNoTime) r.newest = s.newest;
      out.push_back(std::move(r));
    }
  return out;
}

AlarmWork Engine::work() const { return state_->work; }

std::map<std::string, std::uint64_t> Engine::matched() const {
  std::map<std::string, std::uint64_t> out;
  for (std::size_t i = 0; i < state_->rules->filters.size(); ++i)
    out[state_->rules->filters[i].name] += state_->matched[i];
  return out;
}

namespace {

// Whether a key of a short form belongs to what is asked for.
template <class Each>
void each_short_key(const AlarmBooks& books, const std::string& metric,
                    const Dimensions& dimensions, const Each& each) {
  for (const AlarmBook& book : books) {
    if (!book.is_short()) continue;
    if (metric != book.spec->metric_namespace + "/" + book.spec->metric_name) continue;
    for (const auto& [id, entry] : book.keys())
      if (dimensions.empty() || entry->key() == dimensions) each(entry->short_form()->samples());
  }
}

Dimensions in_order(Dimensions dimensions) {
  std::sort(dimensions.begin(), dimensions.end());
  return dimensions;
}

}  // namespace

std::optional<Engine::StatisticSet> Engine::statistics(const std::string& metric,
                                                       const AlarmKey& dimensions, Instant start,
                                                       Duration period) const {
  Totals totals;
  const Dimensions sorted = in_order(dimensions);
  const Instant end = start + period;
  if (const StoredSeries* s = state_->store.find(series_id(metric, "", true, sorted)))
    totals = s->series.period(start, end);
  if (totals.count == 0)
    each_short_key(state_->books, metric, sorted, [&](const Samples& samples) {
      totals.add(samples.window(start - Duration{1}, end - Duration{1}));
    });
  if (totals.count == 0) return std::nullopt;
  return StatisticSet{totals.count, totals.sum, totals.minimum, totals.maximum};
}

std::optional<double> Engine::statistic(const StatisticExpression& statistic,
                                        const std::string& metric, const AlarmKey& dimensions,
                                        Instant start, Duration period) const {
  const Dimensions sorted = in_order(dimensions);
  const Instant end = start + period;
  if (const StoredSeries* s = state_->store.find(series_id(metric, "", true, sorted)))
    if (s->series.period(start, end).count > 0) return s->series.statistic(statistic, start, end);
  Totals totals;
  Distribution values;
  each_short_key(state_->books, metric, sorted, [&](const Samples& samples) {
    totals.add(samples.window(start - Duration{1}, end - Duration{1}));
    values.merge(samples.distribution(start - Duration{1}, end - Duration{1}));
  });
  if (totals.count == 0) return std::nullopt;
  return statistic_value(statistic, totals, values);
}

}  // namespace tocsin
