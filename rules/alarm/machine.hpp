// SPDX-License-Identifier: Apache-2.0
// What the two forms of alarm have in common: a state machine of one (alarm, key) on event time.
// The book that owns it turns its changes into transitions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A change of state as a machine decides it, with what its reason needs.
struct Change {
  AlarmState from = AlarmState::ok;
  AlarmState to = AlarmState::ok;
  Instant at;
  bool late = false;
  bool again = false;
  bool silent = false;
  bool forgotten = false;             // `Key forgotten`: the key is to be removed
  bool early = false;                 // long form: some periods judged are open
  Duration lingered{0};               // it was OK for so long before: `ok_after`
  std::optional<double> value;        // short form: the window's statistic
  double samples = 0;                 // short form: samples in the window
  std::vector<Datapoint> datapoints;  // long form: the whole evaluation range, oldest first
};
using Changes = std::vector<Change>;

class Machine {
 public:
  virtual ~Machine() = default;

  virtual AlarmState state() const = 0;
  // The state as it is judged at `w`, with what its reason needs: from and to are both this state.
  virtual Change present(Instant w) const = 0;
  // The first watermark became known: absence counts, and periods close, from here.
  virtual void begin(Instant watermark, Changes& out) = 0;
  // The watermark has passed every instant before `watermark`.
  virtual void advance(Instant watermark, Changes& out) = 0;
  // The least watermark at which advance() has something to do; kNever: none before the next
  // sample.
  virtual Instant due() const = 0;
  // The watermark was set back (the wall clock had been ahead): periods after it are open again.
  virtual void set_back(Instant watermark) = 0;
  // Its specification was replaced: judge again, but tell nothing of the past.
  virtual void rejudge(Instant watermark, Changes& out) = 0;
  // A state taken over from elsewhere (the alarm's former form).
  virtual void assume(AlarmState state, Instant watermark) = 0;

  virtual std::string encode() const = 0;
  // `watermark`: as it was when the row was encoded, since nothing that is due is left undone.
  // false: the row is damaged and the machine is as new.
  virtual bool decode(std::string_view row, Instant watermark) = 0;
};

}  // namespace tocsin
