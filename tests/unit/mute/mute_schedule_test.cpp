// SPDX-License-Identifier: Apache-2.0
#include "rules/mute/mute_schedule.hpp"

#include "rules/match/time/event_time.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

MuteWindow window(const std::string& schedule, Duration duration, const std::string& zone = "UTC") {
  MuteWindow out;
  const auto parsed = parse_schedule(schedule);
  REQUIRE(std::holds_alternative<MuteSchedule>(parsed));
  out.schedule = std::get<MuteSchedule>(parsed);
  out.duration = duration;
  out.time_zone = zone;
  return out;
}

Instant at(const char* text) { return parse_rfc3339(text).value(); }

std::string show(const std::optional<Occurrence>& o) {
  return o ? format_rfc3339(o->first) + " " + format_rfc3339(o->second) : "-";
}

// The first beginnings after `from`.
std::vector<std::string> begins(const MuteWindow& w, const char* from, int count) {
  const MuteCalendar calendar(w);
  std::vector<std::string> out;
  Instant t = at(from);
  for (int i = 0; i < count; ++i) {
    const auto next = calendar.next(t);
    if (!next) break;
    out.push_back(format_rfc3339(next->first).substr(0, 16));
    t = next->first;
  }
  return out;
}

using Times = std::vector<std::string>;

std::string fault(const std::string& text) {
  const auto parsed = parse_schedule(text);
  const auto* error = std::get_if<ScheduleError>(&parsed);
  return error == nullptr ? "" : std::to_string(error->offset) + ": " + error->text;
}

}  // namespace

TEST_CASE("a cron window covers its beginning, and its end no more", "[mute]") {
  const MuteCalendar nightly(window("cron(0 2 * * *)", hours{2}));
  CHECK(show(nightly.at(at("2026-03-01T02:00:00Z"))) ==
        "2026-03-01T02:00:00.000Z 2026-03-01T04:00:00.000Z");
  CHECK(nightly.at(at("2026-03-01T03:59:59.999Z")));
  CHECK_FALSE(nightly.at(at("2026-03-01T04:00:00Z")));
  CHECK_FALSE(nightly.at(at("2026-03-01T01:59:59.999Z")));
  CHECK(show(nightly.next(at("2026-03-01T02:00:00Z"))) ==
        "2026-03-02T02:00:00.000Z 2026-03-02T04:00:00.000Z");
}

TEST_CASE("lists, ranges and names of a cron schedule are all of its beginnings", "[mute]") {
  CHECK(begins(window("cron(0,30 9-10 * JAN,mar MON-TUE)", minutes{5}), "2026-01-31T00:00:00Z",
               5) == Times{"2026-03-02T09:00", "2026-03-02T09:30", "2026-03-02T10:00",
                           "2026-03-02T10:30", "2026-03-03T09:00"});
  CHECK(begins(window("cron(0 0 13 * FRI)", minutes{5}), "2026-02-01T00:00:00Z", 3) ==
        Times{"2026-02-06T00:00", "2026-02-13T00:00", "2026-02-20T00:00"});
  CHECK(begins(window("cron(0 0 13 * *)", minutes{5}), "2026-02-01T00:00:00Z", 2) ==
        Times{"2026-02-13T00:00", "2026-03-13T00:00"});
}

TEST_CASE("29 February comes in leap years only, also over a century without one", "[mute]") {
  const MuteWindow leap = window("cron(0 12 29 2 *)", hours{1});
  CHECK(begins(leap, "2026-01-01T00:00:00Z", 3) ==
        Times{"2028-02-29T12:00", "2032-02-29T12:00", "2036-02-29T12:00"});
  CHECK(begins(leap, "2096-03-01T00:00:00Z", 1) == Times{"2104-02-29T12:00"});
  CHECK(MuteCalendar(leap).at(at("2028-02-29T12:59:00Z")));
  CHECK(fault("cron(0 0 30 FEB *)") == "9: there is no such day in these months");
  CHECK(fault("cron(0 0 31 4,6,9,11 *)") == "9: there is no such day in these months");
}

TEST_CASE("a beginning that the clocks skip is the instant of the change", "[mute]") {
  // Paris, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
  const MuteWindow w = window("cron(30 2 * * *)", hours{1}, "Europe/Paris");
  CHECK(begins(w, "2026-03-28T00:00:00Z", 3) ==
        Times{"2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"});
  const MuteCalendar calendar(w);
  CHECK(show(calendar.at(at("2026-03-29T01:59:00Z"))) ==
        "2026-03-29T01:00:00.000Z 2026-03-29T02:00:00.000Z");
  CHECK_FALSE(calendar.at(at("2026-03-29T02:00:00Z")));
  CHECK_FALSE(calendar.at(at("2026-03-29T00:59:00Z")));
}

TEST_CASE("an hour that comes twice begins a window once, and an hour written * twice", "[mute]") {
  // Paris, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
  const MuteWindow once = window("cron(30 2 * * *)", minutes{20}, "Europe/Paris");
  CHECK(begins(once, "2026-10-24T23:00:00Z", 2) == Times{"2026-10-25T00:30", "2026-10-26T01:30"});
  CHECK_FALSE(MuteCalendar(once).at(at("2026-10-25T01:35:00Z")));
  const MuteWindow hourly = window("cron(30 * * * *)", minutes{20}, "Europe/Paris");
  CHECK(begins(hourly, "2026-10-24T23:59:00Z", 4) ==
        Times{"2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30", "2026-10-25T03:30"});
  CHECK(MuteCalendar(hourly).at(at("2026-10-25T01:35:00Z")));
  CHECK_FALSE(MuteCalendar(hourly).at(at("2026-10-25T01:55:00Z")));
}

TEST_CASE("durations are the time that passes, whatever the clocks do meanwhile", "[mute]") {
  const MuteCalendar spring(window("cron(0 0 29 3 *)", hours{4}, "Europe/Paris"));
  CHECK(show(spring.at(at("2026-03-29T00:00:00Z"))) ==
        "2026-03-28T23:00:00.000Z 2026-03-29T03:00:00.000Z");
  const MuteCalendar long_one(window("cron(0 0 1 * *)", days{15}));
  CHECK(long_one.at(at("2026-05-15T23:59:00Z")));
  CHECK_FALSE(long_one.at(at("2026-05-16T00:00:00Z")));
}

TEST_CASE("every minute of a day is covered by a window that begins every minute", "[mute]") {
  const MuteCalendar always(window("cron(* * * * *)", minutes{1}, "Europe/Paris"));
  for (Instant t = at("2026-10-24T22:00:00Z"); t < at("2026-10-25T06:00:00Z"); t += minutes{7})
    CHECK(always.at(t));
  for (Instant t = at("2026-03-28T22:00:00Z"); t < at("2026-03-29T06:00:00Z"); t += minutes{7})
    CHECK(always.at(t));
}

TEST_CASE("a schedule may name one time", "[mute]") {
  const MuteCalendar once(window("at(2026-12-24T18:00)", hours{6}, "America/New_York"));
  CHECK(show(once.next(at("2026-01-01T00:00:00Z"))) ==
        "2026-12-24T23:00:00.000Z 2026-12-25T05:00:00.000Z");
  CHECK(once.at(at("2026-12-25T00:00:00Z")));
  CHECK_FALSE(once.is_over(at("2026-12-25T04:59:00Z")));
  CHECK(once.is_over(at("2026-12-25T05:00:00Z")));
}

TEST_CASE("start and expiry cut the windows that they fall into", "[mute]") {
  MuteWindow w = window("cron(0 2 * * *)", hours{2});
  w.start = at("2026-03-01T03:00:00Z");
  w.expire = at("2026-03-03T02:30:00Z");
  const MuteCalendar calendar(w);
  CHECK_FALSE(calendar.at(at("2026-03-01T02:30:00Z")));
  CHECK(show(calendar.next(at("2026-02-01T00:00:00Z"))) ==
        "2026-03-01T03:00:00.000Z 2026-03-01T04:00:00.000Z");
  CHECK(show(calendar.at(at("2026-03-03T02:00:00Z"))) ==
        "2026-03-03T02:00:00.000Z 2026-03-03T02:30:00.000Z");
  CHECK_FALSE(calendar.next(at("2026-03-03T02:00:00Z")));
  CHECK(calendar.is_over(at("2026-03-03T02:30:00Z")));
}

TEST_CASE("what is wrong with a schedule is said where it stands", "[mute]") {
  CHECK(fault("cron(0 2 * *)") == "5: cron has five fields, here are 4");
  CHECK(fault("cron(0 24 * * *)") == "7: \"24\" is no hour");
  CHECK(fault("cron(*/15 2 * * *)") == "5: \"*/15\" is no minute");
  CHECK(fault("cron(0 2 ? * *)") == "9: \"?\" is no day of the month");
  CHECK(fault("cron(0 2 * * 7)") == "13: \"7\" is no day of the week");
  CHECK(fault("cron(0 2 * * FRI-MON)") == "13: a range must rise");
  CHECK(fault("cron(0 2,, * * *)") == "9: \"\" is no hour");
  CHECK(fault("at(2026-02-29T00:00)") == "3: at() holds a time");
  CHECK(fault("every day") == "0: a schedule is cron(...) or at(...)");
  CHECK(fault("cron(" + std::string(300, '*') + ")") == "0: a schedule has at most 256 bytes");
  CHECK(fault("") == "0: a schedule is cron(...) or at(...)");
}

TEST_CASE("durations are read in ISO 8601 and in Tocsin's own words", "[mute]") {
  CHECK(parse_any_duration("PT1M") == minutes{1});
  CHECK(parse_any_duration("P15D") == days{15});
  CHECK(parse_any_duration("P1DT2H30M") == hours{26} + minutes{30});
  CHECK(parse_any_duration("P2W") == days{14});
  CHECK(parse_any_duration("1h30m") == minutes{90});
  for (const char* bad : {"P", "PT", "P1H", "PT1D", "P1.5D", "P-1D", "P1DT", "1 hour", "PT1M1H"})
    CHECK_FALSE(parse_any_duration(bad));
}

}  // namespace tocsin
