// SPDX-License-Identifier: Apache-2.0
// What is remembered of one (alarm, key) to tell people of it: held actions, the acknowledgement,
// reminders, recent changes of state, how often it fired. An alarm that rests for 30 days has none.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/engine/escalation.hpp"
#include "rules/engine/firings.hpp"
#include "rules/engine/held_actions.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct ActionRecord {
  AlarmKey key;
  std::unique_ptr<HeldActions> held;
  std::unique_ptr<Acknowledgement> acknowledged;
  std::unique_ptr<Transition> reminded_of;  // the ALARM that is told again; without events
  Instant reminded_from;                    // when it was told first
  Instant next_reminder = kNever;
  std::vector<Instant> changes;  // event times of the newest changes of state, oldest first
  bool flapping = false;
  Firings firings;
  std::unique_ptr<Escalation> escalation;

  Instant queued = kNever;  // its place in the desk's queue
  bool stored = false;      // it has a row

  // When the desk has something to do; kNever: not by itself.
  Instant due() const;
  bool empty() const;

  std::string encode() const;
  bool decode(std::string_view row);
};

}  // namespace tocsin
