// SPDX-License-Identifier: Apache-2.0
// `escalate`: whom to tell of an ALARM that nobody has acknowledged, and who was told. Values; the
// desk decides. docs/quiet.md.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/engine/row_codec.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct Escalation {
  Transition of;                  // the ALARM, without events
  Instant from = kNever;          // when it was told first; kNever: the ALARM is over
  Instant done = kNoTime;         // steps that were due up to then are done
  Instant next = kNever;          // kNever: none, or the ALARM is over
  std::vector<std::string> told;  // topics: they learn how it goes on, until it is OK
};

// The alarm's own steps, else those of the topics that it tells of ALARM; the earliest first.
std::vector<EscalationStep> escalation_steps(const std::vector<EscalationStep>& own,
                                             const std::vector<std::string>& alarm_topics,
                                             const std::vector<Topic>& topics);

// When the first step after `done` is due; kNever: no step is left.
Instant next_step(const Escalation& escalation, const std::vector<EscalationStep>& steps);

void write_escalation(const Escalation& escalation, RowWriter& out);
bool read_escalation(RowReader& in, Escalation& into);

}  // namespace tocsin
