// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/time_option.hpp"

#include <array>
#include <ctime>

#include "rules/match/time/event_time.hpp"

namespace tocsin {
namespace {

// By the local clock; nothing if `text` is not all of `format`, or no such time (31 February).
std::optional<Instant> local_time(const std::string& text, const char* format, std::tm fields) {
  const char* end = ::strptime(text.c_str(), format, &fields);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const int day = fields.tm_mday;
  fields.tm_isdst = -1;
  const std::time_t seconds_since = std::mktime(&fields);
  if (seconds_since == -1 || fields.tm_mday != day) return std::nullopt;
  return Instant{seconds{seconds_since}};
}

}  // namespace

std::optional<Instant> parse_time_option(const std::string& text, Instant now) {
  if (const auto exact = parse_rfc3339(text)) return exact;
  constexpr std::array kForms{"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"};
  for (const char* form : kForms)
    if (const auto at = local_time(text, form, std::tm{})) return at;
  std::tm today{};
  const std::time_t clock = std::chrono::duration_cast<seconds>(now.time_since_epoch()).count();
  ::localtime_r(&clock, &today);
  today.tm_sec = 0;
  const auto at = local_time(text, "%H:%M", today);
  if (!at || *at > now) return at;
  ++today.tm_mday;  // mktime() knows how long months and days are
  const std::time_t noon_of_next = std::mktime(&today);
  ::localtime_r(&noon_of_next, &today);
  today.tm_sec = 0;
  return local_time(text, "%H:%M", today);
}

}  // namespace tocsin
