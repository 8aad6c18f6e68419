// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_machine.hpp"

#include "rules/engine/row_codec.hpp"

namespace tocsin {
namespace {

SuppressionPeriods periods_of(const Suppressor& s) { return {s.wait, s.extension}; }

bool is_same(const Suppressor& a, const Suppressor& b) {
  return a.alarm == b.alarm && a.wait == b.wait && a.extension == b.extension;
}

HeldBy held_by(SuppressedBy by) {
  switch (by) {
    case SuppressedBy::wait_period:
      return HeldBy::wait_period;
    case SuppressedBy::extension_period:
      return HeldBy::extension_period;
    case SuppressedBy::alarm:
      break;
  }
  return HeldBy::suppressor;
}

template <class Enum>
bool read_enum(RowReader& in, Enum last, Enum& into) {
  const unsigned value = in.byte();
  if (value > static_cast<unsigned>(last)) return false;
  into = static_cast<Enum>(value);
  return in.ok();
}

void write_suppression(const SuppressionState& s, RowWriter& out) {
  out.byte(static_cast<unsigned>(s.composite));
  out.byte(static_cast<unsigned>(s.suppressor));
  out.flag(s.by.has_value());
  out.byte(static_cast<unsigned>(s.by.value_or(SuppressedBy::wait_period)));
  out.flag(s.until.has_value());
  out.instant(s.until.value_or(kNoTime));
}

bool read_suppression(RowReader& in, SuppressionState& s) {
  SuppressedBy by = SuppressedBy::wait_period;
  if (!read_enum(in, AlarmState::alarm, s.composite)) return false;
  if (!read_enum(in, AlarmState::alarm, s.suppressor)) return false;
  const bool pending = in.flag();
  if (!read_enum(in, SuppressedBy::extension_period, by)) return false;
  if (pending) s.by = by;
  const bool timed = in.flag();
  const Instant until = in.instant();
  if (timed) s.until = until;
  return in.ok();
}

}  // namespace

CompositeMachine::CompositeMachine(const std::optional<Suppressor>& suppressor)
    : suppressor_(suppressor) {
  if (suppressor_) suppression_.emplace(periods_of(*suppressor_), SuppressionState{});
}

bool CompositeMachine::use_suppressor(const std::optional<Suppressor>& suppressor,
                                      AlarmState its_state, Instant now) {
  const bool had = suppressor_.has_value();
  const bool same = had && suppressor && is_same(*suppressor_, *suppressor);
  suppressor_ = suppressor;
  if (same) return !suppression_->suppressor_is(its_state, now).empty();
  if (!suppressor) {
    const bool waited = suppression_ && suppression_->state().by.has_value();
    suppression_.reset();
    return waited;
  }
  if (had)
    return !suppression_->replace_suppressor(periods_of(*suppressor), its_state, now).empty();
  SuppressionState begun;
  begun.composite = state_;
  begun.suppressor = its_state;
  suppression_.emplace(periods_of(*suppressor), begun);
  return false;
}

std::optional<ActionHold> CompositeMachine::hold(Instant since) const {
  if (!suppression_ || !suppression_->state().by) return std::nullopt;
  const SuppressionState& s = suppression_->state();
  return ActionHold{held_by(*s.by), suppressor_->alarm, {}, {}, since, s.until};
}

Change CompositeMachine::present(Instant w) const {
  Change change;
  change.from = change.to = state_;
  change.at = w;
  return change;
}

std::string CompositeMachine::encode() const {
  RowWriter out;
  out.byte(timeline_ ? 2 : 1);
  out.byte(static_cast<unsigned>(state_));
  out.flag(suppression_.has_value());
  if (suppression_) write_suppression(suppression_->state(), out);
  if (timeline_) timeline_->write(out);
  return out.take();
}

bool CompositeMachine::decode(std::string_view row, Instant) {
  RowReader in(row);
  AlarmState state = AlarmState::insufficient_data;
  SuppressionState suppression;
  const unsigned version = in.byte();
  if (version < 1 || version > 2 || !read_enum(in, AlarmState::alarm, state)) return false;
  const bool suppressed = in.flag();
  if (suppressed && !read_suppression(in, suppression)) return false;
  std::optional<CompositeTimeline> timeline;
  if (version == 2 && !timeline.emplace().read(in)) return false;
  if (!in.ok() || !in.at_end()) return false;
  state_ = state;
  timeline_ = std::move(timeline);
  // An older row may be of before a suppressor that held nothing came or went.
  if (!suppressed) suppression.composite = state;
  if (suppressor_) suppression_.emplace(periods_of(*suppressor_), suppression);
  return true;
}

}  // namespace tocsin
