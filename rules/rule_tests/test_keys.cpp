// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

std::string show(const StateActions& actions) {
  std::string text = "[";
  for (const auto& [when, state] : actions)
    text += (text.size() > 1 ? ", [" : "[") + std::to_string(when) + ", " +
            std::string(to_string(state)) + "]";
  return text + "]";
}

}  // namespace

std::string first_faults(const Diagnostics& faults) {
  constexpr std::size_t kMost = 3;
  std::string text;
  std::size_t count = 0;
  for (const Diagnostic& fault : faults.list()) {
    if (fault.level != DiagnosticLevel::error) continue;
    if (++count > kMost) continue;
    if (!text.empty()) text += "; ";
    text += fault.text;
    if (fault.where.line > 0) text += " (line " + std::to_string(fault.where.line) + ")";
    if (!fault.hint.empty()) text += ", " + fault.hint;
  }
  if (count > kMost) text += "; and " + std::to_string(count - kMost) + " more";
  return text;
}

std::optional<AlarmState> read_state(const ConfigNode& node, std::string_view key,
                                     Diagnostics& out) {
  for (const auto& [name, state] : kStateNames)
    if (node.is_scalar() && node.scalar == name) return state;
  report(out, "bad-value", node,
         "`" + std::string(key) + "` must be OK, ALARM or INSUFFICIENT_DATA");
  return std::nullopt;
}

std::string differs(AlarmState is, AlarmState wanted) {
  return "is " + std::string(to_string(is)) + ", not " + std::string(to_string(wanted));
}

void read_expected_actions(ConfigReader& read, StateActions& into) {
  const ConfigNode* list = read.find_required("expect_actions");
  if (list == nullptr) return;
  Diagnostics& out = read.diagnostics();
  if (!list->is_sequence())
    return config::wrong_type(*list, "expect_actions", "a list of [when, STATE]", out);
  for (const ConfigNode& item : list->items) {
    if (!item.is_sequence() || item.items.size() != 2) {
      config::wrong_type(item, "expect_actions[]", "[when, STATE]", out);
      continue;
    }
    const auto when = config::integer(item.items[0], "expect_actions[]", {}, out);
    const auto state = read_state(item.items[1], "expect_actions[]", out);
    if (when && state) into.emplace_back(*when, *state);
  }
}

std::string compare_actions(const StateActions& run, const StateActions& wanted) {
  return run == wanted ? "" : "actions are " + show(run) + ", not " + show(wanted);
}

}  // namespace tocsin
