// SPDX-License-Identifier: Apache-2.0
// One pass of a scenario: the engine in a loop over a virtual wall clock, with a store in memory.
// Order at one instant: restart, then periods that end and timers due, then events, then
// expectations (spec/time.md section 9).
#pragma once
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "rules/engine.hpp"
#include "rules/match/matcher.hpp"
#include "rules/rule_tests/memory_store.hpp"
#include "rules/rule_tests/scenario.hpp"

namespace tocsin {

// What a restart restores: nothing (there is none), the store, or a copy of the store taken before
// the last commit, whose input is then read again.
enum class RestartFrom { nowhere, store, copy_before_last_commit };

class ScenarioWorld {
 public:
  ScenarioWorld(const Scenario& scenario, RestartFrom restart_from);

  // "" or the first expectation that does not hold.
  std::string run();

  // What two passes must have in common: per (alarm, key) its (from, to, at), in order.
  using Change = std::tuple<AlarmState, AlarmState, Instant>;
  std::map<std::pair<std::string, AlarmKey>, std::vector<Change>> changes() const;
  std::size_t messages() const { return told_.size(); }

 private:
  // Consecutive events of one log group, with the times that the scenario gives them.
  struct TimedBatch {
    EventBatch events;
    std::vector<EventTimestamp> times;
  };

  void step(Instant now);
  void restart(Instant now);
  void look(Instant now, bool unread);
  void deliver(const std::vector<TimedBatch>& batches, Instant now);
  std::vector<TimedBatch> take_events(Instant now);
  void commit(std::vector<TimedBatch> input);
  void sample_metrics();
  std::string check_until(Instant now);
  Instant next_instant(Instant now) const;

  std::string check(const Expectation& expectation) const;
  std::string check(const ExpectedAlarm& expected) const;
  std::string check(const ExpectedMessages& expected) const;
  std::string check(const ExpectedMetric& expected) const;

  const Scenario& scenario_;
  const RestartFrom restart_from_;
  Matcher matcher_;
  Matcher::Scratch scratch_;
  std::unique_ptr<Engine> engine_;

  // `store_` lags one commit behind, so that both restarts can be had: `last_` is what that commit
  // added.
  struct LastCommit {
    StateDelta state;
    std::vector<TimedBatch> input;
    std::size_t transitions_before = 0;
    std::size_t told_before = 0;
  };
  MemoryStore store_;
  LastCommit last_;
  Effects uncommitted_;

  std::vector<Transition> transitions_;
  std::vector<Notification> told_;
  std::size_t next_event_ = 0;
  std::size_t next_restart_ = 0;
  std::size_t next_expectation_ = 0;
  // Of the fullest statistic set seen: the engine may forget a period before the scenario ends.
  struct Sampled {
    double count = 0;
    std::optional<double> value;
  };
  std::map<const ExpectedMetric*, Sampled> sampled_;
};

}  // namespace tocsin
