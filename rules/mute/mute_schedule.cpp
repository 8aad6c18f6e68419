// SPDX-License-Identifier: Apache-2.0
#include "rules/mute/mute_schedule.hpp"

#include <algorithm>
#include <chrono>

namespace tocsin {
namespace {

constexpr Duration kMinute = minutes{1};
// 29 February comes back after eight years at most (1896 to 1904, 2096 to 2104).
constexpr Duration kSearch = days{366 * 8 + 2};
// No clock was ever put back or forward by more.
constexpr Duration kLongestChange = hours{26};

Instant day_of(Instant local) {
  return Instant{Duration{std::chrono::floor<days>(local.time_since_epoch())}};
}

Instant floor_minute(Instant t) {
  return Instant{Duration{std::chrono::floor<minutes>(t.time_since_epoch())}};
}

bool is_day(const CronFields& cron, Instant day) {
  const std::chrono::sys_days date{std::chrono::floor<days>(day.time_since_epoch())};
  const std::chrono::year_month_day ymd{date};
  if ((cron.months >> static_cast<unsigned>(ymd.month()) & 1U) == 0) return false;
  const bool month_day = (cron.days >> static_cast<unsigned>(ymd.day()) & 1U) != 0;
  const bool week_day = (cron.weekdays >> std::chrono::weekday{date}.c_encoding() & 1U) != 0;
  return cron.every_day || cron.every_weekday ? month_day && week_day : month_day || week_day;
}

bool has_hour(const CronFields& cron, int hour) { return (cron.hours >> hour & 1U) != 0; }
bool has_minute(const CronFields& cron, int minute) { return (cron.minutes >> minute & 1U) != 0; }

// The latest fitting minute of a wall clock in [least, from].
std::optional<Instant> find_back(const CronFields& cron, Instant from, Instant least) {
  for (Instant day = day_of(from); day + days{1} > least; day -= days{1}) {
    if (!is_day(cron, day)) continue;
    int at = static_cast<int>(std::min<std::int64_t>((from - day) / kMinute, 1439));
    for (; at >= 0; --at) {
      if (!has_hour(cron, at / 60))
        at -= at % 60;  // on to the last minute of the hour before
      else if (has_minute(cron, at % 60))
        return day + at * kMinute >= least ? std::optional(day + at * kMinute) : std::nullopt;
    }
  }
  return std::nullopt;
}

// The earliest in [from, most].
std::optional<Instant> find_forward(const CronFields& cron, Instant from, Instant most) {
  for (Instant day = day_of(from); day <= most; day += days{1}) {
    if (!is_day(cron, day)) continue;
    int at = static_cast<int>(std::max<std::int64_t>((from - day) / kMinute, 0));
    for (; at < 1440; ++at) {
      if (!has_hour(cron, at / 60))
        at += 59 - at % 60;
      else if (has_minute(cron, at % 60))
        return day + at * kMinute;
    }
  }
  return std::nullopt;
}

}  // namespace

MuteCalendar::MuteCalendar(const MuteWindow& window)
    : schedule_(window.schedule),
      duration_(window.duration),
      zone_(TimeZone::find(window.time_zone).value_or(TimeZone::utc())),
      start_(window.start),
      expire_(window.expire) {}

// Not after `t`, and not so long before that it would be over.
std::optional<Instant> MuteCalendar::last_begin(Instant t) const {
  if (schedule_.at) {
    const Instant begin = zone_.from_local(*schedule_.at);
    return begin <= t ? std::optional(begin) : std::nullopt;
  }
  const Duration offset = zone_.offset_at(t);
  const Instant local = floor_minute(t + offset);
  const Instant least = local - duration_ - kLongestChange;
  const bool steady = zone_.offset_at(t - kLongestChange) == offset;
  // Where the clock was changed lately, times later on the wall may have come earlier.
  std::optional<Instant> found =
      find_back(schedule_.cron, steady ? local : local + kLongestChange, least);
  while (found && zone_.from_local(*found) > t)
    found = find_back(schedule_.cron, *found - kMinute, least);
  std::optional<Instant> begin;
  if (found) begin = zone_.from_local(*found);
  if (steady || !schedule_.cron.every_hour) return begin;
  // The second passing of an hour that comes twice.
  if (const auto again = find_back(schedule_.cron, local, least))
    if (zone_.offset_at(*again - offset) == offset)
      begin = std::max(begin.value_or(kNoTime), *again - offset);
  return begin;
}

std::optional<Instant> MuteCalendar::next_begin(Instant t) const {
  if (schedule_.at) {
    const Instant begin = zone_.from_local(*schedule_.at);
    return begin > t ? std::optional(begin) : std::nullopt;
  }
  const Instant local = floor_minute(t + zone_.offset_at(t));
  std::optional<Instant> found = find_forward(schedule_.cron, local, local + kSearch);
  while (found && zone_.from_local(*found) <= t)
    found = find_forward(schedule_.cron, *found + kMinute, local + kSearch);
  if (!found) return std::nullopt;
  const Instant begin = zone_.from_local(*found);
  if (!schedule_.cron.every_hour) return begin;
  const Duration offset = zone_.offset_at(begin);
  for (Instant from = floor_minute(t + offset);;) {
    const auto again = find_forward(schedule_.cron, from, begin + offset);
    if (!again || *again - offset >= begin) return begin;
    if (*again - offset > t && zone_.offset_at(*again - offset) == offset) return *again - offset;
    from = *again + kMinute;
  }
}

std::optional<Occurrence> MuteCalendar::cut(Instant begin) const {
  const Occurrence whole{std::max(begin, start_), std::min(begin + duration_, expire_)};
  return whole.first < whole.second ? std::optional(whole) : std::nullopt;
}

std::optional<Occurrence> MuteCalendar::at(Instant t) const {
  if (t < start_ || t >= expire_) return std::nullopt;
  const std::optional<Instant> begin = last_begin(t);
  if (!begin || *begin + duration_ <= t) return std::nullopt;
  return cut(*begin);
}

std::optional<Occurrence> MuteCalendar::next(Instant t) const {
  if (start_ > t) {
    if (const auto under_way = at(start_)) return under_way;
    t = start_;
  }
  const std::optional<Instant> begin = next_begin(t);
  return begin ? cut(*begin) : std::nullopt;
}

bool MuteCalendar::is_over(Instant t) const { return t >= expire_ || (!at(t) && !next(t)); }

}  // namespace tocsin
