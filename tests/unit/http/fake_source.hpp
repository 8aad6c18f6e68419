// SPDX-License-Identifier: Apache-2.0
// A daemon that holds still.
#pragma once
#include <string>
#include <vector>

#include "daemon/http/api_source.hpp"

namespace tocsin {

class FakeSource : public ApiSource {
 public:
  FakeSource() {
    AlarmStatus red;
    red.alarm = "team/login";
    red.key = {{"account", "111122223333"}};
    red.state = AlarmState::alarm;
    red.reason = "Threshold Crossed";
    red.reason_data = R"({"version":"1.0"})";
    red.state_since = instant_from_ms(1'000);
    red.updated_at = instant_from_ms(2'000);
    AlarmStatus green = red;
    green.alarm = "calm";
    green.key = {};
    green.state = AlarmState::ok;
    statuses = {green, red};
    HistoryItem item;
    item.alarm = "team/login";
    item.time = instant_from_ms(1'000);
    item.type = "StateUpdate";
    item.summary = "Alarm updated from OK to ALARM";
    items = {item, item, item};
    Transition change;
    change.alarm = "team/login";
    change.to = AlarmState::alarm;
    change.at = instant_from_ms(1'000);
    change.events_total = 1;
    Evidence event;
    event.time = instant_from_ms(900);
    event.source = "trail/a.json.gz";
    event.message = R"({"eventName":"ConsoleLogin"})";
    change.events = {event};
    changes = {change};
    Alarm alarm;
    alarm.name = "team/login";
    alarm.severity = Severity::critical;
    alarm.alarm_topics = {"security"};
    alarm.runbook = "https://wiki.example.com/root";
    auto made = std::make_shared<RuleSet>();
    made->alarms = {alarm};
    set = made;
  }

  Readiness healthy() const override { return {}; }
  Readiness ready() const override { return readiness; }
  std::string metrics() const override { return "tocsin_events_total 1\n# EOF\n"; }
  DaemonStatus status() const override {
    DaemonStatus s;
    s.version = "9.9";
    s.config_file = "/etc/tocsin/tocsin.yaml";
    s.pid = 42;
    s.now = instant_from_ms(3'600'000);
    s.started_at = instant_from_ms(0);
    GroupReport group;
    group.log_group = "trail";
    group.events = 12;
    group.watermark = instant_from_ms(3'500'000);
    s.groups = {group};
    s.store.outbox_rows = 3;
    s.store.reserve_held = true;
    return s;
  }
  std::shared_ptr<const RuleSet> rules() const override { return set; }
  Result<std::vector<AlarmStatus>> alarms() const override {
    if (broken) return Error{"damaged", "the disk is gone"};
    return statuses;
  }
  Result<std::vector<HistoryItem>> history(const std::string& alarm,
                                           std::size_t limit) const override {
    std::vector<HistoryItem> out;
    for (const HistoryItem& item : items)
      if (item.alarm == alarm && out.size() < limit) out.push_back(item);
    return out;
  }
  Result<std::vector<Transition>> transitions(const std::string& alarm,
                                              std::size_t) const override {
    return alarm == "team/login" ? changes : std::vector<Transition>{};
  }
  std::vector<StreamReport> streams() const override {
    StreamReport s;
    s.log_group = "trail";
    s.stream = "/var/log/trail/\xff.log";
    s.events = 12;
    return {s};
  }
  Result<std::vector<OutboxEntry>> dead_letters(std::size_t) const override {
    OutboxEntry e;
    e.id = 7;
    e.endpoint_label = "slack hooks.slack.com";
    e.notification = R"({"subject":"ALARM"})";
    return std::vector{e};
  }
  Result<std::vector<TestDelivery>> notify_test(const std::string& topic) override {
    if (topic != "security") return Error{"not-found", "there is no topic \"" + topic + "\""};
    return test_result;
  }

  Readiness readiness;
  bool broken = false;
  std::vector<AlarmStatus> statuses;
  std::vector<HistoryItem> items;
  std::vector<Transition> changes;
  std::vector<TestDelivery> test_result{{"slack hooks.slack.com", "delivered", ""}};
  std::shared_ptr<const RuleSet> set;
};

}  // namespace tocsin
