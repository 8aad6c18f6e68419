// SPDX-License-Identifier: Apache-2.0
// What a message that stands for several says of each (alarm, key).
#pragma once
#include <cstdint>
#include <string>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Everything but the counts is the newest message's.
struct DigestLine {
  std::string message_id;
  std::string alarm;
  AlarmType alarm_type = AlarmType::metric;
  AlarmKey key;
  std::string alarm_arn;
  std::string dedup_key;
  std::uint64_t sequence = 0;
  AlarmState from = AlarmState::ok;
  AlarmState state = AlarmState::ok;
  Severity severity = Severity::medium;
  Instant at;           // event time of its transition
  Instant decided_at;   // wall clock of it
  std::string when;     // `at` in the topic's time zone
  std::string summary;  // one line, cut
  std::string runbook;
  std::uint64_t messages = 1;  // that this line stands for
  std::uint64_t alarms = 0;    // of those, how many said ALARM
};

}  // namespace tocsin
