// SPDX-License-Identifier: Apache-2.0
// Transition + evidence -> Notification: topics, the five W's, redaction, CloudWatch's alarm
// message. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// The notifications of one transition: one per topic of the alarm's list for the new state. None if
// it is silent, if actions are disabled, or if the alarm is not in `rules`.
std::vector<Notification> make_notifications(const Transition& transition, const RuleSet& rules);

// A transition as `tocsin notify test` and load-time template checks use it: synthetic, plainly
// marked as a test.
Notification make_test_notification(const std::string& topic, const RuleSet& rules, Instant now);

// Who, what, when, where, which of one event: CloudTrail identities of all kinds, sshd and plain
// lines as well as can be.
FiveWs five_ws(const Evidence& event, std::string_view time_zone);

// What is kept of an event as evidence: secrets redacted, access key ids cut, `fields`/`drop`
// applied, at most `limit` bytes, still valid JSON if it was JSON (the longest values are dropped
// first). spec/notifications.md 1.2.
std::string trim_evidence(std::string_view message, const EvidenceSpec& spec, std::size_t limit);

// Renders a `summary:` template ({{eventName}}, {{userIdentity.arn}}, {{alarm.name}},
// {{key.account}}) on an event. Error: the template's syntax. Values are plain text, never
// interpreted again.
Result<std::string> render_summary(const std::string& text, const Transition& transition,
                                   const Alarm& alarm);

// JSON text for the outbox, dead letters and the native payload, and back.
std::string to_json(const Notification& notification);
Result<Notification> notification_from_json(std::string_view text);

// "arn:aws:cloudwatch:us-east-1:000000000000:alarm:NAME" and the SNS one.
std::string alarm_arn(const Identity& identity, std::string_view alarm);
std::string topic_arn(const Identity& identity, std::string_view topic);
// {"account":"111122223333"}: names in order, compact. "{}" for no key.
std::string canonical_key(const AlarmKey& key);
// RFC 4122 version 5 in the URL namespace.
std::string uuid_v5(std::string_view name);

}  // namespace tocsin
