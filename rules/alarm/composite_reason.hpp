// SPDX-License-Identifier: Apache-2.0
// Why a composite alarm is in its state, in CloudWatch's words: spec/alarms.md section 6.
#pragma once
#include <span>
#include <string>

#include "rules/alarm/reason.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// `children` that changed are named; none did: the alarm was created, or updated.
Reason composite_reason(const Identity& identity, const std::string& alarm, AlarmState to,
                        std::span<const ChildState> children, bool created);

}  // namespace tocsin
