// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {

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

}  // namespace tocsin
