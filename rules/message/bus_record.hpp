// SPDX-License-Identifier: Apache-2.0
// What an event bus is told: CloudWatch's EventBridge records, member by member. spec/alarms.md
// section 13. Texts of JSON on one line.
#pragma once
#include <string>

#include "rules/message/history_items.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// "CloudWatch Alarm State Change", of one key "CloudWatch Alarm Contributor State Change", which
// has no previous state and no reason data. Its id is made of the transition's.
BusRecord state_change_record(const Transition& transition, const Alarm& alarm,
                              const RuleSet& rules);

// "CloudWatch Alarm Configuration Change". `status`: the alarm's state now. `before`: what an
// update replaced.
BusRecord configuration_change_record(ConfigurationChange change, const Alarm& alarm,
                                      const Alarm* before, const AlarmStatus& status,
                                      const RuleSet& rules, Instant now);

// The record as a message for the outbox, of the topic kEventBusTopic.
Notification bus_message(BusRecord record);

}  // namespace tocsin
