// SPDX-License-Identifier: Apache-2.0
#include "rules/engine.hpp"

#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {

TEST_CASE("a short-form alarm fires when its sample arrives and goes to OK after its window") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason ==
        "Threshold Crossed: count 1 in the 300 s up to 01/01/26 00:00:10 was greater than or equal "
        "to the threshold (1.0).");
  CHECK(w.out.transitions[0].events.at(0).message == "message at 10000");
  CHECK(w.out.notifications.size() == 1);
  CHECK(w.told() == Lines{"10000 root OK>ALARM"});
  w.quiet_until(seconds{310});
  CHECK(w.told().empty());
  w.quiet_until(seconds{310} + milliseconds{1});
  CHECK(w.told() == Lines{"310000 root ALARM>OK"});
}

TEST_CASE("a long-form alarm breaches early and closes by plain evaluation") {
  World w(rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  CHECK(w.told().empty());
  w.event(seconds{20});
  CHECK(w.told() == Lines{"20000 sum INSUFFICIENT_DATA>ALARM"});
  w.event(seconds{65});
  w.quiet_until(seconds{120});
  CHECK(w.told() == Lines{"120000 sum ALARM>OK"});
}

TEST_CASE("the first OK of a long-form alarm is recorded but told to nobody") {
  World w(rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.quiet_until(seconds{60});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].silent);
  CHECK(w.out.notifications.empty());
}

TEST_CASE("an engine restored from its rows continues as if it had not stopped") {
  World w(rules_with({filter_named("root"), filter_named("f", "m")},
                     {count_alarm("root", 3, minutes{5}), sum_alarm("sum", 3, 2)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.event(seconds{20}, 1, 2);
  w.restart(seconds{21});
  w.event(seconds{30});
  w.restart(seconds{31});
  w.event(seconds{40});
  CHECK(w.told() == Lines{"40000 root OK>ALARM"});
  w.restart(seconds{41});
  w.event(seconds{70}, 1, 2);
  CHECK(w.told() == Lines{"70000 sum INSUFFICIENT_DATA>ALARM"});
  w.restart(seconds{71});
  w.quiet_until(seconds{400});
  const Lines told = w.told();
  CHECK(std::count(told.begin(), told.end(), "340000 root ALARM>OK") == 1);
}

TEST_CASE("nothing changed means no rows") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 3, minutes{5})}));
  w.event(seconds{10});
  w.save();
  StateDelta delta;
  w.engine->collect(delta);
  CHECK(delta.rows.empty());
  CHECK(delta.alarms.empty());
}

TEST_CASE("an engine that replays makes no rows of its alarms' definitions") {
  const World w(rules_with({filter_named("root")}, {count_alarm("root", 3, minutes{5})}));
  const auto has_alarm_row = [&](EngineOptions options) {
    Engine engine(w.rules, kStart, std::move(options));
    StateDelta delta;
    engine.collect(delta);
    return std::any_of(delta.rows.begin(), delta.rows.end(),
                       [](const StateRow& row) { return row.kind == "alarm"; });
  };
  CHECK(has_alarm_row({}));
  CHECK_FALSE(has_alarm_row({.replay = true}));
}

}  // namespace tocsin
