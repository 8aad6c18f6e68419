// SPDX-License-Identifier: Apache-2.0
// When people do not want to be told: recurring windows of the rules, and silences that a person
// adds to the running engine. While one is active, evaluation, state, history and events go on, and
// the actions of all states are held. spec/alarms.md section 10.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/diagnostics.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Which alarms: those of which some entry of `alarms` is the name (`*` stands for any text, `?` for
// one character; empty: any name) and that have all `tags` (values with `*` and `?` likewise).
struct MuteTargets {
  std::vector<std::string> alarms;
  std::vector<std::pair<std::string, std::string>> tags;
};

// When a window begins, in the minutes of a wall clock. Bit n of a field: it may be n. With both a
// day of the month and a day of the week given, a day is one on which either holds, as in cron(5).
struct CronFields {
  std::uint64_t minutes = 0;   // 0..59
  std::uint32_t hours = 0;     // 0..23
  std::uint32_t days = 0;      // 1..31
  std::uint32_t months = 0;    // 1..12
  std::uint32_t weekdays = 0;  // 0 is Sunday
  bool every_hour = false;     // written `*`: also when clocks are put back
  bool every_day = false;      // day of the month written `*`
  bool every_weekday = false;
};

struct MuteSchedule {
  CronFields cron;
  // `at(...)` instead: once. Counts the wall clock of the zone as if it were UTC.
  std::optional<Instant> at;
};

struct MuteWindow {
  std::string name;
  std::string description;
  std::string expression;  // as written: "cron(0 2 * * SUN)"
  MuteSchedule schedule;
  Duration duration{hours{1}};  // 1 min to 15 d, of each occurrence, as time really passes
  std::string time_zone = "UTC";
  Instant start = kNoTime;  // nothing is muted before, and from `expire` on
  Instant expire = kNever;
  MuteTargets targets;
  SourceLocation where;
};

// Added to the running engine by a person.
struct Silence {
  std::string id;  // empty in a request: the engine makes one
  MuteTargets targets;
  Instant from, until;
  std::string reason;
  std::string author;
  Instant created;
};

}  // namespace tocsin
