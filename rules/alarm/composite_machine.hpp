// SPDX-License-Identifier: Apache-2.0
// A composite alarm: its state, and whether its suppressor holds its actions. spec/alarms.md
// sections 9.2 and 9.4. It has no samples; who knows its children says what its rule evaluates to.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/alarm/composite_timeline.hpp"
#include "rules/alarm/machine.hpp"
#include "rules/alarm/suppression.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class CompositeMachine : public Machine {
 public:
  explicit CompositeMachine(const std::optional<Suppressor>& suppressor);

  AlarmState state() const override { return state_; }
  // The rule evaluates to `to`, ALARM or OK.
  void judge(AlarmState to) { state_ = to; }

  // nullptr: nothing suppresses its actions.
  ActionSuppression* suppression() { return suppression_ ? &*suppression_ : nullptr; }
  const ActionSuppression* suppression() const { return suppression_ ? &*suppression_ : nullptr; }
  // The rules name this suppressor, which is in this state; it may be the one that it had. true:
  // actions that waited are to be run.
  bool use_suppressor(const std::optional<Suppressor>& suppressor, AlarmState its_state,
                      Instant now);
  // What holds the actions now, if anything does.
  std::optional<ActionHold> hold(Instant since) const;

  // nullptr: in replay, where its children are all known in order of time.
  CompositeTimeline* timeline() { return timeline_ ? &*timeline_ : nullptr; }
  void use_timeline(std::optional<CompositeTimeline> timeline) { timeline_ = std::move(timeline); }

  Change present(Instant w) const override;
  void begin(Instant, Changes&) override {}
  void advance(Instant, Changes&) override {}
  Instant due() const override { return kNever; }
  void set_back(Instant) override {}
  void rejudge(Instant, Changes&) override {}
  void assume(AlarmState state, Instant) override { state_ = state; }

  std::string encode() const override;
  bool decode(std::string_view row, Instant watermark) override;

 private:
  AlarmState state_ = AlarmState::insufficient_data;  // until it is judged first
  std::optional<Suppressor> suppressor_;
  std::optional<ActionSuppression> suppression_;  // set exactly with suppressor_
  std::optional<CompositeTimeline> timeline_;
};

}  // namespace tocsin
