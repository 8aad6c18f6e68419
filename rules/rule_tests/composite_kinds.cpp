// SPDX-License-Identifier: Apache-2.0
// Kinds rule, cycle and suppression: what composite alarms are made of.
#include <algorithm>
#include <map>

#include "rules/alarm/composite_cycles.hpp"
#include "rules/alarm/composite_rule.hpp"
#include "rules/alarm/suppression.hpp"
#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

std::string refusal(const CompositeError& error) {
  return "the rule is refused with " + std::string(to_string(error.fault)) + " at column " +
         std::to_string(error.column) + ": " + error.text +
         (error.hint.empty() ? "" : ", " + error.hint);
}

// ---- rule ----

using States = std::map<std::string, AlarmState, std::less<>>;

struct RuleTest {
  std::string rule;
  States children;
  AlarmState expect = AlarmState::ok;
  std::string expect_error;  // a code; empty: `expect` holds
};

void read_children(ConfigReader& read, States& into) {
  const ConfigNode* map = read.find_required("children");
  if (map == nullptr) return;
  if (!map->is_map())
    return config::wrong_type(*map, "children", "a map {name: STATE}", read.diagnostics());
  for (const auto& [name, node] : map->entries)
    if (const auto state = read_state(node, "children{}", read.diagnostics()))
      into.emplace(name.scalar, *state);
}

constexpr std::pair<std::string_view, CompositeFault> kFaults[] = {
    {"length", CompositeFault::length},
    {"syntax", CompositeFault::syntax},
    {"at_least_threshold", CompositeFault::at_least_threshold},
    {"unknown_alarm", CompositeFault::unknown_alarm},
    {"bad_arn", CompositeFault::bad_arn},
    {"too_many_children", CompositeFault::too_many_children},
    {"too_many_elements", CompositeFault::too_many_elements}};

RuleTest read_rule_test(const ConfigNode& node, Diagnostics& out) {
  RuleTest test;
  ConfigReader read(node, "a rule test", out);
  allow_common_keys(read);
  read.require("rule", test.rule);
  read_children(read, test.children);
  const ConfigNode* expect = read.find_required("expect");
  if (expect != nullptr && expect->is_map()) {
    ConfigReader error(*expect, "`expect`", out);
    CompositeFault fault = CompositeFault::syntax;
    if (error.require_name("error", fault, kFaults)) test.expect_error = to_string(fault);
    error.finish();
  } else if (expect != nullptr) {
    test.expect = read_state(*expect, "expect", out).value_or(test.expect);
  }
  read.finish();
  return test;
}

// ---- cycle ----

struct CycleTest {
  std::vector<std::pair<std::string, std::string>> rules;
  std::vector<std::string> expect;
};

CycleTest read_cycle_test(const ConfigNode& node, Diagnostics& out) {
  CycleTest test;
  ConfigReader read(node, "a cycle test", out);
  allow_common_keys(read);
  read.require("rules", test.rules);
  read.require("expect_cycle", test.expect);
  read.finish();
  return test;
}

std::string show(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) text += (text.size() > 1 ? ", " : "") + name;
  return text + "]";
}

// ---- suppression ----

constexpr std::pair<std::string_view, SuppressedBy> kSuppressedBy[] = {
    {"WaitPeriod", SuppressedBy::wait_period},
    {"Alarm", SuppressedBy::alarm},
    {"ExtensionPeriod", SuppressedBy::extension_period}};

using SuppressedByList = std::vector<std::optional<SuppressedBy>>;

struct SuppressionEvent {
  int time = 0;
  std::optional<AlarmState> composite, suppressor;
};

struct SuppressionTest {
  int wait = 0, extension = 0, until = 0;
  SuppressionState initial;
  std::vector<SuppressionEvent> events;  // in order of time
  StateActions actions;
  std::optional<SuppressedByList> suppressed_by;
};

std::optional<AlarmState> read_new_state(ConfigReader& read, std::string_view key) {
  const ConfigNode* node = read.find(key);
  return node != nullptr ? read_state(*node, key, read.diagnostics()) : std::nullopt;
}

SuppressionEvent read_event(const ConfigNode& node, Diagnostics& out) {
  SuppressionEvent event;
  ConfigReader read(node, "an event", out);
  read.require("t", event.time);
  event.composite = read_new_state(read, "composite");
  event.suppressor = read_new_state(read, "suppressor");
  if (read.map().find("composite") == nullptr && read.map().find("suppressor") == nullptr)
    report(out, "missing-key", node, "an event needs `composite` or `suppressor`");
  read.finish();
  return event;
}

void read_events(ConfigReader& read, std::vector<SuppressionEvent>& into) {
  const ConfigNode* list = read.find_required("events");
  if (list == nullptr) return;
  if (!list->is_sequence())
    return config::wrong_type(*list, "events", "a list", read.diagnostics());
  for (const ConfigNode& node : list->items) into.push_back(read_event(node, read.diagnostics()));
  std::stable_sort(into.begin(), into.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
}

std::optional<SuppressedBy> read_suppressed_by(const ConfigNode& node, Diagnostics& out) {
  if (node.is_null()) return std::nullopt;
  for (const auto& [name, by] : kSuppressedBy)
    if (node.is_scalar() && node.scalar == name) return by;
  report(out, "bad-value", node,
         "`expect_suppressed_by[]` must be WaitPeriod, Alarm, ExtensionPeriod or null");
  return std::nullopt;
}

void read_suppressed_by(ConfigReader& read, SuppressionTest& test) {
  const ConfigNode* list = read.find("expect_suppressed_by");
  if (list == nullptr || list->is_null()) return;
  Diagnostics& out = read.diagnostics();
  if (!list->is_sequence() || list->items.size() != test.events.size())
    return report(out, "bad-value", *list,
                  "`expect_suppressed_by` must have one entry for each event");
  test.suppressed_by.emplace();
  for (const ConfigNode& node : list->items)
    test.suppressed_by->push_back(read_suppressed_by(node, out));
}

SuppressionTest read_suppression_test(const ConfigNode& node, Diagnostics& out) {
  SuppressionTest test;
  ConfigReader read(node, "a suppression test", out);
  allow_common_keys(read);
  read.require("wait", test.wait, {.least = 0});
  read.require("extension", test.extension, {.least = 0});
  test.initial = {.composite = AlarmState::ok, .suppressor = AlarmState::ok, .by = {}, .until = {}};
  read.optional_name("composite", test.initial.composite, kStateNames);
  read.optional_name("suppressor", test.initial.suppressor, kStateNames);
  read_events(read, test.events);
  read.require("until", test.until);
  read_expected_actions(read, test.actions);
  read_suppressed_by(read, test);
  read.finish();
  return test;
}

struct SuppressionRun {
  StateActions actions;
  SuppressedByList suppressed_by;

  void add(const std::vector<DueActions>& due) {
    for (const DueActions& one : due)
      actions.emplace_back(static_cast<int>(to_ms(one.at)), one.state);
  }
};

// One unit of the test, whatever it is, is a millisecond here.
SuppressionRun simulate(const SuppressionTest& test) {
  SuppressionRun run;
  ActionSuppression suppression(
      {.wait = Duration{test.wait}, .extension = Duration{test.extension}}, test.initial);
  for (const SuppressionEvent& event : test.events) {
    const Instant at = instant_from_ms(event.time);
    if (event.suppressor) run.add(suppression.suppressor_is(*event.suppressor, at));
    if (event.composite) run.add(suppression.composite_is(*event.composite, at));
    run.suppressed_by.push_back(suppression.state().by);
  }
  run.add(suppression.advance(instant_from_ms(test.until)));
  return run;
}

std::string show(std::optional<SuppressedBy> by) {
  return by ? std::string(to_string(*by)) : "null";
}

std::string compare_suppressed_by(const SuppressedByList& is, const SuppressedByList& wanted) {
  for (std::size_t i = 0; i < is.size(); ++i)
    if (is[i] != wanted[i])
      return "after event " + std::to_string(i) + " suppressed by " + show(is[i]) + ", not " +
             show(wanted[i]);
  return {};
}

}  // namespace

std::string run_rule_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  const RuleTest test = read_rule_test(node, faults);
  if (faults.has_errors()) return first_faults(faults);
  const auto parsed = parse_composite_rule(
      test.rule, [&](std::string_view name) { return test.children.count(name) > 0; });
  if (const auto* error = std::get_if<CompositeError>(&parsed))
    return test.expect_error == to_string(error->fault) ? "" : refusal(*error);
  if (!test.expect_error.empty())
    return "the rule is accepted, but must be refused with " + test.expect_error;
  const AlarmState state = evaluate(std::get<CompositeRule>(parsed), [&](std::string_view name) {
    return test.children.find(name)->second;
  });
  return state == test.expect ? "" : differs(state, test.expect);
}

std::string run_cycle_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  const CycleTest test = read_cycle_test(node, faults);
  if (faults.has_errors()) return first_faults(faults);
  CompositeChildren children;
  for (const auto& [name, rule] : test.rules) {
    const auto parsed = parse_composite_rule(rule, [](std::string_view) { return true; });
    if (const auto* error = std::get_if<CompositeError>(&parsed))
      return name + ": " + refusal(*error);
    children.emplace(name, child_names(std::get<CompositeRule>(parsed)));
  }
  const std::vector<std::string> members = find_cycle_members(children);
  return members == test.expect ? ""
                                : "in cycles are " + show(members) + ", not " + show(test.expect);
}

std::string run_suppression_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  const SuppressionTest test = read_suppression_test(node, faults);
  if (faults.has_errors()) return first_faults(faults);
  const SuppressionRun run = simulate(test);
  const std::string difference = compare_actions(run.actions, test.actions);
  if (!difference.empty() || !test.suppressed_by) return difference;
  return compare_suppressed_by(run.suppressed_by, *test.suppressed_by);
}

}  // namespace tocsin
