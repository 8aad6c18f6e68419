// SPDX-License-Identifier: Apache-2.0
// What a reader asks of the stored statuses, in pages: an answer is bounded however many alarms
// there are.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "tocsin/alarm_state.hpp"

namespace tocsin {

// The last of a page: the next one begins behind it.
struct AlarmCursor {
  AlarmState state = AlarmState::alarm;
  std::string alarm;
  AlarmKey key;
};

struct AlarmQuery {
  std::string alarm;                // this one; empty: every alarm
  std::string pattern;              // names by glob.hpp; empty: all
  std::optional<AlarmState> state;  // of the key; of the whole alarm for summaries
  std::optional<AlarmCursor> after;
  std::size_t limit = 100;
};

// How many are in each state.
struct StateCounts {
  std::size_t alarm = 0, ok = 0, insufficient_data = 0;

  std::size_t total() const { return alarm + ok + insufficient_data; }
  // ALARM if any is; else OK if any is. spec/time.md section 5.
  AlarmState overall() const {
    if (alarm > 0) return AlarmState::alarm;
    return ok > 0 ? AlarmState::ok : AlarmState::insufficient_data;
  }
};

// An alarm with all its keys.
struct AlarmSummary {
  AlarmStatus status;  // of the key that came last into the overall state
  StateCounts keys;    // all 0: an alarm without group_by
};

}  // namespace tocsin
