// SPDX-License-Identifier: Apache-2.0
// Trouble as users meet it: every alarm fires, none twice.
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

World root_world() {
  return World(rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})}));
}

void look(World& w, Duration at, std::vector<StreamLook> streams) {
  w.engine->look({"app", kStart + at, std::move(streams), {}}, kStart + at, w.out);
}

// Matched events at kStart + each of `times`, read together at kStart + `at`.
void read(World& w, Duration at, const std::string& stream, const std::vector<Duration>& times,
          bool more = false) {
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = "app";
  b.stream = b.source = stream;
  b.read_at = b.source_time = kStart + at;
  b.more_unread = more;
  for (const Duration t : times) {
    const std::uint32_t index = b.add_event(kStart + t);
    b.matches.push_back({index, index, "a message", "", {{0, 1.0, {}}}});
  }
  w.engine->apply(b, kStart + at, w.out);
}

}  // namespace

TEST_CASE("a host that slept for a day tells what happened meanwhile, in order and once") {
  World w = root_world();
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  CHECK(w.told() == Lines{"10000 root OK>ALARM"});
  w.engine->advance(kStart + days{1}, w.out);
  CHECK(w.told().empty());  // nobody has looked yet
  look(w, days{1}, {{"a.log", true, {}}});
  CHECK(w.told().empty());
  read(w, days{1}, "a.log", {hours{1}, hours{2}, hours{3}});
  w.quiet_until(days{1});
  CHECK(w.told() == Lines{"310000 root ALARM>OK", "3600000 root OK>ALARM", "3900000 root ALARM>OK",
                          "7200000 root OK>ALARM", "7500000 root ALARM>OK",
                          "10800000 root OK>ALARM", "11100000 root ALARM>OK"});
  w.quiet_until(days{1} + hours{1});
  CHECK(w.told().empty());
}

TEST_CASE("absence is not concluded from a night in which nobody looked") {
  Alarm absent = count_alarm("backup", 1, minutes{10});
  absent.comparison = Comparison::less;
  World w(rules_with({filter_named("backup")}, {absent}));
  w.quiet_until(seconds{0});
  w.event(minutes{5});
  w.engine->advance(kStart + hours{8}, w.out);
  look(w, hours{8}, {{"a.log", true, {}}});
  CHECK(w.told().empty());
  std::vector<Duration> written;
  for (Duration t = minutes{10}; t <= hours{8}; t += minutes{5}) written.push_back(t);
  read(w, hours{8}, "a.log", written);
  w.quiet_until(hours{8});
  CHECK(w.told().empty());
  w.quiet_until(hours{8} + minutes{11});
  CHECK(w.told() == Lines{"29400000 backup OK>ALARM"});
}

TEST_CASE("a clock set back an hour fires what comes then, and repeats nothing") {
  World w = root_world();
  w.quiet_until(seconds{0});
  w.event(minutes{10});
  w.quiet_until(hours{2});
  CHECK(w.told() == Lines{"600000 root OK>ALARM", "900000 root ALARM>OK"});
  w.engine->clock_set_back(kStart + hours{1}, hours{1}, w.out);
  w.quiet_until(hours{1});
  CHECK(w.told().empty());
  w.event(hours{1} + minutes{1});
  CHECK(w.told() == Lines{"3660000 root OK>ALARM"});
  w.restart(hours{1} + minutes{2});
  w.quiet_until(hours{3});
  CHECK(w.told() == Lines{"3960000 root ALARM>OK"});
}

TEST_CASE("a clock set back tells nothing of a long form twice, and what comes then at once") {
  Alarm alarm = sum_alarm("sum", 1, 1);
  alarm.treat_missing_data = MissingData::not_breaching;
  World w(rules_with({filter_named("f", "m")}, {alarm}));
  w.quiet_until(seconds{0});
  w.quiet_until(minutes{1});
  w.event(minutes{90}, 0, 2);
  w.quiet_until(hours{2});
  CHECK(w.told() ==
        Lines{"60000 sum INSUFFICIENT_DATA>OK", "5400000 sum OK>ALARM", "5640000 sum ALARM>OK"});
  w.engine->clock_set_back(kStart + hours{1}, hours{1}, w.out);
  w.quiet_until(hours{1} + minutes{10});
  w.restart(hours{1} + minutes{10});
  w.event(hours{1} + minutes{11}, 0, 2);
  CHECK(w.told() == Lines{"4260000 sum OK>ALARM"});
  w.quiet_until(hours{1} + minutes{20});
  CHECK(w.told() == Lines{"4500000 sum ALARM>OK"});
  w.engine->clock_set_back(kStart + hours{1}, minutes{20}, w.out);
  for (Duration t = hours{1}; t < hours{3}; t += minutes{7}) {
    w.quiet_until(t);
    w.restart(t);
  }
  CHECK(w.told().empty());
}

TEST_CASE("missing data are not concluded from a night in which nobody looked") {
  for (const MissingData treat : {MissingData::missing, MissingData::breaching}) {
    Alarm alarm = sum_alarm("beat", 2, 2);
    alarm.treat_missing_data = treat;
    alarm.threshold = 9;
    World w(rules_with({filter_named("beat", "m")}, {alarm}));
    w.quiet_until(seconds{0});
    for (int i = 0; i < 5; ++i) w.event(minutes{i});
    w.quiet_until(minutes{5});
    w.told();
    w.engine->advance(kStart + days{1}, w.out);
    look(w, days{1}, {{"a.log", true, {}}});
    w.restart(days{1});
    look(w, days{1}, {{"a.log", true, {}}});
    CHECK(w.told().empty());
    std::vector<Duration> written;
    for (Duration t = minutes{5}; t <= days{1}; t += minutes{1}) written.push_back(t);
    read(w, days{1}, "a.log", written);
    w.quiet_until(days{1});
    CHECK(w.told().empty());
    w.quiet_until(days{1} + minutes{10});
    const std::string to = treat == MissingData::missing ? "INSUFFICIENT_DATA" : "ALARM";
    REQUIRE(w.out.transitions.size() == 1);
    CHECK(to_string(w.out.transitions[0].to) == to);
  }
}

TEST_CASE("an object that cannot be read holds its group for max_stall only, and is judged late") {
  World w = root_world();
  const StreamLook quiet{"a.log", false, {}}, stuck{"b.log", true, kStart + minutes{1}};
  look(w, minutes{1}, {quiet, stuck});
  read(w, minutes{2}, "a.log", {minutes{2}});
  CHECK(w.told() == Lines{"120000 root OK>ALARM"});
  for (Duration t = minutes{3}; t <= minutes{11}; t += minutes{1}) look(w, t, {quiet, stuck});
  CHECK(w.told().empty());  // its red cannot end before what is in the object is known
  CHECK_FALSE(w.engine->groups()[0].partial_data);
  look(w, minutes{12}, {quiet, stuck});
  CHECK(w.told() == Lines{"420000 root ALARM>OK"});
  CHECK(w.engine->groups()[0].partial_data);
  for (Duration t = minutes{13}; t <= minutes{40}; t += minutes{1}) look(w, t, {quiet, stuck});
  CHECK(w.told().empty());
  // It can be read again: what had been shown is not told anew, the rest is, late.
  read(w, minutes{40}, "b.log", {minutes{3}, minutes{20}});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].late);
  CHECK(w.told() == Lines{"1200000 root OK>ALARM"});
  look(w, minutes{60}, {quiet, {"b.log", false, {}}});
  CHECK_FALSE(w.engine->groups()[0].partial_data);
  const Lines told = w.told();
  REQUIRE(told.size() == 1);
  CHECK(told[0].find("root ALARM>OK") != std::string::npos);
}

TEST_CASE("a stream that is slow but moves is waited for") {
  World w = root_world();
  look(w, minutes{1}, {{"b.log", true, kStart + seconds{1}}});
  for (int i = 1; i <= 60; ++i) {
    const Duration now = minutes{1} + i * minutes{5};
    look(w, now, {{"b.log", true, {}}});
    read(w, now, "b.log", {i * seconds{10}}, true);
    CHECK_FALSE(w.engine->groups()[0].partial_data);
  }
  // One long red from the first event on: they came ten seconds apart.
  CHECK(w.told() == Lines{"10000 root OK>ALARM"});
}

}  // namespace tocsin
