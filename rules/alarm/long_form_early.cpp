// SPDX-License-Identifier: Apache-2.0
// The early breach of a long form (spec/time.md section 4): ALARM as soon as nothing that may still
// come can prevent it.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "rules/alarm/long_form.hpp"
#include "rules/alarm/short_array.hpp"

namespace tocsin {

// Does every completion of the open periods give ALARM at `end`? The worst one makes each a good
// datapoint.
bool LongForm::is_certain(Instant end) const {
  const auto size = static_cast<std::size_t>(spec_->evaluation.range);
  ShortArray<Datapoint> range(size);
  ShortArray<Flag> flags(size);
  look(end, range.all(), flags.all());
  const std::span<Flag> worst = flags.all();
  for (auto f = worst.rbegin(); f != worst.rend() && end > closed_; ++f, end -= spec_->period)
    if (*f != true) *f = false;
  return evaluate(spec_->evaluation, worst, AlarmState::ok) == AlarmState::alarm;
}

std::optional<Instant> LongForm::first_certain(Instant lo, Instant hi) const {
  for (Instant end = lo; end <= hi; end += spec_->step) {
    if (end - spec_->range() >= closed_) {
      // All of its periods are open, so that nothing but data can make them breach.
      const std::optional<Instant> data = source_->next_from(end - spec_->range());
      if (!data) return std::nullopt;
      end = std::max(end, floor_to(*data, spec_->step) + spec_->step);
      if (end > hi) return std::nullopt;
    }
    if (is_to_judge(end) && is_certain(end)) return end;
  }
  return std::nullopt;
}

// Early breach by what is known already, after a period has closed.
void LongForm::look_ahead(Changes& out) {
  if (!spec_->early || state_ == AlarmState::alarm || closed_ == kNoTime) return;
  const std::optional<Instant> end = first_certain(closed_ + spec_->step, newest_end());
  if (!end) return;
  breach_end_ = *end;
  go(AlarmState::alarm, *end, *end, true, out);
}

// Could any period that contains `t` breach? Cheap, and usually the end of it.
bool LongForm::may_breach(Instant t) const {
  const Instant cell = floor_to(t, spec_->step);
  const Duration reach = std::max(spec_->period, spec_->step);
  // One window that holds all of them: it has at least the samples of each.
  Datapoint around;
  source_->datapoints(spec_->statistic, 2 * reach - spec_->step, cell + reach, {&around, 1});
  return around.value && spec_->breaches(around, threshold_);
}

double LongForm::of_cell(Instant cell) const {
  Datapoint point;
  source_->datapoints(spec_->statistic, spec_->step, cell + spec_->step, {&point, 1});
  return point.value.value_or(0);
}

// Only where periods overlap: a day has 1,440 ends, each of which would be looked at for every
// sample.
void LongForm::note_futile(Instant cell) {
  if (spec_->step >= spec_->period) return;
  Futile out{cell, of_cell(cell), std::numeric_limits<double>::infinity()};
  const auto simple = spec_->statistic.simple();
  const bool adds_up = simple == Statistic::sum || simple == Statistic::sample_count;
  std::vector<Datapoint> point(1);
  for (Instant end = cell + spec_->step; end <= cell + spec_->period; end += spec_->step) {
    source_->datapoints(spec_->statistic, spec_->period, end, point);
    if (flag(point[0]) == true) continue;
    out.spare = std::min(out.spare, adds_up ? threshold_ - point[0].value.value_or(0) : 0);
  }
  futile_ = std::make_unique<Futile>(out);
}

// No period that holds `cell` breaches that did not when it was looked at last. Sums are rounded.
bool LongForm::is_known_futile(Instant cell) const {
  const auto simple = spec_->statistic.simple();
  const double value = of_cell(cell);
  if (simple == Statistic::maximum || simple == Statistic::minimum)
    if (!is_breaching(value, spec_->comparison, threshold_)) return true;
  if (!futile_ || futile_->cell != cell) return false;
  constexpr double kRounding = 1e-9;
  return value - futile_->value < futile_->spare - kRounding * std::fabs(threshold_);
}

bool LongForm::sampled(Instant t, Instant w, Changes& out) {
  const Instant cell = floor_to(t, spec_->step);
  if (futile_ && futile_->cell != cell) futile_.reset();
  const Instant looked_at = last_end(std::exchange(newest_, source_->newest().value_or(kNoTime)));
  if (t < w - spec_->oldest()) return false;
  start_ = std::min(start_, floor_to(t, spec_->step));
  unjudged_ = std::min(unjudged_, t);
  if (set_back_ && t < set_back_->judged) {
    set_back_->anew_from = std::min(set_back_->anew_from, t);
    set_back_->anew_to = std::max(set_back_->anew_to, t);
  }
  if (closed_ == kNoTime) return true;
  if (!spec_->early || state_ == AlarmState::alarm) return true;
  // No end up to the newest data was certain before. One of those can have become so only by a
  // period that holds `t` and breaches; those beyond have not been looked at. After the clock was
  // set back a sample may also be the reason to judge once more what others say.
  const bool anew = was_set_back().judged > closed_ || (may_breach(t) && !is_known_futile(cell));
  const Instant first = anew ? closed_ : std::max(closed_, looked_at);
  const std::optional<Instant> end = first_certain(first + spec_->step, newest_end());
  if (!end) {
    if (anew) note_futile(cell);
    return true;
  }
  breach_end_ = *end;
  go(AlarmState::alarm, t, *end, true, out);
  return true;
}

}  // namespace tocsin
