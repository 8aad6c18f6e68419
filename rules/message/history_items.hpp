// SPDX-License-Identifier: Apache-2.0
// What happened to an alarm as items of its history, with CloudWatch's types, summaries and data.
// spec/alarms.md section 11.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/outbox.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// A change of state, of the alarm or of one of its keys.
HistoryItem state_update_item(const Transition& transition);

enum class ConfigurationChange { created, updated, deleted };

// What does not fit goes: first the end of the description, then the lists, then all but the names.
// Of new keys there is none: a crowd of them would push out what people look for.
HistoryItem configuration_item(ConfigurationChange change, const Alarm& alarm, const RuleSet& rules,
                               Instant now);

// Something happened to the alarm that is no change of state.
HistoryItem note_item(const std::string& alarm, AlarmType type, const AlarmKey& key,
                      const std::string& note, Instant now);

// Whether an attempt's outcome is an item of history: of those that are to be repeated only the
// first.
bool is_told_in_history(const DeliveryRecord& record);

// What became of a message to one endpoint. Succeeded and Failed end it, InProgress is to be
// repeated. `endpoint`: its label, for people. The message itself is in the data if it fits,
// without Tocsin's additions.
std::optional<HistoryItem> action_item(const Notification& message, const DeliveryRecord& record,
                                       const std::string& endpoint);
// The same of any message: of a digest an item for each of its lines.
std::vector<HistoryItem> action_items(const Notification& message, const DeliveryRecord& record,
                                      const std::string& endpoint);

}  // namespace tocsin
