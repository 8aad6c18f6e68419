// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rules/match/time/event_time.hpp"
#include "rules/match/time/time_zone.hpp"
#include "rules/match/time/written_time.hpp"

namespace tocsin {
namespace {

constexpr Instant kFirst = instant_from_ms(-62'167'219'200'000);  // 0000-01-01T00:00:00Z
constexpr Instant kLast = instant_from_ms(253'402'300'799'999);   // 9999-12-31T23:59:59.999Z

void append_padded(std::string& out, std::int64_t value, int digits) {
  const std::string text = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, digits - static_cast<int>(text.size()))), '0');
  out += text;
}

std::string format_local(Instant local) {
  const Duration since = local.time_since_epoch();
  const auto day = std::chrono::floor<days>(since);
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss time{since - day};
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(out += 'T', time.hours().count(), 2);
  append_padded(out += ':', time.minutes().count(), 2);
  append_padded(out += ':', time.seconds().count(), 2);
  append_padded(out += '.', time.subseconds().count(), 3);
  return out;
}

}  // namespace

std::string format_rfc3339(Instant t) { return format_local(std::clamp(t, kFirst, kLast)) + 'Z'; }

std::string format_rfc3339(Instant t, std::string_view zone) {
  const TimeZone found = TimeZone::find(std::string(zone)).value_or(TimeZone::utc());
  const Instant bounded = std::clamp(t, kFirst, kLast);
  // Whole minutes, as RFC 3339 writes them; only times before 1973 had others.
  const auto offset = std::chrono::floor<minutes>(found.offset_at(bounded));
  const Instant local = bounded + offset;
  if (offset == minutes{0} || local < kFirst || local > kLast) return format_rfc3339(t);
  std::string out = format_local(local) + (offset < minutes{0} ? '-' : '+');
  append_padded(out, std::abs(offset.count()) / 60, 2);
  append_padded(out += ':', std::abs(offset.count()) % 60, 2);
  return out;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  TimeCursor cursor(text);
  WrittenTime time;
  if (!read_iso8601(cursor, time) || !cursor.at_end() || !time.offset) return std::nullopt;
  return as_utc(time, *time.year) - *time.offset;
}

}  // namespace tocsin
