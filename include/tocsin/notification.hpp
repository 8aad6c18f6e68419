// SPDX-License-Identifier: Apache-2.0
// What is sent about one transition to one topic, complete: a notifier needs nothing else. Stored
// in the outbox as JSON (rules/message/notification_json) before anyone is told. Made by
// rules/message.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/digest.hpp"
#include "tocsin/quiet_policy.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"
#include "tocsin/trend.hpp"

namespace tocsin {

// The five W's of one event, for people. Empty: not known.
struct FiveWs {
  std::string who;    // "IAM user alice (111122223333)", "assumed role Admin / alice"
  std::string what;   // "ec2 AuthorizeSecurityGroupIngress" + outcome
  std::string when;   // RFC 3339 in the topic's time zone
  std::string where;  // source IP, region, account, user agent
  std::vector<std::string> resources;  // ARNs and ids, the most telling first
};

// The topic under which records of the event bus lie in the outbox: no name of a topic.
inline constexpr const char* kEventBusTopic = "(event bus)";

struct NotifiedEvent {
  Evidence evidence;  // message at most 2 KB here
  FiveWs facts;
};

// Why a message is sent: its alarm changed its state; the actions of that change were muted until
// now; it is still in ALARM; it changes its state too often; nobody has acknowledged it for so long
// that others are told. Or the message stands for several (`digest`).
enum class MessageCause { change, after_mute, reminder, flapping, escalation, digest };
constexpr std::string_view to_string(MessageCause cause) {
  switch (cause) {
    case MessageCause::change:
      return "change";
    case MessageCause::after_mute:
      return "after_mute";
    case MessageCause::reminder:
      return "reminder";
    case MessageCause::flapping:
      return "flapping";
    case MessageCause::escalation:
      return "escalation";
    case MessageCause::digest:
      return "digest";
  }
  return "?";
}

struct Notification {
  std::string message_id;  // UUIDv5 of (transition, topic, which reminder of it): the same for
                           // every subscription and every retry
  MessageCause cause = MessageCause::change;
  Instant told_at;           // wall clock: when it was decided to send it
  std::uint64_t number = 0;  // of a reminder, from 1; of a flapping notice: changes of state;
                             // of an escalation its step; of a digest: messages
  std::string topic;
  std::string topic_arn;
  std::string alarm_arn;
  std::string dedup_key;  // stable name of (alarm, key) for threads, incidents, fingerprints
  std::string subject;    // at most 100 characters, no control characters
  std::string summary;  // the rule's summary rendered on the newest event, or a sentence made of it
  std::string description;
  Severity severity = Severity::medium;
  std::string condition;   // "count >= 1 within 5m", "Sum >= 3 for 3 of 5 periods of 60 s"
  std::string value_text;  // "2"
  // "3 of the last 5 datapoints breach (3 are needed): 1, 4, 6, missing, 7"; empty: one decides.
  std::string datapoints_text;
  Trend trend;
  std::string runbook;  // URL or text
  std::vector<std::pair<std::string, std::string>> tags;
  std::string log_group;
  std::string pattern;        // of the metric filter that feeds the alarm; empty: none does
  std::string rule_location;  // file:line
  std::string time_zone;
  std::string when;           // the transition's time in the topic's time zone
  std::string duration_text;  // for OK: how long it lasted
  // What the templates of the rule or topic made of it, by target ("text", "html", "slack"...):
  // escaped for that target, and to be shown in the place of what the channel would write.
  std::vector<std::pair<std::string, std::string>> rendered;
  Identity identity;
  Transition transition;              // its events are moved to `events`
  std::vector<NotifiedEvent> events;  // oldest first
  std::string
      cloudwatch_message;  // the JSON text that SNS carries, spec/notifications.md section 1
  // EventBridge's record of it, spec/alarms.md section 13. Of the event bus this is all there is.
  std::string event_record;
  MessageRate storm;  // the alarm's `storm_control`
  // Of a digest: what it stands for, the most urgent first. Everything else is as a whole:
  // `summary` counts, the transition has the worst state, and an alarm only if there is but one.
  std::vector<DigestLine> digest;
};

}  // namespace tocsin
