// SPDX-License-Identifier: Apache-2.0
// When mute windows begin: spec/alarms.md section 10. Text in, instants out.
//
// Schedules count the minutes of a zone's wall clock, durations the time that really passes. Where
// clocks are put forward, a beginning that is skipped is the instant of the change. Where they are
// put back, the hour that comes twice begins a window the first time only, unless the hour is
// written `*`: then both times.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "rules/match/time/time_zone.hpp"
#include "tocsin/mute_window.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct ScheduleError {
  std::size_t offset = 0;  // of the part at fault, in bytes
  std::size_t length = 1;
  std::string text;
  std::string hint;
};

// `cron(Minutes Hours Day-of-month Month Day-of-week)` with `*`, `a-b`, `a,b`, names JAN-DEC and
// SUN-SAT in any case, weekdays 0 (Sunday) to 6; or `at(2026-01-01T02:00)`. 1..256 bytes. One that
// never comes (30 February) is an error.
std::variant<MuteSchedule, ScheduleError> parse_schedule(std::string_view text);

// "2026-01-01T02:00", ":30" allowed, or "2026-01-01": counted as if it were UTC.
std::optional<Instant> parse_local_time(std::string_view text);

// ISO 8601 (PT1H30M, P1D, P2W), or Tocsin's own (1h30m).
std::optional<Duration> parse_any_duration(std::string_view text);

// [begin, end).
using Occurrence = std::pair<Instant, Instant>;

class MuteCalendar {
 public:
  // Zones that are not known read as UTC; the configuration has refused them.
  explicit MuteCalendar(const MuteWindow& window);

  // The occurrence in which `t` lies; of several the last to end. Cut to start and expire.
  std::optional<Occurrence> at(Instant t) const;
  // The first that begins after `t`.
  std::optional<Occurrence> next(Instant t) const;
  // Nothing after `t` is muted any more.
  bool is_over(Instant t) const;

 private:
  std::optional<Instant> last_begin(Instant t) const;
  std::optional<Instant> next_begin(Instant t) const;
  std::optional<Occurrence> cut(Instant begin) const;

  MuteSchedule schedule_;
  Duration duration_;
  TimeZone zone_;
  Instant start_, expire_;  // as instants
};

}  // namespace tocsin
