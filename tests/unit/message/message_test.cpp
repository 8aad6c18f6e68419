// SPDX-License-Identifier: Apache-2.0
#include "rules/message/message.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/condition.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/text.hpp"
#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

using namespace tocsin;
using Json = nlohmann::ordered_json;

namespace {

RuleSet some_rules() {
  RuleSet rules;
  rules.identity = {"111122223333", "us-east-1", "prod"};
  rules.configured_at = instant_from_ms(1'769'932'800'000);
  rules.topics = {{"security", "Europe/Paris"}, {"ops", "UTC"}};
  MetricFilter filter;
  filter.name = filter.metric_name = "root-login";
  filter.metric_namespace = "Tocsin";
  filter.log_group = "cloudtrail";
  rules.filters = {filter};
  Alarm alarm;
  alarm.name = alarm.metric_name = "root-login";
  alarm.metric_namespace = "Tocsin";
  alarm.description = "CIS 4.3";
  alarm.anchor = Anchor::event;
  alarm.group_by = {"account"};
  alarm.period = minutes{5};
  alarm.threshold = 1;
  alarm.alarm_topics = {"security", "ops"};
  alarm.ok_topics = {"security"};
  alarm.severity = Severity::critical;
  alarm.summary = "Root activity: {{eventName}}";
  alarm.runbook = "https://wiki.example.com/root";
  alarm.tags = {{"cis", "4.3"}};
  alarm.where = {"rules.d/a.yaml", 7, 3};
  rules.alarms = {alarm};
  return rules;
}

Transition some_transition() {
  Transition t;
  t.id = "11111111-2222-5333-8444-555555555555";
  t.alarm = "root-login";
  t.key = {{"account", "1111"}};
  t.from = AlarmState::ok;
  t.to = AlarmState::alarm;
  t.at = instant_from_ms(1'773'488'462'123);
  t.decided_at = t.at + minutes{9};
  t.reason = "Threshold Crossed: 1 datapoint [2.0 (14/03/26 11:36:00)] was greater.";
  t.value = 2;
  t.events_total = 2;
  t.events = {{t.at, "a.json", 3,
               R"({"eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com",)"
               R"("userIdentity":{"type":"Root","accountId":"1111"}})"}};
  return t;
}

}  // namespace

TEST_CASE("a transition is told to every topic of its state", "[message]") {
  const RuleSet rules = some_rules();
  const std::vector<Notification> all = make_notifications(some_transition(), rules);
  REQUIRE(all.size() == 2);
  const Notification& n = all[0];
  CHECK(n.topic == "security");
  CHECK(n.topic_arn == "arn:aws:sns:us-east-1:111122223333:security");
  CHECK(n.alarm_arn == "arn:aws:cloudwatch:us-east-1:111122223333:alarm:root-login");
  CHECK(n.dedup_key == n.alarm_arn + R"(#{"account":"1111"})");
  CHECK(n.subject == "ALARM: \"root-login\" in US East (N. Virginia)");
  CHECK(n.summary == "Root activity: ConsoleLogin");
  CHECK(n.condition == "count >= 1 within 5m");
  CHECK(n.value_text == "2");
  CHECK(n.log_group == "cloudtrail");
  CHECK(n.rule_location == "rules.d/a.yaml:7");
  CHECK(n.when == "Saturday 14 March 2026, 12:41:02 CET");
  CHECK(all[1].when == "Saturday 14 March 2026, 11:41:02 UTC");
  REQUIRE(n.events.size() == 1);
  CHECK(n.transition.events.empty());
  CHECK(n.events[0].facts.who == "root account (1111)");
  CHECK(n.events[0].facts.when == "2026-03-14T12:41:02.123+01:00");
  CHECK(n.message_id != all[1].message_id);
  CHECK(n.message_id == make_notifications(some_transition(), rules)[0].message_id);
}

TEST_CASE("a summary can name the fields of a space-delimited pattern", "[message]") {
  RuleSet rules = some_rules();
  auto compiled = Pattern::compile("[..., user, from=from, ip, port=port, n, ssh]");
  REQUIRE(compiled.index() == 0);
  rules.filters[0].pattern = std::get<0>(compiled);
  rules.alarms[0].summary = "{{user}} from {{ip}}";
  Transition t = some_transition();
  t.events[0].message = "Failed password for root from 192.0.2.7 port 4022 ssh2";
  CHECK(make_notifications(t, rules)[0].summary == "root from 192.0.2.7");
}

TEST_CASE("nobody is told of what is silent, switched off or unknown", "[message]") {
  RuleSet rules = some_rules();
  Transition t = some_transition();
  t.silent = true;
  CHECK(make_notifications(t, rules).empty());
  t.silent = false;
  t.to = AlarmState::insufficient_data;
  CHECK(make_notifications(t, rules).empty());
  t.to = AlarmState::alarm;
  t.alarm = "another";
  CHECK(make_notifications(t, rules).empty());
  t.alarm = "root-login";
  t.actions = ActionsFate::disabled;
  CHECK(make_notifications(t, rules).empty());
}

TEST_CASE("an OK says how long it lasted", "[message]") {
  Transition t = some_transition();
  t.from = AlarmState::alarm;
  t.to = AlarmState::ok;
  t.since = t.at - minutes{7} - seconds{12};
  const std::vector<Notification> all = make_notifications(t, some_rules());
  REQUIRE(all.size() == 1);
  CHECK(all[0].duration_text == "7 min 12 s");
  CHECK(all[0].summary == "Back to OK after 7 min 12 s. It was: Root activity: ConsoleLogin");
}

TEST_CASE("the SNS message is CloudWatch's, field by field", "[message][cloudwatch]") {
  const RuleSet rules = some_rules();
  const Json m = Json::parse(make_notifications(some_transition(), rules)[0].cloudwatch_message);
  std::vector<std::string> names;
  for (const auto& [name, value] : m.items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"AlarmName", "AlarmDescription", "AWSAccountId",
                                          "ActionExecutedAfterMuteWindow",
                                          "AlarmConfigurationUpdatedTimestamp", "NewStateValue",
                                          "NewStateReason", "StateChangeTime", "Region", "AlarmArn",
                                          "OldStateValue", "OKActions", "AlarmActions",
                                          "InsufficientDataActions", "Trigger", "x-source"});
  CHECK(m["AlarmConfigurationUpdatedTimestamp"] == "2026-02-01T08:00:00.000+0000");
  CHECK(m["StateChangeTime"] == "2026-03-14T11:50:02.123+0000");
  CHECK(m["AlarmActions"][1] == "arn:aws:sns:us-east-1:111122223333:ops");
  CHECK(m["Trigger"].dump() ==
        R"({"MetricName":"root-login","Namespace":"Tocsin","StatisticType":"Statistic",)"
        R"("Statistic":"SUM","Unit":null,"Dimensions":[{"value":"1111","name":"account"}],)"
        R"("Period":300,"EvaluationPeriods":1,"DatapointsToAlarm":1,)"
        R"("ComparisonOperator":"GreaterThanOrEqualToThreshold","Threshold":1.0,)"
        R"("TreatMissingData":"notBreaching","EvaluateLowSampleCountPercentile":""})");
  const Json& x = m["x-source"];
  CHECK(x["eventsTotal"] == 2);
  CHECK(x["ruleId"] == "root-login");
  CHECK(x["dedupKey"].get<std::string>().ends_with(R"(#{"account":"1111"})"));
  CHECK(x["events"][0]["who"] == "root account (1111)");
  CHECK(Json::parse(x["events"][0]["message"].get<std::string>())["eventName"] == "ConsoleLogin");
}

TEST_CASE("a long form's trigger keeps its own numbers", "[message][cloudwatch]") {
  RuleSet rules = some_rules();
  Alarm& alarm = rules.alarms[0];
  alarm.anchor = Anchor::minute;
  alarm.description = {};
  alarm.period = minutes{1};
  alarm.evaluation_periods = 5;
  alarm.statistic = Statistic::sample_count;
  alarm.unit = "Count";
  const auto trigger = [&] {
    const std::string text = make_notifications(some_transition(), rules)[0].cloudwatch_message;
    const Json m = Json::parse(text);
    CHECK(m["AlarmDescription"].is_null());
    return m["Trigger"];
  };
  CHECK_FALSE(trigger().contains("DatapointsToAlarm"));
  alarm.datapoints_to_alarm = 3;
  CHECK(trigger()["DatapointsToAlarm"] == 3);
  CHECK(trigger()["EvaluationPeriods"] == 5);
  CHECK(trigger()["Statistic"] == "SAMPLE_COUNT");
  CHECK(trigger()["TreatMissingData"] == "missing");
  CHECK(trigger()["Unit"] == "Count");
}

TEST_CASE("hostile names and values break neither subject nor JSON", "[message]") {
  RuleSet rules = some_rules();
  Transition t = some_transition();
  const std::string evil = "a\"b\\c\r\nBcc: x@example.com <script>*_~ \xFF\xE2\x80\xAE";
  rules.alarms[0].name = t.alarm = evil;
  rules.alarms[0].summary = "{{evil}}";
  rules.alarms[0].description = evil;
  t.key = {{evil, evil + std::string(1'000'000, 'k')}};
  t.reason = evil;
  t.events.assign(5, {t.at, evil, 1, std::string(20'000, '\x01')});
  for (const Notification& n : make_notifications(t, rules)) {
    CHECK(n.subject == to_one_line(n.subject));
    CHECK(count_code_points(n.subject) <= 100);
    CHECK(Json::accept(n.cloudwatch_message));
    CHECK(n.cloudwatch_message.size() <= 256 * 1024);
    CHECK(n.dedup_key.size() < 1000);
    const Result<Notification> back = notification_from_json(to_json(n));
    REQUIRE(back.ok());
    CHECK(back->events.size() == 5);
  }
}

TEST_CASE("evidence is sent in at most 2 KB and read in full", "[message]") {
  Transition t = some_transition();
  t.events[0].message =
      R"({"eventName":"X","userIdentity":{"type":"Root"},"pad":")" + std::string(6000, 'p') + "\"}";
  const Notification n = make_notifications(t, some_rules())[0];
  CHECK(n.events[0].evidence.message.size() <= kSentEvidenceBytes);
  CHECK(Json::accept(n.events[0].evidence.message));
  CHECK(n.events[0].facts.who == "root account");
}

TEST_CASE("a test notification says that it is one", "[message]") {
  const Notification n = make_test_notification("security", some_rules(), instant_from_ms(1));
  CHECK(n.topic == "security");
  CHECK(n.summary.find("test") != std::string::npos);
  CHECK(n.subject.find("tocsin-notify-test") != std::string::npos);
  CHECK(Json::parse(n.cloudwatch_message)["NewStateReason"].get<std::string>().starts_with("Test"));
  CHECK(n.severity == Severity::info);
  CHECK(make_test_notification("new", RuleSet{}, instant_from_ms(1)).topic == "new");
}

TEST_CASE("a condition reads as a person would say it", "[message]") {
  Alarm alarm = some_rules().alarms[0];
  MetricFilter filter = some_rules().filters[0];
  CHECK(condition_text(alarm, &filter) == "count >= 1 within 5m");
  filter.value = "$.latency";
  alarm.comparison = Comparison::greater;
  alarm.threshold = 0.5;
  alarm.period = minutes{90};
  CHECK(condition_text(alarm, &filter) == "sum of $.latency > 0.5 within 1h30m");
  alarm.anchor = Anchor::minute;
  alarm.period = seconds{60};
  alarm.evaluation_periods = 5;
  alarm.datapoints_to_alarm = 3;
  CHECK(condition_text(alarm, &filter) == "Sum > 0.5 for 3 of 5 periods of 60 s");
  alarm.evaluation_periods = 1;
  CHECK(condition_text(alarm, nullptr) == "Sum > 0.5 for a period of 60 s");
}

TEST_CASE("durations and times read well", "[message]") {
  CHECK(format_span(seconds{0}) == "0 s");
  CHECK(format_span(milliseconds{400}) == "0.4 s");
  CHECK(format_span(seconds{59}) == "59 s");
  CHECK(format_span(hours{1}) == "1 h");
  CHECK(format_span(hours{51} + seconds{5}) == "2 d 3 h");
  CHECK(format_span(hours{1} + seconds{5}) == "1 h");
  CHECK(format_within(seconds{90}) == "1m30s");
  CHECK(format_within(days{7}) == "7d");
  CHECK(format_for_people(instant_from_ms(1'772'600'000'000), "Nowhere/Atall") ==
        "Wednesday 4 March 2026, 04:53:20 UTC");
  CHECK(format_for_people(instant_from_ms(1'784'023'262'000), "America/New_York") ==
        "Tuesday 14 July 2026, 06:01:02 EDT");
  CHECK(format_for_people(kNever, "UTC") == "an unknown time");
  CHECK(format_cloudwatch(instant_from_ms(1'773'488'462'123)) == "2026-03-14T11:41:02.123+0000");
}

TEST_CASE("a composite alarm's message has CloudWatch's members in its order", "[message]") {
  RuleSet rules = some_rules();
  Alarm& alarm = rules.alarms[0];
  auto composite = std::make_shared<Composite>();
  composite->rule = "ALARM(PolicyChange) AND NOT ALARM(Deploy)";
  composite->suppressor = Suppressor{"maintenance", minutes{2}, minutes{3}};
  alarm.composite = composite;
  alarm.description = {};
  alarm.group_by = {};
  Transition t = some_transition();
  t.key = {};
  t.children = {{"Deploy", AlarmState::ok, true, {}},
                {"PolicyChange", AlarmState::alarm, true, t.decided_at}};
  const Notification n = make_notifications(t, rules).at(0);
  CHECK(n.condition == composite->rule);
  const Json message = Json::parse(n.cloudwatch_message);
  std::vector<std::string> names;
  for (const auto& [name, value] : message.items()) names.push_back(name);
  CHECK(names == std::vector<std::string>{
                     "AlarmName", "AlarmDescription", "AWSAccountId", "NewStateValue",
                     "NewStateReason", "StateChangeTime", "Region", "AlarmArn", "OKActions",
                     "AlarmActions", "InsufficientDataActions", "OldStateValue", "AlarmRule",
                     "TriggeringChildren", "ActionsSuppressor", "ActionsSuppressorWaitPeriod",
                     "ActionsSuppressorExtensionPeriod", "x-source"});
  CHECK(message["AlarmDescription"].is_null());
  CHECK(message["AlarmRule"] == composite->rule);
  CHECK(message["TriggeringChildren"].dump() ==
        R"([{"Arn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:PolicyChange",)"
        R"("State":{"Value":"ALARM","Timestamp":"2026-03-14T11:50:02.123+0000"}}])");
  CHECK(message["ActionsSuppressor"] ==
        "arn:aws:cloudwatch:us-east-1:111122223333:alarm:maintenance");
  CHECK(message["ActionsSuppressorWaitPeriod"] == 120);
  CHECK(message["x-source"]["children"].size() == 2);
  CHECK(message["x-source"]["events"].size() == 1);
  const auto stored = notification_from_json(to_json(n));
  REQUIRE(stored.ok());
  REQUIRE(stored->transition.children.size() == 2);
  CHECK(stored->transition.children[1].changed_at == t.decided_at);
  CHECK(stored->transition.children[0].decides);
}
