// SPDX-License-Identifier: Apache-2.0
// What the core wants the world to do, and what of its state must be stored first. The daemon
// commits, then notifies.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/notification.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A record for the event bus, spec/alarms.md section 13; only if the rules have one.
struct BusRecord {
  std::string id;  // the same on every attempt
  std::string alarm;
  std::string dedup_key;       // (alarm, key)
  std::uint64_t sequence = 0;  // of the transition; 0: a changed configuration
  std::string json;
};

struct Effects {
  std::vector<Transition> transitions;      // in the order in which they were decided
  std::vector<Notification> notifications;  // one per transition and topic
  std::vector<HistoryItem> history;
  std::vector<BusRecord> records;

  bool empty() const {
    return transitions.empty() && notifications.empty() && history.empty() && records.empty();
  }
};

// A piece of engine state under a name; `value` is the engine's own encoding. No value: it is gone.
struct StateRow {
  std::string kind;  // "stream" "group" "cell" "key" ...: the engine's vocabulary, at most 32 bytes
  std::string id;
  std::optional<std::string> value;
};

// An event id that was counted (spec/time.md section 6): 16 bytes of a hash of (account, eventID).
struct SeenEvent {
  std::string log_group;
  std::array<unsigned char, 16> id{};
  Instant time;
};

// What changed since the last collect(): only dirty rows. Written in one transaction with positions
// and notifications.
struct StateDelta {
  std::vector<StateRow> rows;
  std::vector<SeenEvent> seen;
  std::vector<std::pair<std::string, Instant>>
      seen_floor;                   // forget ids of that log group older than this
  std::vector<AlarmStatus> alarms;  // (alarm, key) whose status changed
  std::vector<std::pair<std::string, AlarmKey>> removed;  // (alarm, key) that are no more
  std::uint64_t next_sequence = 0;
};

// All of it, as loaded at start.
struct StateImage {
  std::vector<StateRow> rows;
  std::vector<SeenEvent> seen;
  std::vector<AlarmStatus> alarms;
  std::uint64_t next_sequence = 1;
};

}  // namespace tocsin
