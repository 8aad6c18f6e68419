// SPDX-License-Identifier: Apache-2.0
// Why an alarm is in its state, in CloudWatch's words: spec/alarms.md section 6. `now` is the wall
// clock; it appears in the data only (queryDate).
#pragma once
#include <optional>
#include <span>
#include <string>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

struct Reason {
  std::string text;  // at most 1,023 characters
  std::string data;  // JSON, at most 4,000 characters; empty: none
};

inline constexpr const char* kReasonCreated = "Unchecked: Initial alarm creation";
inline constexpr const char* kReasonDeleted = "Alarm deleted";
inline constexpr const char* kReasonKeyRemoved = "Key removed by configuration change";
inline constexpr const char* kReasonKeyForgotten = "Key forgotten";
inline constexpr const char* kReasonVanished = "No data was returned for this contributor";

// A number as Java prints a double: "5.0", "0.001", "1.0E-5", "1.0E7".
std::string java_double(double value);

// A time as reasons have it: "14/03/26 11:36:00", UTC.
std::string short_date(Instant t);

// The state of an alarm with group_by as a whole: "2 out of 7 time series evaluated to ALARM".
std::string contributors_reason(std::size_t red, std::size_t all);

// An evaluation of the long form that went to `to`; of a key (group_by) in the words for
// contributors. `range`: the whole evaluation range, oldest
// first, missing ones without a value. `early`: some of its periods are still open, so that missing
// ones were not treated as anything.
Reason long_form_reason(const Alarm& alarm, AlarmState to, std::span<const Datapoint> range,
                        bool early, Instant now);

// The short form: `value` over the window of alarm.period that ends at `end`, with `samples` in it.
// No value: nothing to judge, as the average of nothing.
Reason short_form_reason(const Alarm& alarm, AlarmState to, std::optional<double> value,
                         double samples, Instant end, Instant now);

}  // namespace tocsin
