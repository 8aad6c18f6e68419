// SPDX-License-Identifier: Apache-2.0
// Instants and durations as people and CloudWatch's messages read them.
#pragma once
#include <string>
#include <string_view>

#include "tocsin/time.hpp"

namespace tocsin {

// Whether the time zone database knows `name`.
bool is_time_zone(std::string_view name);

// "Saturday 14 March 2026, 12:41:02 CET" in an IANA zone; an unknown zone reads as UTC.
std::string format_for_people(Instant t, std::string_view zone);

// "Saturday 14 March, 2026 11:41:02 UTC": as CloudWatch's reasons of composite alarms have it.
std::string format_reason_time(Instant t);

// "2026-03-14T11:41:02.123+0000": UTC, as CloudWatch's alarm messages have it.
std::string format_cloudwatch(Instant t);

// "7 min 12 s", "1 h", "2 d 3 h", "0.4 s": at most two units. Negative reads as "0 s".
std::string format_span(Duration d);

// As YAML has it: "5m", "1h30m", "90s" becomes "1m30s"; whole seconds.
std::string format_within(Duration d);

}  // namespace tocsin
