// SPDX-License-Identifier: Apache-2.0
// Times in the spelling that nearly all logs use, read by fixed places. What is written in any
// other way is left to the readers of written_time.hpp, which these agree with.
#pragma once
#include <cstddef>
#include <string_view>

#include "rules/match/time/written_time.hpp"

namespace tocsin {

// The bytes that were read from the beginning of `text`; 0: it is not written so, and `out`, which
// is new, may have changed. Whether there is such a day and time of day is not asked.
std::size_t read_plain_utc(std::string_view text, WrittenTime& out);     // 2026-01-31T23:59:58Z
std::size_t read_plain_syslog(std::string_view text, WrittenTime& out);  // Jan 31 23:59:58
std::size_t read_plain_apache(std::string_view text,
                              WrittenTime& out);  // 31/Jan/2026:23:59:58 +0100

// 1 to 12 by the first three letters of its name, any case; 0: no month, or fewer letters.
int month_of(std::string_view name);

}  // namespace tocsin
