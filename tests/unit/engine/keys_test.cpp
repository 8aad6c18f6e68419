// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

RuleSet keyed(double threshold, Comparison c = Comparison::greater_or_equal,
              std::size_t max_keys = 10'000) {
  MetricFilter f = filter_named("by-user");
  f.dimensions = {{"user", "$.user"}};
  Alarm a = count_alarm("by-user", threshold, minutes{5});
  a.comparison = c;
  a.group_by = {"user"};
  a.max_keys = max_keys;
  return rules_with({f}, {a});
}

}  // namespace

TEST_CASE("each key has a state of its own, and an absent reference is a key too") {
  World w(keyed(2));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.event(seconds{2}, 0, 1, {"bob"});
  w.event(seconds{3}, 0, 1, {std::nullopt});
  CHECK(w.told().empty());
  w.event(seconds{4}, 0, 1, {"ann"});
  w.event(seconds{5}, 0, 1, {std::nullopt});
  CHECK(w.told() == Lines{"4000 by-user/ann OK>ALARM", "5000 by-user/ OK>ALARM"});
  CHECK(w.engine->alarms().size() == 4);  // the alarm as a whole, and three keys
}

TEST_CASE("the quiet key with the oldest sample makes room, one in ALARM never") {
  World w(keyed(2, Comparison::greater_or_equal, 2));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.event(seconds{2}, 0, 1, {"ann"});
  w.event(seconds{3}, 0, 1, {"bob"});
  w.event(seconds{4}, 0, 1, {"cid"});
  const std::vector<AlarmStatus> alarms = w.engine->alarms();
  REQUIRE(alarms.size() == 3);
  CHECK(alarms[1].key[0].second == "ann");
  CHECK(alarms[2].key[0].second == "cid");
  CHECK(w.engine->keys_dropped() == Engine::KeysDropped{{"by-user", 1}});
}

TEST_CASE("a key whose samples count no more gives way without a word") {
  World w(keyed(2, Comparison::greater_or_equal, 2));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.event(seconds{3}, 0, 1, {"bob"});
  w.event(minutes{6}, 0, 1, {"cid"});
  CHECK(w.engine->alarms().size() == 3);
  CHECK(w.engine->keys_dropped().empty());
}

TEST_CASE("when all keys are in ALARM further values share one") {
  World w(keyed(1, Comparison::greater_or_equal, 2));
  w.quiet_until(seconds{0});
  for (const char* user : {"a", "b", "c", "d"}) w.event(seconds{1}, 0, 1, {user});
  const Lines told = w.told();
  REQUIRE(told.size() == 3);
  CHECK(told[2] == "1000 by-user/(other) OK>ALARM");
}

TEST_CASE("a flood of a hundred thousand keys is bounded and quick") {
  World w(keyed(2));
  w.quiet_until(seconds{0});
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 100'000; ++i) w.event(milliseconds{i}, 0, 1, {"user-" + std::to_string(i)});
  w.quiet_until(hours{2});
  CHECK(w.engine->alarms().size() == 10'001);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{60});
}

TEST_CASE("a key red by absence alone for seven days is forgotten") {
  World w(keyed(1, Comparison::less));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.quiet_until(hours{1});
  CHECK(w.told() == Lines{"301000 by-user/ann OK>ALARM"});
  w.quiet_until(days{7} + minutes{4});
  CHECK(w.told().empty());
  w.restart(days{7} + minutes{4});
  w.quiet_until(days{7} + minutes{6});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].to == AlarmState::ok);
  CHECK(w.out.transitions[0].reason == "Key forgotten");
  CHECK(w.engine->alarms().size() == 1);  // the alarm as a whole
  w.save();
  CHECK(w.stored.alarms.size() == 1);
  const bool rows_of_it = std::any_of(
      w.stored.rows.begin(), w.stored.rows.end(),
      [](const auto& r) { return r.kind == "key" || r.kind == "cells" || r.kind == "evidence"; });
  CHECK_FALSE(rows_of_it);
}

TEST_CASE("a long form with group_by has one state for each value of that dimension") {
  MetricFilter f = filter_named("f", "m");
  f.dimensions = {{"account", "$.a"}, {"user", "$.u"}};
  Alarm by_account = sum_alarm("by-account", 1, 1);
  by_account.group_by = {"account"};
  Alarm one_series = sum_alarm("one-series", 1, 1);
  one_series.dimensions = {{"account", "1"}};
  World w(rules_with({f}, {by_account, one_series}));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"1", "ann"});
  w.event(seconds{2}, 0, 1, {"1", "bob"});
  CHECK(w.told() == Lines{"2000 by-account/1 INSUFFICIENT_DATA>ALARM"});
  // Without a user the event belongs to the series {account: 1} and to no other.
  w.event(seconds{3}, 0, 2, {"1", std::nullopt});
  CHECK(w.told() == Lines{"3000 one-series INSUFFICIENT_DATA>ALARM"});
  w.event(seconds{4}, 0, 2, {std::nullopt, "ann"});
  CHECK(w.told() == Lines{"4000 by-account/ INSUFFICIENT_DATA>ALARM"});
  const auto sum =
      w.engine->statistics("Test/m", {{"account", "1"}, {"user", "ann"}}, kStart, minutes{1});
  REQUIRE(sum);
  CHECK(sum->sum == 1);
  CHECK_FALSE(w.engine->statistics("Test/m", {}, kStart, minutes{1}));
}

}  // namespace tocsin
