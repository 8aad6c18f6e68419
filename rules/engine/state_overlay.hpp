// SPDX-License-Identifier: Apache-2.0
// Where the state that is shown of an (alarm, key) is not the one that its machine judges: set by a
// person until the next evaluation (spec/alarms.md section 1), or still ALARM because of
// `ok_after`. In event time.
//
// ok_after: ALARM stays until the machine has judged OK for that long without a break; a breach, or
// nothing to judge, in between begins it anew.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/alarm/machine.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class StateOverlay {
 public:
  // What is shown while the machine judges `judged`.
  AlarmState over(AlarmState judged) const {
    if (set_) return *set_;
    return lingering_ ? AlarmState::alarm : judged;
  }
  // It says nothing: the machine's state is shown.
  bool is_plain() const { return !set_ && !lingering_; }
  const std::string& set_by() const { return set_by_; }

  // A person sets it, until the watermark reaches `until`.
  void set(AlarmState state, std::string who, Instant until);
  // The machine has judged: the change that is shown then, or none. A judgement ends what a person
  // had set.
  std::optional<Change> judged(Change change, Duration ok_after);

  // The least watermark at which end() has something to do. `tick`: how long after an instant it is
  // judged, as samples at that instant still count (the short form: 1 ms).
  Instant due(Duration ok_after, Duration tick, AlarmState judged) const;
  // The watermark is there: what has ended. `present`: the machine's judgement.
  std::optional<Change> end(Instant w, Duration ok_after, Duration tick, Change present);

  std::string encode() const;
  bool decode(std::string_view row);

 private:
  std::optional<AlarmState> set_;
  std::string set_by_;
  Instant set_until_ = kNever;
  bool lingering_ = false;           // ALARM though the machine has left it
  std::optional<Instant> ok_since_;  // while lingering: judged OK since
};

}  // namespace tocsin
