// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

RuleSet one_alarm(double threshold, bool actions_enabled = true) {
  Alarm a = count_alarm("boom", threshold, minutes{5});
  a.actions_enabled = actions_enabled;
  RuleSet out = rules_with({filter_named("boom")}, {a});
  out.event_bus = true;
  return out;
}

std::vector<Json> records(World& w) {
  std::vector<Json> out;
  for (const BusRecord& r : w.out.records) out.push_back(Json::parse(r.json));
  w.out = {};
  return out;
}

}  // namespace

TEST_CASE("the event bus hears of a change that nobody is told of", "[engine][bus]") {
  World w(one_alarm(1, false));
  w.quiet_until(seconds{0});
  records(w);
  w.event(seconds{1});
  CHECK(w.out.notifications.empty());
  const auto heard = records(w);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0]["detail"]["state"]["value"] == "ALARM");
  CHECK(heard[0]["detail"]["previousState"]["value"] == "OK");
}

TEST_CASE("the event bus hears that an alarm could not be judged in full", "[engine][bus]") {
  World w(one_alarm(1));
  w.quiet_until(seconds{0});
  records(w);
  w.engine->look({"app", kStart + seconds{1}, {{"a.log", true, {}, true}}, {}}, kStart + seconds{1},
                 w.out);
  w.event(seconds{2});
  w.quiet_until(minutes{6});
  const auto heard = records(w);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0]["detail"]["state"]["evaluationState"] == "EVALUATION_FAILURE");
  CHECK_FALSE(heard[1]["detail"]["state"].contains("evaluationState"));
}

TEST_CASE("without an event bus nothing is made for it", "[engine][bus]") {
  RuleSet rules = one_alarm(1);
  rules.event_bus = false;
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  CHECK(w.out.records.empty());
  CHECK(w.out.transitions.size() == 1);
}

TEST_CASE("the event bus hears of an alarm that comes, changes and goes", "[engine][bus]") {
  World w(one_alarm(1));
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.out = {};
  w.reload(one_alarm(2), seconds{2});
  auto heard = records(w);
  REQUIRE(heard.size() == 1);
  CHECK(heard[0]["detail"]["operation"] == "update");
  CHECK(heard[0]["detail"]["state"]["value"] == "ALARM");
  CHECK(heard[0]["detail"]["configuration"]["threshold"] == 2.0);
  CHECK(heard[0]["detail"]["previousConfiguration"]["threshold"] == 1.0);
  RuleSet none = rules_with({}, {});
  none.event_bus = true;
  w.reload(none, seconds{3});
  heard = records(w);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0]["detail"]["state"]["reason"] == "Alarm deleted");
  CHECK(heard[1]["detail"]["operation"] == "delete");
  w.reload(one_alarm(2), seconds{4});
  heard = records(w);
  REQUIRE_FALSE(heard.empty());
  CHECK(heard[0]["detail"]["operation"] == "create");
}

}  // namespace tocsin
