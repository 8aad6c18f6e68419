// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/escalation.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rules/message/notification_json.hpp"

namespace tocsin {

std::vector<EscalationStep> escalation_steps(const std::vector<EscalationStep>& own,
                                             const std::vector<std::string>& alarm_topics,
                                             const std::vector<Topic>& topics) {
  std::vector<EscalationStep> steps = own;
  if (own.empty())
    for (const Topic& topic : topics)
      if (std::find(alarm_topics.begin(), alarm_topics.end(), topic.name) != alarm_topics.end())
        steps.insert(steps.end(), topic.escalate.begin(), topic.escalate.end());
  // Two topics of one alarm may escalate to the same.
  std::sort(steps.begin(), steps.end(), [](const EscalationStep& a, const EscalationStep& b) {
    return std::tie(a.after, a.topic) < std::tie(b.after, b.topic);
  });
  steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
  return steps;
}

Instant next_step(const Escalation& escalation, const std::vector<EscalationStep>& steps) {
  if (escalation.from == kNever) return kNever;
  for (const EscalationStep& step : steps)
    if (escalation.from + step.after > escalation.done) return escalation.from + step.after;
  return kNever;
}

void write_escalation(const Escalation& escalation, RowWriter& out) {
  out.text(to_json(escalation.of));
  for (const Instant t : {escalation.from, escalation.done, escalation.next}) out.instant(t);
  out.number(escalation.told.size());
  for (const std::string& topic : escalation.told) out.text(topic);
}

bool read_escalation(RowReader& in, Escalation& into) {
  Result<Transition> of = transition_from_json(in.text());
  if (!of) return false;
  into.of = std::move(*of);
  for (Instant* t : {&into.from, &into.done, &into.next}) *t = in.instant();
  into.told.resize(in.count(1));
  for (std::string& topic : into.told) topic = in.text();
  return in.ok();
}

}  // namespace tocsin
