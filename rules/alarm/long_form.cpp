// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/long_form.hpp"

#include <algorithm>
#include <utility>

#include "rules/alarm/short_array.hpp"
#include "rules/engine/row_codec.hpp"

namespace tocsin {
namespace {

constexpr Duration kForgetAfter = days{7};

Duration evaluation_step(const Alarm& alarm) {
  const Duration p = alarm.period;
  const bool multi_day = alarm.evaluation_periods * p > days{1};
  if (alarm.anchor == Anchor::fixed || p < minutes{1})
    return multi_day && p < hours{1} ? p * ((hours{1} + p - Duration{1}) / p) : p;
  return multi_day ? Duration{hours{1}} : Duration{minutes{1}};
}

// Only where no further sample can undo that a period breaches.
bool allows_early(const StatisticExpression& s, Comparison c, bool nonnegative) {
  const bool upper = c == Comparison::greater || c == Comparison::greater_or_equal;
  switch (s.kind) {
    case StatisticExpression::Kind::sample_count:
    case StatisticExpression::Kind::maximum:
      return upper;
    case StatisticExpression::Kind::sum:
      return upper && nonnegative;
    case StatisticExpression::Kind::minimum:
      return !upper;
    default:
      return false;
  }
}

}  // namespace

LongFormSpec LongFormSpec::of(const Alarm& alarm, Duration lateness, bool nonnegative) {
  LongFormSpec out;
  out.evaluation = evaluation_spec(alarm);
  out.statistic = alarm.statistic;
  out.comparison = alarm.comparison;
  out.period = alarm.period;
  out.step = evaluation_step(alarm);
  out.lateness = lateness;
  out.early = !alarm.maths && allows_early(alarm.statistic, alarm.comparison, nonnegative);
  if (alarm.maths) out.band = alarm.maths->band;
  out.keyed = !alarm.group_by.empty();
  if (!alarm.evaluate_low_samples) out.least_samples = samples_needed(alarm.statistic);
  return out;
}

bool LongFormSpec::breaches(const Datapoint& d, double threshold) const {
  if (band) return d.band && is_breaching(*d.value, *band, *d.band);
  return is_breaching(*d.value, comparison, threshold);
}

LongForm::LongForm(const LongFormSpec& spec, double threshold, const DatapointSource& source)
    : spec_(&spec),
      threshold_(threshold),
      source_(&source),
      newest_(source.newest().value_or(kNoTime)) {}

// The whole evaluation range that ends at `end`, oldest first.
std::vector<Datapoint> LongForm::datapoints(Instant end) const {
  std::vector<Datapoint> out(static_cast<std::size_t>(spec_->evaluation.range));
  source_->datapoints(spec_->statistic, spec_->period, end, out);
  return out;
}

// The range that ends at `end`, as datapoints() has it, and which of them breach.
void LongForm::look(Instant end, std::span<Datapoint> range, std::span<Flag> flags) const {
  source_->datapoints(spec_->statistic, spec_->period, end, range);
  for (std::size_t i = 0; i < range.size(); ++i) flags[i] = flag(range[i]);
}

// Whether it breaches; nothing: missing.
LongForm::Flag LongForm::flag(const Datapoint& d) const {
  return d.value ? spec_->breaches(d, threshold_) : Flag();
}

AlarmState LongForm::plain_state(Instant end) const {
  const auto size = static_cast<std::size_t>(spec_->evaluation.range);
  ShortArray<Datapoint> range(size);
  ShortArray<Flag> flags(size);
  look(end, range.all(), flags.all());
  if (spec_->least_samples) {
    std::vector<double> counts;
    for (const Datapoint& d : range.all()) counts.push_back(d.sample_count);
    if (has_few_samples(spec_->evaluation, flags.all(), counts, *spec_->least_samples))
      return plain_;
  }
  return judged(flags.all());
}

// A key that vanishes goes to OK, whatever missing data are treated as (spec/alarms.md section 12),
// but for an absence that is itself what is watched for (spec/time.md section 5).
AlarmState LongForm::judged(std::span<const std::optional<bool>> flags) const {
  const bool absence_counts = spec_->evaluation.treat == MissingData::breaching;
  const bool empty = std::none_of(flags.begin(), flags.end(), [](const auto& f) { return f; });
  if (spec_->keyed && empty && !absence_counts) return AlarmState::ok;
  return evaluate(spec_->evaluation, flags, plain_);
}

bool LongForm::has_vanished() const {
  return spec_->keyed && state_ == AlarmState::ok && closed_ != kNoTime &&
         !has_data_from(closed_ - spec_->range());
}

std::vector<Datapoint> LongForm::newest() const {
  if (closed_ == kNoTime) return {};
  const Instant last = newest_end();
  const std::int64_t range = spec_->evaluation.range;
  const std::int64_t ahead = last == kNoTime ? 0 : (last - closed_) / spec_->period;
  const std::int64_t open = std::clamp<std::int64_t>(ahead, 0, range);
  std::vector<Datapoint> out(static_cast<std::size_t>(range + open));
  source_->datapoints(spec_->statistic, spec_->period, closed_ + open * spec_->period, out);
  return out;
}

Instant LongForm::newest_end() const { return last_end(source_->newest().value_or(kNoTime)); }

// The last end whose period holds `t`.
Instant LongForm::last_end(Instant t) const {
  if (t == kNoTime) return kNoTime;
  return floor_to(t, spec_->step) + std::max(spec_->period, spec_->step);
}

void LongForm::go(AlarmState to, Instant at, Instant end, bool early, Changes& out) {
  if (to == state_) return;
  Change c;
  c.from = state_;
  c.to = to;
  c.at = at;
  c.early = early;
  c.datapoints = datapoints(end);
  out.push_back(std::move(c));
  state_ = to;
  if (to != AlarmState::alarm) return;
  red_since_ = at;
  red_anew_ = true;
}

Change LongForm::present(Instant w) const {
  Change c;
  c.from = c.to = state_;
  c.at = w;
  c.early = breach_end_ != kNoTime;
  c.datapoints = datapoints(c.early ? breach_end_ : floor_to(w, spec_->step));
  return c;
}

// Closes at ends up to here can be left out: they judge nothing, or nothing once more, and no range
// that they are in holds data. kNever: all of them until a sample comes.
Instant LongForm::quiet_until() const {
  const Duration range = spec_->reach();
  if (spec_->keyed && start_ > closed_ + range) return start_ == kNever ? kNever : start_ - range;
  const bool settled = judged({}) == plain_;
  const bool early = breach_end_ != kNoTime;
  if (!settled || (state_ != plain_ && !early)) return kNoTime;
  // A key rests only when it has been seen to vanish.
  const Duration looked_at = spec_->keyed ? Duration{0} : spec_->step;
  const std::optional<Instant> data = source_->next_from(closed_ + looked_at - range);
  const Instant until = data ? *data - range : kNever;
  return early ? std::min(until, breach_end_ - spec_->step) : until;
}

void LongForm::catch_up(Instant w) {
  if (closed_ == kNoTime) return;
  closed_ = std::max(closed_, floor_to(std::min(w, quiet_until()), spec_->step));
}

void LongForm::begin(Instant w, Changes& out) {
  // Never back: the alarm may have lived by another clock before, and a closed period is not
  // reopened.
  closed_ = floor_to(std::max(w, closed_), spec_->step);
  if (!spec_->keyed) start_ = closed_;
  look_ahead(out);  // samples may have come before
}

void LongForm::enter_clock(Instant w) {
  const bool is_ahead = closed_ != kNoTime && (w == kNoTime || closed_ > w);
  if (is_ahead && !set_back_) set_back_ = std::make_unique<SetBack>();
  if (set_back_) set_back_->ahead = is_ahead ? closed_ : kNoTime;
}

const LongForm::SetBack& LongForm::was_set_back() const {
  static constexpr SetBack kNot{};
  return set_back_ ? *set_back_ : kNot;
}

bool LongForm::is_to_judge(Instant end) const {
  const SetBack& s = was_set_back();
  return end > s.judged || (s.anew_from < end && s.anew_to >= end - spec_->range());
}

bool LongForm::has_data_from(Instant t) const {
  const std::optional<Instant> newest = source_->newest();
  return newest && *newest >= t;
}

bool LongForm::forget(Instant end, Changes& out) {
  if (!spec_->keyed || spec_->evaluation.treat != MissingData::breaching) return false;
  if (state_ != AlarmState::alarm || has_data_from(end - spec_->reach())) return false;
  const Instant newest = source_->newest().value_or(kNoTime);
  if (end < std::max(red_since_, newest) + kForgetAfter) return false;
  go(AlarmState::ok, end, end, false, out);
  out.back().forgotten = true;
  return true;
}

void LongForm::close(Instant end, Changes& out) {
  closed_ = end;
  if (!is_to_judge(end) && !(red_anew_ && plain_ == AlarmState::alarm)) return;
  if (end <= start_ && spec_->keyed) return look_ahead(out);
  if (forget(end, out)) return;
  if (spec_->work != nullptr) {
    ++spec_->work->periods_closed;
    spec_->work->evaluations += unjudged_ < end ? 1 : 0;
  }
  unjudged_ = newest_ >= end ? newest_ : kNever;
  const AlarmState before = plain_;
  plain_ = plain_state(end);
  const std::size_t known = out.size();
  if (breach_end_ != kNoTime && end < breach_end_) {
    // Promised an ALARM at a later close. Only a plain red that ends here is left first.
    if (before == AlarmState::alarm && plain_ != AlarmState::alarm) {
      breach_end_ = kNoTime;
      go(plain_, end, end, false, out);
    }
  } else {
    breach_end_ = kNoTime;
    go(plain_, end, end, false, out);
  }
  look_ahead(out);
  if (out.size() < known + 2) return;
  out[known].silent = true;
  out[known + 1].again = true;
}

void LongForm::advance(Instant w, Changes& out) {
  if (closed_ == kNoTime) return;
  while (closed_ + spec_->step <= w) {
    const Instant before = closed_;
    catch_up(w);
    if (closed_ != before && forget(closed_, out)) return;
    if (closed_ + spec_->step <= w) close(closed_ + spec_->step, out);
  }
}

Instant LongForm::due() const {
  if (closed_ == kNoTime) return kNever;
  const Instant until = quiet_until();
  const Instant next = closed_ + spec_->step;
  if (until != kNever)
    return until == kNoTime ? next : std::max(next, floor_to(until, spec_->step));
  const bool forgets = spec_->keyed && spec_->evaluation.treat == MissingData::breaching &&
                       state_ == AlarmState::alarm;
  if (!forgets) return kNever;
  const Instant newest = source_->newest().value_or(kNoTime);
  const Instant at = std::max(red_since_, newest) + kForgetAfter;
  return std::max(next, floor_to(at + spec_->step - Duration{1}, spec_->step));
}

// What was told of the periods that are open again is not told anew, but what comes now is.
void LongForm::set_back(Instant w) {
  set_back_ = std::make_unique<SetBack>(std::max(was_set_back().judged, closed_), kNever, kNoTime);
  red_anew_ = false;
  closed_ = std::min(closed_, floor_to(w, spec_->step));
}

void LongForm::rejudge(Instant w, Changes& out) {
  if (w == kNoTime) return;
  closed_ = floor_to(w, spec_->step);
  futile_.reset();
  breach_end_ = kNoTime;
  set_back_.reset();
  if (!spec_->keyed || closed_ > start_) plain_ = plain_state(closed_);
  if (state_ == AlarmState::alarm && plain_ != AlarmState::alarm && spec_->early) {
    breach_end_ = first_certain(closed_ + spec_->step, newest_end()).value_or(kNoTime);
    if (breach_end_ != kNoTime) return;
  }
  go(plain_, closed_, closed_, false, out);
  look_ahead(out);
}

void LongForm::assume(AlarmState state, Instant w) {
  state_ = plain_ = state;
  red_since_ = w;
  start_ = kNoTime;
}

std::string LongForm::encode() const {
  const SetBack& back = was_set_back();
  const bool is_behind = back.judged > closed_;
  const bool is_ahead = back.ahead >= closed_ && back.ahead != kNoTime;
  RowWriter out;
  out.byte(is_ahead ? 4 : is_behind ? 3 : 2);
  out.byte(static_cast<unsigned>(state_));
  out.byte(static_cast<unsigned>(plain_));
  out.flag(breach_end_ != kNoTime);
  out.flag(closed_ != kNoTime);
  for (const Instant t : {start_, breach_end_, red_since_}) out.instant(t);
  if (is_ahead || is_behind) {
    for (const Instant t : {back.judged, back.anew_from, back.anew_to}) out.instant(t);
    out.flag(red_anew_);
  }
  if (is_ahead) out.instant(back.ahead);
  return out.take();
}

bool LongForm::decode(std::string_view row, Instant w) {
  RowReader in(row);
  const unsigned version = in.byte();
  if (version < 2 || version > 4) return false;
  const unsigned state = in.byte(), plain = in.byte();
  const bool early = in.flag(), begun = in.flag();
  const Instant start = in.instant(), end = in.instant(), red = in.instant();
  SetBack back;
  bool red_anew = false;
  if (version >= 3) {
    for (Instant* t : {&back.judged, &back.anew_from, &back.anew_to}) *t = in.instant();
    red_anew = in.flag();
  }
  const Instant ahead = version == 4 ? in.instant() : kNoTime;
  if (!in.ok() || state > 2 || plain > 2) return false;
  state_ = static_cast<AlarmState>(state);
  plain_ = static_cast<AlarmState>(plain);
  closed_ = begun && w != kNoTime ? std::max(floor_to(w, spec_->step), ahead) : ahead;
  start_ = start;
  breach_end_ = early ? end : kNoTime;
  red_since_ = red;
  back.ahead = ahead;
  const bool is_known = back.judged != kNoTime || ahead != kNoTime;
  set_back_ = is_known ? std::make_unique<SetBack>(back) : nullptr;
  red_anew_ = red_anew;
  return true;
}

}  // namespace tocsin
