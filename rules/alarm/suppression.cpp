// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/suppression.hpp"

#include <utility>

namespace tocsin {

std::string_view to_string(SuppressedBy by) {
  switch (by) {
    case SuppressedBy::wait_period:
      return "WaitPeriod";
    case SuppressedBy::alarm:
      return "Alarm";
    case SuppressedBy::extension_period:
      return "ExtensionPeriod";
  }
  return "?";
}

std::vector<DueActions> ActionSuppression::composite_is(AlarmState state, Instant at) {
  std::vector<DueActions> due = advance(at);
  if (std::exchange(state_.composite, state) != state) hold_or_run(at, due);
  return due;
}

std::vector<DueActions> ActionSuppression::suppressor_is(AlarmState state, Instant at) {
  std::vector<DueActions> due = advance(at);
  const bool was_on = std::exchange(state_.suppressor, state) == AlarmState::alarm;
  const bool is_on = state == AlarmState::alarm;
  if (was_on == is_on || !state_.by) return due;
  if (is_on) {
    state_.by = SuppressedBy::alarm;
    state_.until.reset();
  } else {
    start_timer(SuppressedBy::extension_period, periods_.extension, at, due);
  }
  return due;
}

std::vector<DueActions> ActionSuppression::replace_suppressor(SuppressionPeriods periods,
                                                              AlarmState suppressor, Instant at) {
  std::vector<DueActions> due = advance(at);
  periods_ = periods;
  state_.suppressor = suppressor;
  if (state_.by) hold_or_run(at, due);
  return due;
}

std::vector<DueActions> ActionSuppression::advance(Instant at) {
  std::vector<DueActions> due;
  if (state_.until && *state_.until <= at) run(*state_.until, due);
  return due;
}

void ActionSuppression::hold_or_run(Instant at, std::vector<DueActions>& due) {
  if (state_.suppressor != AlarmState::alarm)
    return start_timer(SuppressedBy::wait_period, periods_.wait, at, due);
  state_.by = SuppressedBy::alarm;
  state_.until.reset();
}

void ActionSuppression::start_timer(SuppressedBy by, Duration length, Instant at,
                                    std::vector<DueActions>& due) {
  if (length <= Duration{0}) return run(at, due);
  state_.by = by;
  state_.until = at + length;
}

void ActionSuppression::run(Instant at, std::vector<DueActions>& due) {
  state_.by.reset();
  state_.until.reset();
  due.push_back({at, state_.composite});
}

}  // namespace tocsin
