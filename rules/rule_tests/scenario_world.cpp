// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/scenario_world.hpp"

#include <algorithm>
#include <iterator>

namespace tocsin {
namespace {

constexpr std::size_t kBatchEvents = 10'000;
constexpr std::size_t kBatchBytes = 1 << 20;
constexpr std::size_t kStepsMax = 1'000'000;

template <class T>
void move_append(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()),
              std::make_move_iterator(from.end()));
  from.clear();
}

// Extended statistics are to be had of what is expected of them.
EngineOptions options_of(const Scenario& scenario) {
  EngineOptions options;
  for (const Expectation& expectation : scenario.expectations)
    if (const auto* metric = std::get_if<ExpectedMetric>(&expectation.what))
      options.keep_values = options.keep_values || !metric->statistic.simple();
  return options;
}

}  // namespace

ScenarioWorld::ScenarioWorld(const Scenario& scenario, RestartFrom restart_from)
    : scenario_(scenario),
      restart_from_(restart_from),
      matcher_(scenario.rules),
      engine_(std::make_unique<Engine>(scenario.rules, scenario.start, options_of(scenario))) {}

std::string ScenarioWorld::run() {
  look(scenario_.start, false);
  // What the daemon stores before it reads anything; no restart loses it.
  commit({});
  store_.commit(std::exchange(last_.state, {}));
  std::size_t steps = 0;
  for (Instant now = scenario_.start; now != kNever; now = next_instant(now)) {
    if (++steps > kStepsMax) return "something falls due at more than 1,000,000 instants";
    step(now);
    const std::string difference = check_until(now);
    if (!difference.empty()) return difference;
  }
  return {};
}

Instant ScenarioWorld::next_instant(Instant now) const {
  Instant next = kNever;
  if (next_event_ < scenario_.events.size()) next = scenario_.events[next_event_].at;
  if (next_restart_ < scenario_.restarts.size())
    next = std::min(next, scenario_.restarts[next_restart_]);
  if (next_expectation_ < scenario_.expectations.size())
    next = std::min(next, scenario_.expectations[next_expectation_].at);
  if (next == kNever) return next;
  const std::optional<Instant> deadline = engine_->next_deadline();
  if (deadline && *deadline > now) next = std::min(next, *deadline);
  return next;
}

void ScenarioWorld::step(Instant now) {
  for (; next_restart_ < scenario_.restarts.size() && scenario_.restarts[next_restart_] <= now;
       ++next_restart_)
    restart(now);
  look(now, false);
  std::vector<TimedBatch> input = take_events(now);
  deliver(input, now);
  // A look that decides nothing is stored with what comes next.
  if (!input.empty() || !uncommitted_.empty()) commit(std::move(input));
  sample_metrics();
}

void ScenarioWorld::look(Instant now, bool unread) {
  for (const LogGroup& group : scenario_.rules->log_groups) {
    LookReport report;
    report.log_group = group.name;
    report.began = now;
    report.streams.push_back({group.name, unread, std::nullopt});
    engine_->look(report, now, uncommitted_);
  }
  engine_->advance(now, uncommitted_);
}

std::vector<ScenarioWorld::TimedBatch> ScenarioWorld::take_events(Instant now) {
  std::vector<TimedBatch> batches;
  for (; next_event_ < scenario_.events.size(); ++next_event_) {
    const ScenarioEvent& event = scenario_.events[next_event_];
    if (event.at > now) break;
    if (batches.empty() || batches.back().events.log_group != event.log_group ||
        batches.back().times.size() >= kBatchEvents ||
        batches.back().events.bytes.size() + event.message.size() > kBatchBytes) {
      TimedBatch& batch = batches.emplace_back();
      batch.events.log_group = batch.events.stream = batch.events.source = event.log_group;
    }
    TimedBatch& batch = batches.back();
    batch.events.events.push_back({static_cast<std::uint32_t>(batch.events.bytes.size()),
                                   static_cast<std::uint32_t>(event.message.size()), next_event_});
    batch.events.bytes += event.message;
    batch.times.push_back({static_cast<std::uint32_t>(batch.times.size()), event.time});
  }
  return batches;
}

void ScenarioWorld::deliver(const std::vector<TimedBatch>& batches, Instant now) {
  MatchBatch matches;
  for (const TimedBatch& batch : batches) {
    EventBatch events = batch.events;
    events.read_at = events.source_time = now;
    matcher_.match(events, scratch_, matches);
    // The scenario's writer stamps what has no time of its own.
    matches.times = batch.times;
    engine_->apply(matches, now, uncommitted_);
  }
}

void ScenarioWorld::commit(std::vector<TimedBatch> input) {
  store_.commit(last_.state);
  last_ = {{}, std::move(input), transitions_.size(), told_.size()};
  engine_->collect(last_.state);
  move_append(transitions_, uncommitted_.transitions);
  move_append(told_, uncommitted_.notifications);
  uncommitted_ = {};
}

void ScenarioWorld::restart(Instant now) {
  if (restart_from_ == RestartFrom::nowhere) return;
  LastCommit last = std::exchange(last_, {});
  if (restart_from_ == RestartFrom::store) {
    store_.commit(last.state);
    last.input.clear();
  } else {
    transitions_.resize(std::min(transitions_.size(), last.transitions_before));
    told_.resize(std::min(told_.size(), last.told_before));
  }
  uncommitted_ = {};
  engine_ = std::make_unique<Engine>(scenario_.rules, now, options_of(scenario_));
  engine_->restore(store_.load(), now, uncommitted_);
  if (last.input.empty()) return;
  look(now, true);
  deliver(last.input, now);
  commit(std::move(last.input));
}

void ScenarioWorld::sample_metrics() {
  for (const Expectation& expectation : scenario_.expectations) {
    const auto* metric = std::get_if<ExpectedMetric>(&expectation.what);
    if (metric == nullptr) continue;
    const auto set =
        engine_->statistics(metric->metric, metric->dimensions, metric->start, metric->period);
    if (!set) continue;
    Sampled& fullest = sampled_[metric];
    if (set->count < fullest.count) continue;
    fullest = {set->count, engine_->statistic(metric->statistic, metric->metric, metric->dimensions,
                                              metric->start, metric->period)};
  }
}

std::map<std::pair<std::string, AlarmKey>, std::vector<ScenarioWorld::Change>>
ScenarioWorld::changes() const {
  std::map<std::pair<std::string, AlarmKey>, std::vector<Change>> changes;
  for (const Transition& t : transitions_)
    changes[{t.alarm, t.key}].emplace_back(t.from, t.to, t.at);
  return changes;
}

}  // namespace tocsin
