// SPDX-License-Identifier: Apache-2.0
// Mute windows minute by minute, over changes of clocks, leap days and ends of years, against a
// calendar that looks at every minute that passes.
#include <chrono>
#include <set>
#include <string>

#include "rules/match/time/event_time.hpp"
#include "rules/mute/mute_schedule.hpp"
#include "sim/random.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using sim::Random;

std::string some_of(Random& random, int least, int most) {
  if (random.chance(0.4)) return "*";
  std::string out;
  for (auto n = random.range(1, 3); n > 0; --n) {
    if (!out.empty()) out += ',';
    const auto first = random.range(least, most);
    out += std::to_string(first);
    if (random.chance(0.3)) out += "-" + std::to_string(random.range(first, most));
  }
  return out;
}

std::string random_schedule(Random& random) {
  const std::string days = random.chance(0.6) ? "*" : some_of(random, 1, 28);
  return "cron(" + some_of(random, 0, 59) + " " + some_of(random, 0, 5) + " " + days + " * " +
         (random.chance(0.6) ? "*" : some_of(random, 0, 6)) + ")";
}

// Every beginning in [from, to), by going through the minutes.
std::set<Instant> begins(const CronFields& cron, const TimeZone& zone, Instant from, Instant to) {
  const auto fits = [&](Instant local) {
    const auto day = std::chrono::floor<days>(local.time_since_epoch());
    const std::chrono::sys_days date{day};
    const std::chrono::year_month_day ymd{date};
    const auto minute = (local.time_since_epoch() - day) / minutes{1};
    const bool of_month = (cron.days >> static_cast<unsigned>(ymd.day()) & 1U) != 0;
    const bool of_week = (cron.weekdays >> std::chrono::weekday{date}.c_encoding() & 1U) != 0;
    const bool is_day =
        cron.every_day || cron.every_weekday ? of_month && of_week : of_month || of_week;
    return is_day && (cron.months >> static_cast<unsigned>(ymd.month()) & 1U) != 0 &&
           (cron.hours >> (minute / 60) & 1U) != 0 && (cron.minutes >> (minute % 60) & 1U) != 0;
  };
  std::set<Instant> out;
  Instant reached = kNoTime;  // on the wall, so far
  for (Instant t = from - days{2}; t < to; t += minutes{1}) {
    const Instant local = t + zone.offset_at(t);
    bool begins_here = fits(local) && (local > reached || cron.every_hour);
    // What the wall clock has left out begins where it goes on.
    if (reached != kNoTime)
      for (Instant skipped = reached + minutes{1}; skipped < local; skipped += minutes{1})
        begins_here = begins_here || fits(skipped);
    reached = std::max(reached, local);
    if (begins_here && t >= from) out.insert(t);
  }
  return out;
}

struct Place {
  const char *zone, *around;
};

// Clocks put forward and back, by an hour and by half of one, at midnight, and by a whole day; leap
// days; ends of years; nothing at all.
const std::vector<Place> kPlaces{{"Europe/Paris", "2026-03-29T01:00:00Z"},
                                 {"Europe/Paris", "2026-10-25T01:00:00Z"},
                                 {"America/New_York", "2026-03-08T07:00:00Z"},
                                 {"America/New_York", "2026-11-01T06:00:00Z"},
                                 {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
                                 {"Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
                                 {"America/Santiago", "2026-04-05T03:00:00Z"},
                                 {"America/Santiago", "2026-09-06T04:00:00Z"},
                                 {"Pacific/Apia", "2011-12-30T10:00:00Z"},
                                 {"Asia/Kolkata", "2028-02-28T18:30:00Z"},
                                 {"UTC", "2028-03-01T00:00:00Z"},
                                 {"America/St_Johns", "2027-01-01T03:30:00Z"}};

void play(std::uint64_t seed) {
  Random random(seed);
  const Place place = random.pick(kPlaces);
  const std::string schedule = random_schedule(random);
  const auto parsed = parse_schedule(schedule);
  const auto* read = std::get_if<MuteSchedule>(&parsed);
  REQUIRE(read != nullptr);
  MuteWindow window;
  window.schedule = *read;
  window.time_zone = place.zone;
  window.duration = random.pick<Duration>({minutes{1}, minutes{7}, hours{1}, hours{5}, hours{30}});
  const MuteCalendar calendar(window);
  const Instant middle = parse_rfc3339(place.around).value();
  const TimeZone zone = TimeZone::find(place.zone).value();
  const std::set<Instant> all =
      begins(window.schedule.cron, zone, middle - days{3}, middle + days{3});
  for (Instant t = middle - days{1}; t < middle + days{1}; t += minutes{random.range(1, 7)}) {
    INFO("seed " << seed << ": " << schedule << " in " << place.zone << " for "
                 << window.duration.count() / 60'000 << " min, at " << format_rfc3339(t));
    const auto after = all.upper_bound(t);
    const bool is_active = after != all.begin() && *std::prev(after) + window.duration > t;
    const auto active = calendar.at(t);
    REQUIRE(active.has_value() == is_active);
    if (is_active) REQUIRE(format_rfc3339(active->first) == format_rfc3339(*std::prev(after)));
    const auto next = calendar.next(t);
    if (after != all.end()) {
      REQUIRE(next.has_value());
      REQUIRE(format_rfc3339(next->first) == format_rfc3339(*after));
    }
  }
}

}  // namespace

TEST_CASE("mute windows are what going through every minute gives, whatever the clocks do",
          "[mute]") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) play(seed);
}

TEST_CASE("mute windows are what going through every minute gives, many more of them", "[.long]") {
  for (std::uint64_t seed = 1'000; seed < 6'000; ++seed) play(seed);
}

}  // namespace tocsin
