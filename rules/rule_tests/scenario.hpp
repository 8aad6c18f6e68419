// SPDX-License-Identifier: Apache-2.0
// A scenario of a test file, decoded: events, restarts and expectations at instants of a virtual
// wall clock. contract.md section 4.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/rule_tests/rule_test.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// One log event, read at `at`, whose time is `time`.
struct ScenarioEvent {
  Instant at;
  Instant time;
  std::string log_group;
  std::string message;
};

struct ExpectedAlarm {
  std::string alarm;
  AlarmState state = AlarmState::ok;
  AlarmKey key;  // the members that are compared
};

struct ExpectedMessages {
  std::string topic;
  std::optional<std::size_t> count;  // from the start on
  std::vector<std::string> contains;
};

// What a period of a metric holds when the scenario is over. `value` nothing: no datapoint.
struct ExpectedMetric {
  std::string metric;  // Namespace/Name
  AlarmKey dimensions;
  Instant start;
  Duration period{minutes{1}};
  StatisticExpression statistic;
  std::optional<double> value;
};

struct Expectation {
  Instant at;  // for a metric: when its period has closed
  std::variant<ExpectedAlarm, ExpectedMessages, ExpectedMetric> what;
  int line = 0;
};

struct Scenario {
  std::shared_ptr<const RuleSet> rules;
  Instant start;
  std::vector<ScenarioEvent> events;      // in order of `at`, then as written
  std::vector<Instant> restarts;          // in order
  std::vector<Expectation> expectations;  // in order of `at`, then as written
};

// Faults go to `out`; then the scenario is not to be run.
Scenario read_scenario(const ConfigNode& test, const TestContext& context, Diagnostics& out);

}  // namespace tocsin
