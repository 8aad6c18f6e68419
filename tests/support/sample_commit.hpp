// SPDX-License-Identifier: Apache-2.0
// A Commit that touches every table, distinct by `n`.
#pragma once
#include <string>

#include "daemon/store/store.hpp"

namespace tocsin {

inline AlarmKey sample_key(int n) { return {{"account", std::to_string(111122220000 + n)}}; }

inline Transition sample_transition(int n) {
  Transition t;
  t.id = "t-" + std::to_string(n);
  t.sequence = static_cast<std::uint64_t>(n);
  t.alarm = "root-login";
  t.key = sample_key(n);
  t.to = AlarmState::alarm;
  t.at = instant_from_ms(900'000'000'000 + n);
  t.decided_at = instant_from_ms(900'000'000'100 + n);
  t.reason = "Threshold Crossed";
  t.value = 2;
  t.events = {{t.at, "trail/one.json.gz", 7, "event " + std::to_string(n)}};
  return t;
}

inline Notification sample_message(int n) {
  Notification message;
  message.message_id = "m-" + std::to_string(n);
  message.topic = "security";
  message.dedup_key = "root-login/" + std::to_string(n);
  message.subject = "ALARM: root-login";
  message.transition = sample_transition(n);
  return message;
}

inline Commit sample_commit(int n) {
  const std::string text = std::to_string(n);
  Commit c;
  c.now = instant_from_ms(900'000'000'100 + n);
  c.positions = {{"cloudtrail", "file-" + text, "position " + text}};
  c.state.rows = {{"cell", text, std::string("cells\0of ", 9) + text}};
  SeenEvent seen{"cloudtrail", {}, instant_from_ms(900'000'000'000 + n)};
  seen.id[0] = static_cast<unsigned char>(n);
  seen.id[15] = static_cast<unsigned char>(n >> 8);
  c.state.seen = {seen};
  c.state.alarms = {{.alarm = "root-login",
                     .key = sample_key(n),
                     .state = AlarmState::alarm,
                     .reason = "Threshold Crossed",
                     .reason_data = "{}",
                     .state_since = instant_from_ms(n),
                     .updated_at = c.now,
                     .note = {}}};
  c.state.next_sequence = static_cast<std::uint64_t>(n) + 1;
  c.transitions = {sample_transition(n)};
  c.history = {{.alarm = "root-login",
                .key = sample_key(n),
                .time = c.now,
                .type = "StateUpdate",
                .summary = "Alarm updated from OK to ALARM",
                .data = "{}"}};
  c.notifications = {sample_message(n)};
  c.endpoints = {{{"security/slack/1", "slack hooks.slack.com"},
                  {"security/email/ops@example.com", "email ops@example.com"}}};
  return c;
}

inline DeliveryRecord outcome_of(std::int64_t outbox_id, DeliveryRecord::Fate fate) {
  DeliveryRecord record;
  record.outbox_id = outbox_id;
  record.fate = fate;
  return record;
}

inline DeliveryRecord delivered(std::int64_t outbox_id) {
  return outcome_of(outbox_id, DeliveryRecord::Fate::delivered);
}

inline HistoryItem history_item(const std::string& alarm, Instant time) {
  HistoryItem item;
  item.alarm = alarm;
  item.time = time;
  item.type = "StateUpdate";
  return item;
}

}  // namespace tocsin
