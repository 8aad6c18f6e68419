// SPDX-License-Identifier: Apache-2.0
#include "rules/message/history_items.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/names.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;
using Catch::Matchers::Contains;

constexpr const char* kTopicArn = "arn:aws:sns:us-east-1:000000000000:ops";

Alarm sample_alarm() {
  Alarm a;
  a.name = "root-login";
  a.description = "Root was used";
  a.metric_namespace = "Tocsin";
  a.metric_name = "root-login";
  a.anchor = Anchor::event;
  a.period = minutes{5};
  a.threshold = 1;
  a.alarm_topics = {"ops"};
  return a;
}

Transition sample_change() {
  Transition t;
  t.alarm = "root-login";
  t.from = AlarmState::insufficient_data;
  t.to = AlarmState::alarm;
  t.decided_at = instant_from_ms(1'773'488'462'123);
  t.reason = "Threshold Crossed";
  t.reason_data = R"({"version":"1.0","recentDatapoints":[2.0]})";
  t.from_reason = "Unchecked: Initial alarm creation";
  return t;
}

Notification sample_message() {
  Notification n;
  n.topic_arn = kTopicArn;
  n.transition = sample_change();
  n.cloudwatch_message = R"({"AlarmName":"root-login","x-source":{"events":[]}})";
  return n;
}

DeliveryRecord outcome(DeliveryRecord::Fate fate, const std::string& detail = {},
                       int attempts = 1) {
  DeliveryRecord r;
  r.fate = fate;
  r.attempts = attempts;
  r.at = instant_from_ms(1'773'488'463'000);
  r.detail = detail;
  return r;
}

}  // namespace

TEST_CASE("a change of state is an item in CloudWatch's words", "[message][history]") {
  const HistoryItem item = state_update_item(sample_change());
  CHECK(item.type == "StateUpdate");
  CHECK(item.summary == "Alarm updated from INSUFFICIENT_DATA to ALARM");
  const Json expected = Json::parse(
      R"({"version":"1.0",
          "oldState":{"stateValue":"INSUFFICIENT_DATA","stateReason":"Unchecked: Initial alarm creation"},
          "newState":{"stateValue":"ALARM","stateReason":"Threshold Crossed",
                      "stateReasonData":{"version":"1.0","recentDatapoints":[2.0]}}})");
  CHECK(item.data == expected.dump());
}

TEST_CASE("a change of one key is the contributor's", "[message][history]") {
  Transition t = sample_change();
  t.key = {{"account", "1"}};
  CHECK(state_update_item(t).type == "AlarmContributorStateUpdate");
  CHECK(state_update_item(t).key == t.key);
}

TEST_CASE("reason data that do not fit are left out, the old state's first", "[message][history]") {
  Transition t = sample_change();
  t.reason_data = "{\"x\":\"" + std::string(3000, 'n') + "\"}";
  t.from_reason_data = "{\"x\":\"" + std::string(3000, 'o') + "\"}";
  Json data = Json::parse(state_update_item(t).data);
  CHECK_FALSE(data["oldState"].contains("stateReasonData"));
  CHECK(data["newState"].contains("stateReasonData"));
  t.reason_data = "{\"x\":\"" + std::string(4090, 'n') + "\"}";
  data = Json::parse(state_update_item(t).data);
  CHECK_FALSE(data["newState"].contains("stateReasonData"));
}

TEST_CASE("a new alarm's configuration stands in its history", "[message][history]") {
  const HistoryItem item = configuration_item(ConfigurationChange::created, sample_alarm(),
                                              RuleSet{}, instant_from_ms(5));
  CHECK(item.type == "ConfigurationUpdate");
  CHECK(item.summary == "Alarm \"root-login\" created");
  const Json data = Json::parse(item.data);
  CHECK(data["type"] == "Create");
  const Json& alarm = data["createdAlarm"];
  CHECK(alarm["alarmName"] == "root-login");
  CHECK(alarm["namespace"] == "Tocsin");
  CHECK(alarm["period"] == 300);
  CHECK(alarm["evaluationPeriods"] == 1);
  CHECK(alarm["treatMissingData"] == "notBreaching");
  CHECK(alarm["alarmActions"] == Json::array({kTopicArn}));
  CHECK(alarm["okactions"] == Json::array());
  CHECK(alarm["actionsEnabled"] == true);
  for (const auto& [change, member] : {std::pair(ConfigurationChange::updated, "updatedAlarm"),
                                       std::pair(ConfigurationChange::deleted, "deletedAlarm")})
    CHECK(Json::parse(configuration_item(change, sample_alarm(), RuleSet{}, {}).data)
              .contains(member));
}

TEST_CASE("a configuration that is too long is cut as valid JSON", "[message][history]") {
  Alarm a = sample_alarm();
  a.description = std::string(5000, 'd');
  HistoryItem item = configuration_item(ConfigurationChange::updated, a, RuleSet{}, {});
  CHECK(item.data.size() <= 4095);
  CHECK(Json::parse(item.data)["updatedAlarm"]["threshold"] == 1.0);
  a.dimensions = {{"x", std::string(5000, 'v')}};
  item = configuration_item(ConfigurationChange::updated, a, RuleSet{}, {});
  CHECK(Json::parse(item.data)["updatedAlarm"]["threshold"] == 1.0);
  a.name = std::string(255, 'n');
  a.unit = std::string(5000, 'u');
  item = configuration_item(ConfigurationChange::updated, a, RuleSet{}, {});
  CHECK(Json::parse(item.data)["updatedAlarm"]["alarmName"] == a.name);
  CHECK(item.summary.size() <= 255);
}

TEST_CASE("an action that was executed says where to", "[message][history]") {
  const auto item = action_item(sample_message(), outcome(DeliveryRecord::Fate::delivered), "mail");
  REQUIRE(item);
  CHECK(item->type == "Action");
  CHECK(item->time == instant_from_ms(1'773'488'463'000));
  CHECK(item->summary == std::string("Successfully executed action ") + kTopicArn);
  const Json data = Json::parse(item->data);
  CHECK(data["actionState"] == "Succeeded");
  CHECK(data["notificationResource"] == kTopicArn);
  CHECK(data["stateUpdateTimestamp"] == 1'773'488'462'123);
  CHECK(data["publishedMessage"] == R"({"AlarmName":"root-login"})");
  CHECK(data["error"].is_null());
  CHECK(data["endpoint"] == "mail");
}

TEST_CASE("an action that failed says why", "[message][history]") {
  const auto item =
      action_item(sample_message(), outcome(DeliveryRecord::Fate::dead, "404 from example.com", 3),
                  "webhook example.com");
  REQUIRE(item);
  CHECK(item->summary == std::string("Failed to execute action ") + kTopicArn +
                             ". Received error: \"404 from example.com\"");
  CHECK(Json::parse(item->data)["actionState"] == "Failed");
  CHECK(Json::parse(item->data)["error"] == "404 from example.com");
}

TEST_CASE("only the first attempt that is to be repeated is told", "[message][history]") {
  const auto first = action_item(sample_message(), outcome(DeliveryRecord::Fate::retry, "503"), "");
  REQUIRE(first);
  CHECK(Json::parse(first->data)["actionState"] == "InProgress");
  CHECK_FALSE(action_item(sample_message(), outcome(DeliveryRecord::Fate::retry, "503", 2), ""));
}

TEST_CASE("a published message that is too long is left out", "[message][history]") {
  Notification n = sample_message();
  n.transition.key = {{"account", "1"}};
  n.cloudwatch_message = "{\"AlarmDescription\":\"" + std::string(5000, 'd') + "\"}";
  const auto item =
      action_item(n, outcome(DeliveryRecord::Fate::dead, std::string(9000, 'e')), "mail");
  REQUIRE(item);
  CHECK(item->type == "AlarmContributorAction");
  CHECK(item->data.size() <= 4095);
  CHECK(item->summary.size() <= 255);
  CHECK_FALSE(Json::parse(item->data).contains("publishedMessage"));
}

TEST_CASE("a contributor's id is 16 hex digits of its key alone", "[message][history]") {
  const std::string id = contributor_id({{"account", "111122223333"}});
  CHECK(id == "c912bf69aea6a3d1");
  CHECK(contributor_id({{"account", "111122223334"}}) != id);
  CHECK(contributor_id({}).empty());
}

}  // namespace tocsin
