// SPDX-License-Identifier: Apache-2.0
// Kinds snapshot and sequence: the plain evaluation of an alarm on datapoints that are given.
#include <algorithm>

#include "rules/alarm/evaluate.hpp"
#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/test_keys.hpp"
#include "rules/ruleset/decoders.hpp"

namespace tocsin {
namespace {

using Points = std::vector<std::optional<double>>;

struct AlarmTest {
  Alarm alarm;
  std::string not_yet;  // what a later version will evaluate
  AlarmState initial = AlarmState::insufficient_data;
  Points points;
};

std::string text_of(const ConfigNode& map, std::string_view key) {
  const ConfigNode* node = map.find(key);
  return node != nullptr && node->is_scalar() ? node->scalar : "";
}

// Statistics and comparisons of the contract that are not evaluated yet.
std::string find_not_yet(const ConfigNode& alarm) {
  const std::string extended = text_of(alarm, "extended_statistic");
  if (!extended.empty()) return "not yet: statistic " + extended;
  const std::string comparison = text_of(alarm, "comparison");
  for (const char* band : {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold",
                           "GreaterThanUpperThreshold"})
    if (comparison == band) return "not yet: comparison " + comparison;
  return {};
}

void read_alarm(const ConfigNode& node, AlarmTest& test, Diagnostics& out) {
  test.not_yet = find_not_yet(node);
  if (!test.not_yet.empty()) return;
  ConfigReader read(node, "the alarm", out);
  read_evaluation(read, test.alarm);
  read.optional("actions_enabled", test.alarm.actions_enabled);
  for (const char* key :
       {"extended_statistic", "unit", "anchor", "group_by", "ok_after", "repeat", "severity",
        "summary", "description", "runbook", "tags", "evidence", "max_keys", "was", "mode"})
    read.allow(key);
  read.finish();
}

void read_points(ConfigReader& read, std::string_view key, Points& into) {
  const ConfigNode* node = read.find_required(key);
  if (node == nullptr) return;
  if (!node->is_sequence()) return config::wrong_type(*node, key, "a list", read.diagnostics());
  for (const ConfigNode& item : node->items) {
    std::optional<double> value;
    if (!item.is_null()) value = config::number(item, key, {}, read.diagnostics());
    into.push_back(value);
  }
}

// What percentiles and bands will need: one entry a datapoint.
void check_length(ConfigReader& read, std::string_view key, std::size_t length) {
  const ConfigNode* node = read.find(key);
  if (node == nullptr || node->is_null()) return;
  if (!node->is_sequence() || node->items.size() != length)
    report(read.diagnostics(), "bad-value", *node,
           "`" + std::string(key) + "` must have one entry for each datapoint");
}

AlarmTest read_alarm_test(ConfigReader& read, std::string_view points_key) {
  AlarmTest test;
  allow_common_keys(read);
  read.allow("pattern");
  if (const ConfigNode* alarm = read.find_required("alarm"))
    read_alarm(*alarm, test, read.diagnostics());
  read.optional_name("initial_state", test.initial, kStateNames);
  read_points(read, points_key, test.points);
  check_length(read, "sample_counts", test.points.size());
  check_length(read, "band", test.points.size());
  return test;
}

std::vector<std::optional<bool>> breaching(const AlarmTest& test) {
  std::vector<std::optional<bool>> result;
  for (const std::optional<double>& value : test.points)
    result.push_back(
        value ? std::optional(is_breaching(*value, test.alarm.comparison, test.alarm.threshold))
              : std::nullopt);
  return result;
}

std::string differs(AlarmState is, AlarmState wanted) {
  return "is " + std::string(to_string(is)) + ", not " + std::string(to_string(wanted));
}

using Actions = std::vector<std::pair<std::size_t, AlarmState>>;

std::string show(const Actions& actions) {
  std::string text = "[";
  for (const auto& [point, state] : actions)
    text += (text.size() > 1 ? ", [" : "[") + std::to_string(point) + ", " +
            std::string(to_string(state)) + "]";
  return text + "]";
}

void read_actions(ConfigReader& read, Actions& into) {
  const ConfigNode* list = read.find_required("expect_actions");
  if (list == nullptr) return;
  Diagnostics& out = read.diagnostics();
  if (!list->is_sequence())
    return config::wrong_type(*list, "expect_actions", "a list of [point, STATE]", out);
  for (const ConfigNode& item : list->items) {
    if (!item.is_sequence() || item.items.size() != 2)
      return config::wrong_type(item, "expect_actions[]", "[point, STATE]", out);
    const auto point = config::integer(item.items[0], "expect_actions[]", {0, 1'000'000}, out);
    const auto state = read_state(item.items[1], "expect_actions[]", out);
    if (point && state) into.emplace_back(*point, *state);
  }
}

std::vector<AlarmState> read_states(ConfigReader& read) {
  std::vector<AlarmState> states;
  const ConfigNode* list = read.find_required("expect_states");
  if (list == nullptr) return states;
  if (!list->is_sequence())
    config::wrong_type(*list, "expect_states", "a list of states", read.diagnostics());
  for (const ConfigNode& item : list->items)
    if (const auto state = read_state(item, "expect_states[]", read.diagnostics()))
      states.push_back(*state);
  return states;
}

std::string check_sequence(const AlarmTest& test, const std::vector<AlarmState>& states,
                           const Actions& wanted) {
  const EvaluationSpec spec = evaluation_spec(test.alarm);
  const std::vector<std::optional<bool>> all = breaching(test);
  AlarmState state = test.initial;
  Actions actions;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const AlarmState next = evaluate(spec, std::span(all).first(i + 1), state);
    if (next != state && test.alarm.actions_enabled) actions.emplace_back(i, next);
    state = next;
    if (state != states[i])
      return "after point " + std::to_string(i) + " " + differs(state, states[i]);
  }
  return actions == wanted ? "" : "actions are " + show(actions) + ", not " + show(wanted);
}

}  // namespace

std::string run_snapshot_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a snapshot test", faults);
  const AlarmTest test = read_alarm_test(read, "datapoints");
  AlarmState wanted = AlarmState::ok;
  read.require_name("expect_state", wanted, kStateNames);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  if (!test.not_yet.empty()) return test.not_yet;
  const AlarmState state = evaluate(evaluation_spec(test.alarm), breaching(test), test.initial);
  return state == wanted ? "" : differs(state, wanted);
}

std::string run_sequence_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a sequence test", faults);
  const AlarmTest test = read_alarm_test(read, "stream");
  const std::vector<AlarmState> states = read_states(read);
  Actions actions;
  read_actions(read, actions);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  if (!test.not_yet.empty()) return test.not_yet;
  if (states.size() != test.points.size()) return "`expect_states` must have one state a point";
  return check_sequence(test, states, actions);
}

}  // namespace tocsin
