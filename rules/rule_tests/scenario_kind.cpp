// SPDX-License-Identifier: Apache-2.0
// Kind scenario: events at times of a virtual clock, and what is expected of alarms, messages and
// metrics. With restarts it runs three times; nothing may differ.
#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/scenario_world.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

std::string check_restarts(const Scenario& scenario, const ScenarioWorld& without,
                           RestartFrom restart_from, const std::string& how) {
  ScenarioWorld world(scenario, restart_from);
  const std::string difference = world.run();
  if (!difference.empty()) return how + ": " + difference;
  if (world.changes() != without.changes()) return how + ": other transitions than without";
  if (world.messages() != without.messages())
    return how + ": " + std::to_string(world.messages()) + " messages, without it " +
           std::to_string(without.messages());
  return {};
}

}  // namespace

std::string run_scenario_test(const ConfigNode& test, const TestContext& context) {
  Diagnostics faults;
  const Scenario scenario = read_scenario(test, context, faults);
  if (faults.has_errors()) return first_faults(faults);
  ScenarioWorld world(scenario, RestartFrom::nowhere);
  std::string difference = world.run();
  if (!difference.empty() || scenario.restarts.empty()) return difference;
  difference = check_restarts(scenario, world, RestartFrom::store, "restarted from the store");
  if (!difference.empty()) return difference;
  return check_restarts(scenario, world, RestartFrom::copy_before_last_commit,
                        "restarted before the last commit");
}

}  // namespace tocsin
