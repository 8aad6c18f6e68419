// SPDX-License-Identifier: Apache-2.0
// The key `escalate` of a topic or an alarm: a step { after, topic }, or a list of them.
#pragma once
#include <vector>

#include "tocsin/config_reader.hpp"
#include "tocsin/quiet_policy.hpp"

namespace tocsin {

inline constexpr std::size_t kEscalationStepsMax = 10;

inline void read_escalation_step(const ConfigNode& node, std::vector<EscalationStep>& into,
                                 Diagnostics& out) {
  ConfigReader read(node, "`escalate`", out);
  EscalationStep step;
  const bool has_after =
      read.require("after", step.after, Bounds<Duration>{.least = seconds{1}, .most = days{7}});
  const bool has_topic = read.require("topic", step.topic);
  read.finish();
  if (has_after && has_topic) into.push_back(std::move(step));
}

inline void read_escalation(ConfigReader& read, std::vector<EscalationStep>& into) {
  const ConfigNode* node = read.find("escalate");
  if (node == nullptr) return;
  if (!node->is_sequence()) return read_escalation_step(*node, into, read.diagnostics());
  if (node->items.empty() || node->items.size() > kEscalationStepsMax)
    report(read.diagnostics(), "bad-value", *node, "`escalate` must have 1 to 10 steps");
  for (const ConfigNode& item : node->items) read_escalation_step(item, into, read.diagnostics());
}

// Where `escalate` names the topic of a step, for the caret.
inline const ConfigNode& escalation_topic_node(const ConfigNode& escalate, std::string_view topic) {
  const ConfigNode* here = escalate.is_map() ? escalate.find("topic") : nullptr;
  if (here != nullptr) return *here;
  for (const ConfigNode& item : escalate.items)
    if (const ConfigNode* at = item.is_map() ? item.find("topic") : nullptr;
        at != nullptr && at->scalar == topic)
      return *at;
  return escalate;
}

}  // namespace tocsin
