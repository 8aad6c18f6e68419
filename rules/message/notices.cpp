// SPDX-License-Identifier: Apache-2.0
#include "rules/message/notices.hpp"

#include <utility>

#include "rules/message/human_time.hpp"
#include "rules/message/message.hpp"

namespace tocsin {
namespace {

constexpr const char* kTrouble = "tocsin-cannot-store";

// An alarm and its transition that exist for one message only.
struct Notice {
  Alarm alarm;
  Transition transition;
};

Notice make_notice(const std::string& name, const std::string& topic, Instant now) {
  Notice notice;
  Alarm& alarm = notice.alarm;
  alarm.name = name;
  alarm.metric_namespace = "Tocsin";
  alarm.metric_name = name;
  alarm.anchor = Anchor::event;
  alarm.period = minutes{5};
  alarm.threshold = 1;
  alarm.alarm_topics = {topic};

  Transition& t = notice.transition;
  t.alarm = name;
  t.id = uuid_v5("tocsin:" + name + ":" + topic + ":" + std::to_string(to_ms(now)));
  t.to = AlarmState::alarm;
  t.at = t.decided_at = now;
  t.value = 1;
  return notice;
}

Notification send(Notice notice, const RuleSet& rules) {
  RuleSet alone;
  alone.identity = rules.identity;
  alone.topics = rules.topics;
  alone.configured_at = rules.configured_at;
  alone.alarms.push_back(std::move(notice.alarm));
  return std::move(make_notifications(notice.transition, alone).front());
}

// Nothing was counted: what decided is the reason.
Notification without_metric(Notification n) {
  n.value_text.clear();
  n.condition.clear();
  return n;
}

}  // namespace

Notification make_test_notification(const std::string& topic, const RuleSet& rules, Instant now) {
  Notice notice = make_notice("tocsin-notify-test", topic, now);
  notice.alarm.description =
      "A test of topic " + topic + " by `tocsin notify test`. Nothing happened.";
  notice.alarm.severity = Severity::info;
  notice.alarm.summary = "This is a test message to topic " + topic + ": nothing happened.";
  notice.alarm.runbook = "Nothing to do: you can read this, so the channel works.";
  notice.transition.reason = "Test: sent by `tocsin notify test`; no alarm changed its state.";
  return send(std::move(notice), rules);
}

Notification make_trouble_notification(const std::string& topic, const RuleSet& rules, Instant now,
                                       const std::string& why) {
  Notice notice = make_notice(kTrouble, topic, now);
  notice.alarm.description = "Tocsin on " + rules.identity.name +
                             " has stopped reading log events: it cannot store its "
                             "state, and what it cannot store it does not count.";
  notice.alarm.severity = Severity::critical;
  notice.alarm.summary = "Tocsin cannot store its state: no alarm can fire until it can.";
  notice.alarm.runbook =
      "Look at the disk of the state directory (space, permissions, health) and at the daemon's "
      "log. It goes on by itself, from where it stopped, once a commit succeeds.";
  notice.transition.reason = "The store refuses commits: " + why;
  return without_metric(send(std::move(notice), rules));
}

Notification make_trouble_over_notification(const std::string& topic, const RuleSet& rules,
                                            Instant now, Duration stood_still) {
  Notice notice = make_notice(kTrouble, topic, now);
  notice.alarm.severity = Severity::info;
  notice.alarm.ok_topics = {topic};
  Transition& t = notice.transition;
  t.from = AlarmState::alarm;
  t.to = AlarmState::ok;
  t.since = now - stood_still;
  t.reason = "Nothing was lost: log events are read on from where reading stopped.";
  Notification n = without_metric(send(std::move(notice), rules));
  n.summary = "Tocsin on " + rules.identity.name + " stores its state again, after " +
              format_span(stood_still) + ".";
  return n;
}

Notification make_channel_notification(const std::string& topic, const RuleSet& rules, Instant now,
                                       const ChannelNews& news) {
  Notice notice = make_notice("tocsin-channel", topic, now);
  notice.alarm.description = "Whether Tocsin on " + rules.identity.name + " delivers what topic " +
                             news.of_topic + " is told.";
  notice.alarm.severity = news.works ? Severity::info : Severity::high;
  notice.alarm.summary = news.summary;
  notice.alarm.ok_topics = {topic};
  if (news.has_lost || !news.works)
    notice.alarm.runbook = "tocsin dlq list --topic " + news.of_topic +
                           " shows what was not delivered. What was refused for good is sent "
                           "again by tocsin dlq redrive --topic " +
                           news.of_topic + ", the rest by itself.";
  Transition& t = notice.transition;
  t.from = news.works ? AlarmState::alarm : AlarmState::ok;
  t.to = news.works ? AlarmState::ok : AlarmState::alarm;
  t.value.reset();
  t.since = news.since;
  t.reason = news.detail;
  Notification n = without_metric(send(std::move(notice), rules));
  n.summary = news.summary;  // an OK says "works again" by itself
  return n;
}

}  // namespace tocsin
