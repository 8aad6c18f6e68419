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
  TestedEvaluation tested;
  AlarmState initial = AlarmState::insufficient_data;
  Points points;
  // One a datapoint, or empty: not given.
  std::vector<double> sample_counts;
  std::vector<std::optional<Band>> bands;
};

void read_alarm(const ConfigNode& node, AlarmTest& test, Diagnostics& out) {
  ConfigReader read(node, "the alarm", out);
  read_evaluation(read, test.alarm, test.tested);
  read.optional("actions_enabled", test.alarm.actions_enabled);
  for (const char* key : {"unit", "anchor", "group_by", "ok_after", "repeat", "severity", "summary",
                          "description", "runbook", "tags", "evidence", "max_keys", "was", "mode"})
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

// A list with one entry a datapoint; nullptr if it is not given.
const ConfigNode* find_beside_points(ConfigReader& read, std::string_view key, std::size_t points) {
  const ConfigNode* node = read.find(key);
  if (node == nullptr || node->is_null()) return nullptr;
  if (node->is_sequence() && node->items.size() == points) return node;
  report(read.diagnostics(), "bad-value", *node,
         "`" + std::string(key) + "` must have one entry for each datapoint");
  return nullptr;
}

void read_sample_counts(ConfigReader& read, AlarmTest& test) {
  const ConfigNode* list = find_beside_points(read, "sample_counts", test.points.size());
  if (list == nullptr) return;
  for (const ConfigNode& item : list->items) {
    std::optional<double> count;
    if (!item.is_null())
      count = config::number(item, "sample_counts[]", {.least = 0}, read.diagnostics());
    test.sample_counts.push_back(count.value_or(0));
  }
}

std::optional<Band> read_band(const ConfigNode& node, Diagnostics& out) {
  if (node.is_null()) return std::nullopt;
  if (!node.is_sequence() || node.items.size() != 2) {
    config::wrong_type(node, "band[]", "[low, high] or null", out);
    return std::nullopt;
  }
  const auto low = config::number(node.items[0], "band[]", {}, out);
  const auto high = config::number(node.items[1], "band[]", {}, out);
  return low && high ? std::optional(Band{*low, *high}) : std::nullopt;
}

void read_bands(ConfigReader& read, AlarmTest& test) {
  const ConfigNode* list = find_beside_points(read, "band", test.points.size());
  if (list == nullptr) return;
  for (const ConfigNode& item : list->items)
    test.bands.push_back(read_band(item, read.diagnostics()));
}

AlarmTest read_alarm_test(ConfigReader& read, std::string_view points_key) {
  AlarmTest test;
  allow_common_keys(read);
  read.allow("pattern");
  if (const ConfigNode* alarm = read.find_required("alarm"))
    read_alarm(*alarm, test, read.diagnostics());
  read.optional_name("initial_state", test.initial, kStateNames);
  read_points(read, points_key, test.points);
  read_sample_counts(read, test);
  read_bands(read, test);
  return test;
}

std::optional<bool> is_breaching(const AlarmTest& test, std::size_t point) {
  const std::optional<double>& value = test.points[point];
  if (!value) return std::nullopt;
  if (!test.tested.band) return is_breaching(*value, test.alarm.comparison, test.alarm.threshold);
  if (test.bands.empty() || !test.bands[point]) return std::nullopt;
  return is_breaching(*value, *test.tested.band, *test.bands[point]);
}

std::vector<std::optional<bool>> breaching(const AlarmTest& test) {
  std::vector<std::optional<bool>> result;
  for (std::size_t i = 0; i < test.points.size(); ++i) result.push_back(is_breaching(test, i));
  return result;
}

// The state after the datapoints in `points`, the first ones of the test.
AlarmState judge(const AlarmTest& test, std::span<const std::optional<bool>> points,
                 AlarmState state) {
  const EvaluationSpec spec = evaluation_spec(test.alarm);
  const auto needed = samples_needed(test.alarm.statistic);
  if (needed && !test.alarm.evaluate_low_samples && !test.sample_counts.empty() &&
      has_few_samples(spec, points, std::span(test.sample_counts).first(points.size()), *needed))
    return state;
  return evaluate(spec, points, state);
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
                           const StateActions& wanted) {
  const std::vector<std::optional<bool>> all = breaching(test);
  AlarmState state = test.initial;
  StateActions actions;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const AlarmState next = judge(test, std::span(all).first(i + 1), state);
    if (next != state && test.alarm.actions_enabled)
      actions.emplace_back(static_cast<int>(i), next);
    state = next;
    if (state != states[i])
      return "after point " + std::to_string(i) + " " + differs(state, states[i]);
  }
  return compare_actions(actions, wanted);
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
  const AlarmState state = judge(test, breaching(test), test.initial);
  return state == wanted ? "" : differs(state, wanted);
}

std::string run_sequence_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a sequence test", faults);
  const AlarmTest test = read_alarm_test(read, "stream");
  const std::vector<AlarmState> states = read_states(read);
  StateActions actions;
  read_expected_actions(read, actions);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  if (states.size() != test.points.size()) return "`expect_states` must have one state a point";
  return check_sequence(test, states, actions);
}

}  // namespace tocsin
