// SPDX-License-Identifier: Apache-2.0
#include "rules/message/human_time.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "rules/match/time/event_time.hpp"
#include "rules/match/time/time_zone.hpp"

namespace tocsin {
namespace {

// Years that four digits can show; kNoTime and kNever are far outside.
bool is_printable(Instant t) {
  constexpr Instant kFirst = instant_from_ms(-62'135'596'800'000);  // 0001-01-01
  constexpr Instant kLast = instant_from_ms(253'402'214'400'000);   // 9999-12-31
  return t >= kFirst && t <= kLast;
}

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

using TimeUnit = std::pair<Duration, std::string_view>;

// `most` units of `d` from the largest that it fills, each with its suffix.
template <std::size_t N>
std::string in_units(Duration d, const std::array<TimeUnit, N>& units, std::size_t most,
                     std::string_view separator) {
  std::string out;
  std::size_t used = 0;
  for (const auto& [unit, suffix] : units) {
    if (used == most) break;
    const auto count = d / unit;
    // The second unit follows the first one at once: "1 d 5 s" would pretend to a precision it does
    // not have.
    if (used > 0) ++used;
    if (count == 0) continue;
    if (used == 0) used = 1;
    if (!out.empty()) out += separator;
    out += std::to_string(count);
    out += suffix;
    d -= count * unit;
  }
  return out;
}

// "Saturday 14 March", `before_year`, "2026", `after_year`, "12:41:02 CET".
std::string in_words(Instant t, const TimeZone& zone, std::string_view before_year,
                     std::string_view after_year) {
  constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
  constexpr std::array<std::string_view, 12> kMonths{
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  if (!is_printable(t)) return "an unknown time";
  const Duration local = t.time_since_epoch() + zone.offset_at(t);
  const auto day = std::chrono::floor<days>(local);
  const std::chrono::sys_days whole_day{day};
  const std::chrono::year_month_day date{whole_day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<seconds>(local - day)};
  std::string out(kDays[std::chrono::weekday{whole_day}.c_encoding()]);
  out += ' ' + std::to_string(static_cast<unsigned>(date.day())) + ' ';
  out += kMonths[static_cast<unsigned>(date.month()) - 1];
  out.append(before_year).append(std::to_string(static_cast<int>(date.year()))).append(after_year);
  out += two_digits(clock.hours().count()) + ':' + two_digits(clock.minutes().count()) + ':' +
         two_digits(clock.seconds().count());
  return out + ' ' + zone.abbreviation_at(t);
}

}  // namespace

bool is_time_zone(std::string_view name) {
  return name != "local" && TimeZone::find(std::string(name)).has_value();
}

std::string format_for_people(Instant t, std::string_view zone_name) {
  const TimeZone zone = TimeZone::find(std::string(zone_name)).value_or(TimeZone::utc());
  return in_words(t, zone, " ", ", ");
}

std::string format_reason_time(Instant t) { return in_words(t, TimeZone::utc(), ", ", " "); }

std::string format_cloudwatch(Instant t) {
  std::string out = format_rfc3339(is_printable(t) ? t : Instant{});
  out.replace(out.size() - 1, 1, "+0000");  // for the "Z"
  return out;
}

std::string format_span(Duration d) {
  if (d <= Duration::zero()) return "0 s";
  if (d < seconds{10} && d % seconds{1} != Duration::zero()) {
    const auto tenths = (d.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  constexpr std::array kUnits{TimeUnit{days{1}, " d"}, TimeUnit{hours{1}, " h"},
                              TimeUnit{minutes{1}, " min"}, TimeUnit{seconds{1}, " s"}};
  return in_units(d, kUnits, 2, " ");
}

std::string format_within(Duration d) {
  constexpr std::array kUnits{TimeUnit{days{1}, "d"}, TimeUnit{hours{1}, "h"},
                              TimeUnit{minutes{1}, "m"}, TimeUnit{seconds{1}, "s"}};
  if (d < seconds{1}) return "0s";
  return in_units(d, kUnits, kUnits.size(), "");
}

}  // namespace tocsin
