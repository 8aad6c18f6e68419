// SPDX-License-Identifier: Apache-2.0
// The keys of an alarm as CloudWatch's contributors, and the alarm as a whole.
#include <nlohmann/json.hpp>

#include "rules/message/names.hpp"
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

RuleSet by_user(MissingData treat = MissingData::missing) {
  MetricFilter f = filter_named("f", "m");
  f.dimensions = {{"user", "$.user"}};
  Alarm a = sum_alarm("by-user", 1, 1);
  a.group_by = {"user"};
  a.treat_missing_data = treat;
  a.ok_topics = {"ops"};
  RuleSet out = rules_with({f}, {a});
  out.event_bus = true;
  return out;
}

RuleSet short_by_user() {
  MetricFilter f = filter_named("by-user");
  f.dimensions = {{"user", "$.user"}};
  Alarm a = count_alarm("by-user", 2, minutes{5});
  a.group_by = {"user"};
  return rules_with({f}, {a});
}

// "type key summary" of history since the last call, configurations left out.
Lines history(World& w) {
  Lines lines;
  for (const HistoryItem& item : w.out.history)
    if (item.type != "ConfigurationUpdate")
      lines.push_back(item.type + " " + (item.key.empty() ? "" : item.key[0].second + " ") +
                      item.summary);
  w.out = {};
  return lines;
}

AlarmStatus whole(const World& w) {
  for (const AlarmStatus& s : w.engine->alarms())
    if (s.key.empty()) return s;
  return {};
}

std::string reason_of(const World& w, const char* user) {
  for (const AlarmStatus& s : w.engine->alarms())
    if (!s.key.empty() && s.key[0].second == user) return s.reason;
  return "?";
}

}  // namespace

TEST_CASE("an alarm with group_by is in ALARM while a key is", "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  CHECK(whole(w).state == AlarmState::insufficient_data);
  CHECK(whole(w).reason == "Unchecked: Initial alarm creation");
  w.out = {};
  w.event(seconds{1}, 0, 2, {"ann"});
  CHECK(history(w) == Lines{"AlarmContributorStateUpdate ann Alarm updated from "
                            "INSUFFICIENT_DATA to ALARM",
                            "StateUpdate Alarm updated from INSUFFICIENT_DATA to ALARM"});
  CHECK(whole(w).state == AlarmState::alarm);
  CHECK(whole(w).reason == "1 out of 1 time series evaluated to ALARM");
  w.event(seconds{2}, 0, 2, {"bob"});
  w.event(seconds{3}, 0, 1, {"cid"});
  CHECK(history(w) == Lines{"AlarmContributorStateUpdate bob Alarm updated from "
                            "INSUFFICIENT_DATA to ALARM"});
  CHECK(whole(w).reason == "2 out of 3 time series evaluated to ALARM");
  CHECK(whole(w).state_since == kStart + seconds{1});
}

TEST_CASE("people are told of the keys and not of the whole", "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  w.out = {};
  w.event(seconds{1}, 0, 2, {"ann"});
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.notifications[0].transition.key == AlarmKey{{"user", "ann"}});
  CHECK(w.out.transitions.size() == 1);
}

TEST_CASE("the event bus hears of the key and of the whole", "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  w.out = {};
  w.event(seconds{1}, 0, 2, {"ann"});
  REQUIRE(w.out.records.size() == 2);
  const Json key = Json::parse(w.out.records[0].json), all = Json::parse(w.out.records[1].json);
  CHECK(key["detail-type"] == "CloudWatch Alarm Contributor State Change");
  CHECK(key["detail"]["alarmContributor"]["id"] == contributor_id({{"user", "ann"}}));
  CHECK(all["detail-type"] == "CloudWatch Alarm State Change");
  CHECK(all["detail"]["state"]["reason"] == "1 out of 1 time series evaluated to ALARM");
  CHECK(all["detail"]["previousState"]["reason"] == "Unchecked: Initial alarm creation");
  CHECK(key["id"] != all["id"]);
}

TEST_CASE("a contributor's reason names the newest datapoint that tells",
          "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 2, {"ann"});
  w.event(seconds{2}, 0, 1, {"bob"});
  CHECK(reason_of(w, "ann") ==
        "Threshold Crossed: 1 out of the last 1 datapoints was greater than or equal to the "
        "threshold (2.0) (minimum 1 datapoint for OK -> ALARM transition). The most recent "
        "datapoint which crossed the threshold: [2.0 (01/01/26 00:00:00)].");
  w.quiet_until(minutes{1} + seconds{1});
  CHECK(reason_of(w, "bob") ==
        "Threshold Crossed: 1 out of the last 1 datapoints was not greater than or equal to the "
        "threshold (2.0) (minimum 1 datapoint for ALARM -> OK transition). The most recent "
        "datapoint which did not cross the threshold: [1.0 (01/01/26 00:00:00)].");
}

TEST_CASE("a key that vanishes goes to OK, whatever missing data are treated as",
          "[engine][contributors]") {
  const auto treat =
      GENERATE(MissingData::missing, MissingData::ignore, MissingData::not_breaching);
  World w(by_user(treat));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 2, {"ann"});
  w.out = {};
  for (int minute = 1; minute <= 6; ++minute) w.quiet_until(minutes{minute} + seconds{1});
  REQUIRE(w.out.transitions.size() == 1);
  const Transition& gone = w.out.transitions[0];
  CHECK(gone.to == AlarmState::ok);
  CHECK(w.out.notifications.size() == 1);
  // While the range still holds the datapoint, the key is judged by it.
  if (treat != MissingData::not_breaching) {
    CHECK(gone.at == kStart + minutes{4});
    CHECK(gone.reason == "No data was returned for this contributor");
  }
  CHECK(whole(w).state == AlarmState::insufficient_data);
  CHECK(whole(w).reason == "Insufficient Data: no time series were returned.");
  w.event(minutes{9}, 0, 1, {"bob"});
  w.quiet_until(minutes{10} + seconds{1});
  CHECK(whole(w).state == AlarmState::ok);
  CHECK(whole(w).reason == "0 out of 1 time series evaluated to ALARM");
}

TEST_CASE("a key red by absence stays red, since that is what is watched for",
          "[engine][contributors]") {
  World w(by_user(MissingData::breaching));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  for (int minute = 1; minute <= 9; ++minute) w.quiet_until(minutes{minute} + seconds{1});
  CHECK(whole(w).state == AlarmState::alarm);
  CHECK(whole(w).reason == "1 out of 1 time series evaluated to ALARM");
}

TEST_CASE("a short rule with group_by begins in OK and goes back to it", "[engine][contributors]") {
  World w(short_by_user());
  w.quiet_until(seconds{0});
  CHECK(whole(w).state == AlarmState::ok);
  w.out = {};
  w.event(seconds{1}, 0, 1, {"ann"});
  CHECK(history(w).empty());
  w.event(seconds{2}, 0, 1, {"ann"});
  w.event(seconds{3}, 0, 1, {"bob"});
  CHECK(history(w) == Lines{"AlarmContributorStateUpdate ann Alarm updated from OK to ALARM",
                            "StateUpdate Alarm updated from OK to ALARM"});
  CHECK(whole(w).reason == "1 out of 2 time series evaluated to ALARM");
  w.quiet_until(minutes{10});
  CHECK(whole(w).state == AlarmState::ok);
  CHECK(whole(w).reason == "0 out of 2 time series evaluated to ALARM");
}

TEST_CASE("a restart tells nothing of the whole twice", "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 2, {"ann"});
  const AlarmStatus before = whole(w);
  w.restart(seconds{2});
  w.out = {};
  w.event(seconds{3}, 0, 2, {"ann"});
  CHECK(history(w).empty());
  CHECK(whole(w).state == AlarmState::alarm);
  CHECK(whole(w).reason == before.reason);
  CHECK(whole(w).updated_at == before.updated_at);

  SECTION("also of a store that knew nothing of it") {
    w.save();
    std::erase_if(w.stored.alarms, [](const AlarmStatus& s) { return s.key.empty(); });
    w.restart(seconds{4});
    CHECK(history(w).empty());
    CHECK(whole(w).state == AlarmState::alarm);
    w.save();
    CHECK(w.stored.alarms.size() == 2);
  }
}

TEST_CASE("the row of the whole goes with the alarm, and with its group_by",
          "[engine][contributors]") {
  World w(by_user());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 2, {"ann"});
  w.save();
  CHECK(w.stored.alarms.size() == 2);
  RuleSet single = by_user();
  single.filters[0].dimensions.clear();
  single.alarms[0].group_by = {};

  SECTION("to one state") {
    w.reload(single, seconds{2});
    w.save();
    REQUIRE(w.stored.alarms.size() == 1);
    CHECK(w.stored.alarms[0].key.empty());
    CHECK(w.stored.alarms[0].state == AlarmState::insufficient_data);
    w.reload(by_user(), seconds{3});
    w.save();
    REQUIRE(w.stored.alarms.size() == 1);
    CHECK(w.stored.alarms[0].reason == "Unchecked: Initial alarm creation");
  }
  SECTION("to nothing") {
    RuleSet none = by_user();
    none.alarms.clear();
    w.reload(none, seconds{2});
    w.save();
    CHECK(w.stored.alarms.empty());
  }
  SECTION("to another name") {
    RuleSet renamed = by_user();
    renamed.alarms[0].name = "renamed";
    renamed.alarms[0].was = "by-user";
    w.out = {};
    w.reload(renamed, seconds{2});
    CHECK(history(w).empty());
    w.save();
    CHECK(w.stored.alarms.size() == 2);
    CHECK(whole(w).alarm == "renamed");
    CHECK(whole(w).state == AlarmState::alarm);
  }
}

}  // namespace tocsin
