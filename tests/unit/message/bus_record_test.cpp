// SPDX-License-Identifier: Apache-2.0
#include "rules/message/bus_record.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/names.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

Alarm cpu_alarm() {
  Alarm a;
  a.name = "ServerCpuTooHigh";
  a.description = "Goes off when the CPU is busy";
  a.metric_namespace = "Host";
  a.metric_name = "Cpu";
  a.dimensions = {{"host", "web-1"}};
  a.statistic = Statistic::average;
  a.period = minutes{5};
  a.evaluation_periods = 3;
  a.datapoints_to_alarm = 2;
  a.comparison = Comparison::greater;
  a.threshold = 70;
  a.alarm_topics = {"ops"};
  return a;
}

Transition red() {
  Transition t;
  t.id = "8d1b9b8e-0000-5000-8000-000000000001";
  t.sequence = 7;
  t.alarm = "ServerCpuTooHigh";
  t.from = AlarmState::ok;
  t.to = AlarmState::alarm;
  t.decided_at = instant_from_ms(1'773'488'462'123);
  t.reason = "Threshold Crossed: ...";
  t.reason_data = R"({"version":"1.0"})";
  t.from_reason = "Unchecked: Initial alarm creation";
  t.from_updated = instant_from_ms(1'773'488'400'000);
  return t;
}

std::vector<std::string> names(const Json& object) {
  std::vector<std::string> out;
  for (const auto& [name, value] : object.items()) out.push_back(name);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a change of state is EventBridge's record, member by member", "[message][bus]") {
  const BusRecord record = state_change_record(red(), cpu_alarm(), RuleSet{});
  const Json expected = Json::parse(R"({
    "version": "0",
    "id": ")" + record.id + R"(",
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "account": "000000000000",
    "time": "2026-03-14T11:41:02Z",
    "region": "us-east-1",
    "resources": ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:ServerCpuTooHigh"],
    "detail": {
      "alarmName": "ServerCpuTooHigh",
      "state": {"value": "ALARM", "reason": "Threshold Crossed: ...",
                "reasonData": "{\"version\":\"1.0\"}",
                "timestamp": "2026-03-14T11:41:02.123+0000"},
      "previousState": {"value": "OK", "reason": "Unchecked: Initial alarm creation",
                        "timestamp": "2026-03-14T11:40:00.000+0000"},
      "configuration": {
        "description": "Goes off when the CPU is busy",
        "metrics": [{
          "id": "m1",
          "metricStat": {
            "metric": {"namespace": "Host", "name": "Cpu", "dimensions": {"host": "web-1"}},
            "period": 300, "stat": "Average"},
          "returnData": true}]}}})");
  CHECK(Json::parse(record.json).dump(1) == expected.dump(1));
  CHECK(record.json.find('\n') == std::string::npos);
  CHECK(record.sequence == 7);
}

TEST_CASE("a record keeps its id however often it is made", "[message][bus]") {
  const BusRecord first = state_change_record(red(), cpu_alarm(), RuleSet{});
  CHECK(state_change_record(red(), cpu_alarm(), RuleSet{}).id == first.id);
  Transition other = red();
  other.id = "8d1b9b8e-0000-5000-8000-000000000002";
  CHECK(state_change_record(other, cpu_alarm(), RuleSet{}).id != first.id);
  CHECK(first.id.size() == 36);
  CHECK(first.id[14] == '5');
}

TEST_CASE("a change of one key is a contributor's record", "[message][bus]") {
  Transition t = red();
  t.key = {{"account", "1"}, {"user", std::string(5000, 'u')}};
  const BusRecord record = state_change_record(t, cpu_alarm(), RuleSet{});
  const Json json = Json::parse(record.json);
  CHECK(json["detail-type"] == "CloudWatch Alarm Contributor State Change");
  const Json& detail = json["detail"];
  CHECK(names(detail) == Names{"alarmName", "alarmContributor", "state", "configuration"});
  CHECK(detail["alarmContributor"]["id"] == contributor_id(t.key));
  CHECK(detail["alarmContributor"]["attributes"]["account"] == "1");
  CHECK(detail["alarmContributor"]["attributes"]["user"].get<std::string>().size() == 1024);
  CHECK(names(detail["state"]) == Names{"value", "reason", "timestamp"});
  CHECK(record.dedup_key != state_change_record(red(), cpu_alarm(), RuleSet{}).dedup_key);
}

TEST_CASE("a changed configuration is told with the one that it replaced", "[message][bus]") {
  const Instant now = instant_from_ms(1'773'488'470'500);
  AlarmStatus status;
  status.state = AlarmState::ok;
  status.updated_at = instant_from_ms(1'773'488'462'123);
  Alarm before = cpu_alarm();
  before.threshold = 60;
  const BusRecord record = configuration_change_record(ConfigurationChange::updated, cpu_alarm(),
                                                       &before, status, RuleSet{}, now);
  const Json json = Json::parse(record.json);
  CHECK(json["detail-type"] == "CloudWatch Alarm Configuration Change");
  CHECK(json["time"] == "2026-03-14T11:41:10Z");
  const Json& detail = json["detail"];
  CHECK(names(detail) ==
        Names{"alarmName", "operation", "state", "configuration", "previousConfiguration"});
  CHECK(detail["operation"] == "update");
  CHECK(detail["state"].dump() == R"({"value":"OK","timestamp":"2026-03-14T11:41:02.123+0000"})");
  CHECK(names(detail["configuration"]) ==
        Names{"evaluationPeriods", "datapointsToAlarm", "threshold", "comparisonOperator",
              "treatMissingData", "metrics", "alarmName", "description", "actionsEnabled",
              "okActions", "alarmActions", "insufficientDataActions", "timestamp"});
  CHECK(detail["configuration"]["threshold"] == 70.0);
  CHECK(detail["configuration"]["timestamp"] == "2026-03-14T11:41:10.500+0000");
  CHECK(detail["previousConfiguration"]["threshold"] == 60.0);
  for (const auto& [change, operation] : {std::pair(ConfigurationChange::created, "create"),
                                          std::pair(ConfigurationChange::deleted, "delete")}) {
    const Json other = Json::parse(
        configuration_change_record(change, cpu_alarm(), nullptr, status, RuleSet{}, now).json);
    CHECK(other["detail"]["operation"] == operation);
    CHECK_FALSE(other["detail"].contains("previousConfiguration"));
    CHECK(other["id"] != json["id"]);
  }
}

TEST_CASE("a record says who holds the actions", "[message][bus]") {
  Transition t = red();
  t.actions = ActionsFate::held;
  t.hold = ActionHold{HeldBy::mute_window,
                      "deploy",
                      "",
                      "",
                      instant_from_ms(1'773'486'000'000),
                      instant_from_ms(1'773'489'600'000)};
  const Json muted = Json::parse(state_change_record(t, cpu_alarm(), RuleSet{}).json)["detail"];
  CHECK(muted["muteDetail"].dump() ==
        R"({"mutedByArn":"arn:aws:cloudwatch:us-east-1:000000000000:alarm-mute-rule:deploy",)"
        R"("muteWindowStart":"2026-03-14T11:00:00.000+0000",)"
        R"("muteWindowEnd":"2026-03-14T12:00:00.000+0000"})");
  CHECK_FALSE(muted["state"].contains("actionsSuppressedBy"));
  t.hold = ActionHold{HeldBy::wait_period, "maintenance", "", "", t.decided_at, std::nullopt};
  const Json waits = Json::parse(state_change_record(t, cpu_alarm(), RuleSet{}).json)["detail"];
  CHECK(waits["state"]["actionsSuppressedBy"] == "WaitPeriod");
  CHECK(waits["state"]["actionsSuppressedReason"] == "Actions suppressed by WaitPeriod");
  CHECK_FALSE(waits.contains("muteDetail"));
}

TEST_CASE("bytes that are no text do not break a record", "[message][bus]") {
  Transition t = red();
  t.reason = "bad \xff bytes\n";
  t.key = {{"user", "\xff\"\n"}};
  CHECK_NOTHROW(Json::parse(state_change_record(t, cpu_alarm(), RuleSet{}).json));
}

TEST_CASE("a record is a message of the reserved topic", "[message][bus]") {
  const Notification n = bus_message(state_change_record(red(), cpu_alarm(), RuleSet{}));
  CHECK(n.topic == kEventBusTopic);
  CHECK(n.transition.sequence == 7);
  CHECK(Json::parse(n.event_record)["id"] == n.message_id);
}

}  // namespace tocsin
