// SPDX-License-Identifier: Apache-2.0
// Whether the actions of a composite alarm run, wait or are suppressed by another alarm:
// spec/alarms.md section 9.4. Only actions are concerned; states and history go on elsewhere.
//
// Pure: changes go in with their time, actions come out. Calls must come in order of time. A timer
// that is due ends before whatever happens at the same instant, so each call first settles the
// timers up to its own time: the caller must still call advance() at deadline() if nothing else
// happens.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

enum class SuppressedBy { wait_period, alarm, extension_period };
std::string_view to_string(SuppressedBy by);  // "WaitPeriod", as events and history say it

// Both 0 with a suppressor that is OK: as if there were none.
struct SuppressionPeriods {
  Duration wait{0};
  Duration extension{0};
};

// Everything that must survive a restart; timers are absolute.
struct SuppressionState {
  AlarmState composite = AlarmState::insufficient_data;
  AlarmState suppressor = AlarmState::insufficient_data;
  std::optional<SuppressedBy> by;  // set exactly while actions are pending
  std::optional<Instant> until;    // set exactly in a wait or extension period
};

// The actions of `state` are to be run, once. `at` is when they fell due.
struct DueActions {
  Instant at;
  AlarmState state = AlarmState::ok;
};

class ActionSuppression {
 public:
  ActionSuppression(SuppressionPeriods periods, SuppressionState state)
      : periods_(periods), state_(state) {}

  // Each returns the actions that fell due up to `at`, in order of time. A state that is no change
  // changes nothing.
  std::vector<DueActions> composite_is(AlarmState state, Instant at);
  std::vector<DueActions> suppressor_is(AlarmState state, Instant at);
  // Another alarm suppresses from now on, or other periods hold. Pending actions are treated as if
  // the composite had just changed.
  std::vector<DueActions> replace_suppressor(SuppressionPeriods periods, AlarmState suppressor,
                                             Instant at);
  std::vector<DueActions> advance(Instant at);
  // What is pending is told to nobody.
  void drop() {
    state_.by.reset();
    state_.until.reset();
  }
  // The clock that `at` is read from was set back: a period lasts no longer for that.
  void clock_set_back(Duration by) {
    if (state_.until) *state_.until -= by;
  }

  // When advance() is due next; nothing: only a change can move this on.
  std::optional<Instant> deadline() const { return state_.until; }
  const SuppressionState& state() const { return state_; }

 private:
  void hold_or_run(Instant at, std::vector<DueActions>& due);
  void start_timer(SuppressedBy by, Duration length, Instant at, std::vector<DueActions>& due);
  void run(Instant at, std::vector<DueActions>& due);

  SuppressionPeriods periods_;
  SuppressionState state_;
};

}  // namespace tocsin
