// SPDX-License-Identifier: Apache-2.0
// Transition + evidence -> Notification. Pure. The nouns it is made of stand in files of their own,
// included here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "rules/message/alarm_index.hpp"        // IWYU pragma: export
#include "rules/message/evidence.hpp"           // IWYU pragma: export
#include "rules/message/five_ws.hpp"            // IWYU pragma: export
#include "rules/message/names.hpp"              // IWYU pragma: export
#include "rules/message/notices.hpp"            // IWYU pragma: export
#include "rules/message/notification_json.hpp"  // IWYU pragma: export
#include "rules/message/summary.hpp"            // IWYU pragma: export
#include "tocsin/alarm_state.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// Why a transition is told, once more or late.
struct Occasion {
  MessageCause cause = MessageCause::change;
  std::uint64_t number = 0;              // Notification::number
  std::vector<std::string> topics = {};  // none: the alarm's for the new state
  std::string preface = {};              // of an escalation, before the summary
};

// The notifications of one transition: one per topic of the occasion, or of the alarm's list for
// the new state (of a flapping notice without any: for ALARM). None if it is silent, if its actions
// were not run when it was decided and this is not the later occasion, or if the alarm is not in
// `rules`. The transition's events have been through trim_evidence.
std::vector<Notification> make_notifications(const Transition& transition, const AlarmIndex& index,
                                             const Occasion& occasion = {});
inline std::vector<Notification> make_notifications(const Transition& transition,
                                                    const RuleSet& rules,
                                                    const Occasion& occasion = {}) {
  return make_notifications(transition, AlarmIndex(rules), occasion);
}

}  // namespace tocsin
