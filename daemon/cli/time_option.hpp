// SPDX-License-Identifier: Apache-2.0
// Times as a person types them behind --until and --since.
#pragma once
#include <optional>
#include <string>

#include "tocsin/time.hpp"

namespace tocsin {

inline constexpr const char* kTimeForms =
    "a time like 18:00, 2026-03-14, 2026-03-14T11:41 or 2026-03-14T11:41:02Z";

// RFC 3339; or by the local clock a date with or without a time, or the time of day that comes next
// after `now`.
std::optional<Instant> parse_time_option(const std::string& text, Instant now);

}  // namespace tocsin
