// SPDX-License-Identifier: Apache-2.0
// An alarm's configuration as CloudWatch writes it down, for its history and
// for the event bus. spec/alarms.md sections 11 and 13.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "tocsin/alarm_state.hpp"
#include "tocsin/json_builder.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

AlarmType alarm_type_of(const Alarm& alarm);

// The short form as CloudWatch would have it: one evaluation period of `within`, of which nothing
// is good. A long form as it is.
Alarm as_long_form(const Alarm& alarm);

// The value of `createdAlarm`, `updatedAlarm` and `deletedAlarm`.
nlohmann::ordered_json history_configuration(const Alarm& alarm, const RuleSet& rules);

// `configuration` of the event bus: of a change of state, and in full of a changed configuration.
JsonBuilder bus_configuration(const Alarm& alarm, const Identity& identity);
JsonBuilder full_bus_configuration(const Alarm& alarm, const Identity& identity);

}  // namespace tocsin
