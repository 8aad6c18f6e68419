// SPDX-License-Identifier: Apache-2.0
// A daemon that holds still.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/http/api_source.hpp"
#include "tocsin/glob.hpp"

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
    statuses = {red, green};
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
    alarm.tags = {{"team", "blue"}};
    alarm.runbook = "https://wiki.example.com/root";
    auto made = std::make_shared<RuleSet>();
    Alarm other;
    other.name = "calm";
    made->alarms = {alarm, other};
    set = made;
  }

  Readiness healthy() const override { return {}; }
  Readiness ready() const override { return readiness; }
  Status reload() override { return reloaded; }
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
  std::shared_ptr<const AlarmIndex> rules() const override {
    return std::make_shared<const AlarmIndex>(set);
  }
  Instant now() const override { return instant_from_ms(3'600'000); }
  // In the store's order; `after` and `limit` as the store has them.
  Result<std::vector<AlarmStatus>> alarms(const AlarmQuery& query) const override {
    if (broken) return Error{"damaged", "the disk is gone"};
    std::vector<AlarmStatus> out;
    bool begun = !query.after;
    for (const AlarmStatus& s : statuses) {
      const bool wanted = (query.alarm.empty() || s.alarm == query.alarm) &&
                          (query.pattern.empty() || glob_matches(query.pattern, s.alarm)) &&
                          (!query.state || s.state == *query.state);
      if (wanted && begun && out.size() < query.limit) out.push_back(s);
      begun = begun || (s.alarm == query.after->alarm && s.key == query.after->key);
    }
    return out;
  }
  Result<std::vector<AlarmSummary>> alarm_summaries(const AlarmQuery& query) const override {
    Result<std::vector<AlarmStatus>> rows = alarms(query);
    if (!rows) return rows.error();
    std::vector<AlarmSummary> out;
    for (AlarmStatus& s : *rows) {
      StateCounts keys;
      if (!s.key.empty()) keys = {.alarm = 3, .ok = 14, .insufficient_data = 0};
      out.push_back({std::move(s), keys});
    }
    return out;
  }
  Result<StateCounts> state_counts() const override {
    if (broken) return Error{"damaged", "the disk is gone"};
    return StateCounts{.alarm = 1, .ok = 1, .insufficient_data = 0};
  }
  Result<std::vector<HistoryItem>> history(const HistoryQuery& query) const override {
    std::vector<HistoryItem> out;
    for (const HistoryItem& item : items)
      if (item.alarm == query.alarm && out.size() < query.limit) out.push_back(item);
    return out;
  }
  Result<std::vector<Transition>> transitions(const std::string& alarm,
                                              std::size_t) const override {
    return alarm == "team/login" ? changes : std::vector<Transition>{};
  }
  Result<EngineGlance> glance(const std::vector<AlarmAndKey>& keys) const override {
    if (busy) return Error{"timeout", "the engine is busy"};
    EngineGlance out{std::make_shared<const MuteTable>(set, silences), {}};
    out.outlooks.assign(keys.size(), outlook);
    return out;
  }
  Result<std::vector<Result<OperatorAnswer>>> operate(
      const std::vector<OperatorRequest>& requests) override {
    if (busy) return Error{"store", "the store does not take commits now"};
    std::vector<Result<OperatorAnswer>> out;
    for (const OperatorRequest& request : requests) {
      asked.push_back(request);
      if (refusal)
        out.push_back(*refusal);
      else
        out.push_back(OperatorAnswer{1, "silence-7"});
    }
    return out;
  }
  std::vector<StreamReport> streams() const override {
    StreamReport s;
    s.log_group = "trail";
    s.stream = "/var/log/trail/\xff.log";
    s.events = 12;
    return {s};
  }
  Result<std::vector<DeadLetter>> dead_letters(const DeadLetterQuery& query) const override {
    DeadLetter d;
    d.id = 7;
    d.topic = "security";
    d.endpoint_label = "slack hooks.slack.com";
    d.status = 404;
    d.given_up = instant_from_ms(3'000'000);
    d.detail = "hooks.slack.com: HTTP 404";
    d.notification = R"({"subject":"ALARM"})";
    const bool wanted = (query.ids.empty() || query.ids.front() == d.id) &&
                        (query.topic.empty() || query.topic == d.topic) &&
                        query.after.first > d.given_up;
    return wanted ? std::vector{d} : std::vector<DeadLetter>{};
  }
  Result<DeadLetterAnswer> settle_dead_letters(DeadLetterFate fate,
                                               const DeadLetterQuery& query) override {
    settled.emplace_back(fate, query);
    const Result<std::vector<DeadLetter>> letters = dead_letters(query);
    return DeadLetterAnswer{letters->size(), left, left > 0 ? "its outbox is full" : ""};
  }
  std::vector<TopicView> topics() const override {
    return {{"security",
             "arn:aws:sns:us-east-1:000000000000:security",
             {{"1", "slack hooks.slack.com", "confirmed", "configuration", "", ""}}}};
  }
  Result<SubscriptionAnswer> subscribe(const SubscribeRequest& request) override {
    subscribed.push_back(request);
    return SubscriptionAnswer{"arn:x:2", "pending confirmation"};
  }
  Result<SubscriptionAnswer> confirm(const std::string& topic, const std::string& token,
                                     bool) override {
    if (topic != "security" || token != "good") return Error{"not-found", "no such token"};
    return SubscriptionAnswer{"arn:x:2", "confirmed"};
  }
  Result<SubscriptionAnswer> unsubscribe_by_link(const std::string& id) override {
    if (id != "2") return Error{"forbidden", "it stands in the configuration"};
    return SubscriptionAnswer{"arn:x:2", "unsubscribed"};
  }
  Result<SubscriptionAnswer> remove_subscription(const std::string& id) override {
    if (id != "2") return Error{"not-found", "there is no subscription " + id};
    return SubscriptionAnswer{"arn:x:2", "ended"};
  }
  Result<std::size_t> enable_subscription(const std::string&) override { return std::size_t{1}; }
  Result<std::string> certificate(const std::string& name) const override {
    if (name != "authority.pem") return Error{"not-found", "there is no " + name};
    return std::string("-----BEGIN CERTIFICATE-----\n");
  }
  Result<std::vector<TestDelivery>> notify_test(const std::string& topic) override {
    if (topic != "security") return Error{"not-found", "there is no topic \"" + topic + "\""};
    return test_result;
  }

  Readiness readiness;
  Status reloaded = success();
  bool broken = false;
  bool busy = false;  // the engine
  std::optional<Outlook> outlook;
  std::vector<Silence> silences;
  std::vector<OperatorRequest> asked;
  std::vector<SubscribeRequest> subscribed;
  std::vector<std::pair<DeadLetterFate, DeadLetterQuery>> settled;
  std::size_t left = 0;
  std::optional<Error> refusal;
  std::vector<AlarmStatus> statuses;
  std::vector<HistoryItem> items;
  std::vector<Transition> changes;
  std::vector<TestDelivery> test_result{{"slack hooks.slack.com", "delivered", ""}};
  std::shared_ptr<const RuleSet> set;
};

}  // namespace tocsin
