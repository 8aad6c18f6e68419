// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/state_overlay.hpp"

#include <utility>

#include "rules/engine/row_codec.hpp"

namespace tocsin {

void StateOverlay::set(AlarmState state, std::string who, Instant until) {
  set_ = state;
  set_by_ = std::move(who);
  set_until_ = until;
}

std::optional<Change> StateOverlay::judged(Change change, Duration ok_after) {
  const AlarmState shown = over(change.from);
  const bool red = lingering_ || change.from == AlarmState::alarm;
  set_.reset();
  set_by_.clear();
  ok_since_.reset();
  lingering_ = ok_after > Duration{0} && red && change.to != AlarmState::alarm && !change.forgotten;
  if (lingering_ && change.to == AlarmState::ok) ok_since_ = change.at;
  const AlarmState to = over(change.to);
  if (to == shown) return std::nullopt;
  change.from = shown;
  change.to = to;
  return change;
}

Instant StateOverlay::due(Duration ok_after, Duration tick, AlarmState judged) const {
  Instant least = set_ ? set_until_ : kNever;
  if (!lingering_) return least;
  // `ok_after` may have been taken away meanwhile.
  if (ok_after <= Duration{0}) return kNoTime;
  if (ok_since_ && judged == AlarmState::ok) least = std::min(least, *ok_since_ + ok_after + tick);
  return least;
}

std::optional<Change> StateOverlay::end(Instant w, Duration ok_after, Duration tick,
                                        Change present) {
  const AlarmState shown = over(present.to);
  if (set_ && set_until_ <= w) {
    present.at = set_until_;
    set_.reset();
    set_by_.clear();
  }
  const bool over_now =
      lingering_ && (ok_after <= Duration{0} || (ok_since_ && *ok_since_ + ok_after + tick <= w));
  if (over_now) {
    present.lingered = ok_after;
    present.at = ok_after > Duration{0} ? *ok_since_ + ok_after : w;
    lingering_ = false;
    ok_since_.reset();
  }
  const AlarmState to = over(present.to);
  if (to == shown) return std::nullopt;
  present.from = shown;
  present.to = to;
  return present;
}

std::string StateOverlay::encode() const {
  RowWriter out;
  out.byte(1);
  out.flag(set_.has_value());
  out.byte(static_cast<unsigned>(set_.value_or(AlarmState::ok)));
  out.text(set_by_);
  out.instant(set_until_);
  out.flag(lingering_);
  out.flag(ok_since_.has_value());
  out.instant(ok_since_.value_or(kNoTime));
  return out.take();
}

bool StateOverlay::decode(std::string_view row) {
  RowReader in(row);
  if (in.byte() != 1) return false;
  const bool is_set = in.flag();
  const unsigned state = in.byte();
  std::string who = in.text();
  const Instant until = in.instant();
  lingering_ = in.flag();
  const bool is_ok = in.flag();
  const Instant since = in.instant();
  if (!in.ok() || state > 2) return false;
  if (is_set) set(static_cast<AlarmState>(state), std::move(who), until);
  if (is_ok) ok_since_ = since;
  return true;
}

}  // namespace tocsin
