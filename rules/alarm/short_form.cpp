// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/short_form.hpp"

#include <algorithm>
#include <cmath>

#include "rules/alarm/evaluate.hpp"
#include "rules/engine/row_codec.hpp"
#include "rules/metric/extended_statistic.hpp"

namespace tocsin {
namespace {

constexpr Duration kTick{1};  // instants are whole milliseconds
constexpr Duration kForgetAfter = days{7};
constexpr double kExactSamples = 1024;

bool is_upper(Comparison c) {
  return c == Comparison::greater || c == Comparison::greater_or_equal;
}

}  // namespace

bool ShortFormSpec::holds(double value) const { return is_breaching(value, comparison, threshold); }

bool ShortFormSpec::zero_holds() const {
  using Kind = StatisticExpression::Kind;
  const bool sums = statistic.kind == Kind::sample_count || statistic.kind == Kind::sum ||
                    statistic.kind == Kind::trimmed_count || statistic.kind == Kind::trimmed_sum;
  return sums && holds(0);
}

bool ShortFormSpec::monotone() const {
  using Kind = StatisticExpression::Kind;
  switch (statistic.kind) {
    case Kind::sample_count:
    case Kind::maximum:
      return is_upper(comparison);
    case Kind::sum:
      return is_upper(comparison) && nonnegative;
    case Kind::trimmed_count:
    case Kind::trimmed_sum:  // between values: a negative sample would end them
      return is_upper(comparison) && nonnegative && !statistic.percent;
    case Kind::minimum:
      return !is_upper(comparison);
    default:
      return false;
  }
}

Duration ShortFormSpec::grace() const { return std::max({2 * within, lateness, max_age}); }

ShortForm::ShortForm(const ShortFormSpec& spec, Instant seen) : spec_(&spec), seen_(seen) {
  samples_.keep_values(spec.keep_values);
}

// The statistic of the window that ends at `x`; nothing: none of nothing, or not known.
std::optional<double> ShortForm::value(Instant x) const {
  if (const auto simple = spec_->statistic.simple())
    return samples_.statistic(x - spec_->within, x, *simple);
  const bool few = spec_->statistic.kind == StatisticExpression::Kind::percentile ||
                   samples_.count(x - spec_->within, x) <= kExactSamples;
  if (!few) {  // too many to be put in order for each of them
    const Distribution all = samples_.distribution(x - spec_->within, x);
    return all.is_available() ? extended_statistic(spec_->statistic, all.values()) : std::nullopt;
  }
  const auto samples = samples_.values(x - spec_->within, x);
  return samples ? extended_statistic(spec_->statistic, *samples) : std::nullopt;
}

// Whether a percentile breaches, by counting: it lies between the samples of two neighbouring
// ranks. Nothing: only one of the two breaches, or there is none. A hot key is judged at each
// sample, and thousands of them are not put in order for that.
std::optional<bool> ShortForm::percentile_breach(Instant x) const {
  const auto share =
      samples_.share(x - spec_->within, x, [&](double value) { return spec_->holds(value); });
  if (!share || share->all == 0) return std::nullopt;
  const double rank = std::floor(spec_->statistic.high.value_or(100) * (share->all - 1) / 100);
  const double next = std::min(rank + 1, share->all - 1);
  const auto breaches = [&](double r) {
    return is_upper(spec_->comparison) ? r >= share->all - share->count : r < share->count;
  };
  return breaches(rank) == breaches(next) ? std::optional(breaches(rank)) : std::nullopt;
}

// Nothing: there is nothing to judge, yet it is too early to call it good.
std::optional<bool> ShortForm::breach(Instant x) const {
  if (spec_->statistic.kind == StatisticExpression::Kind::percentile)
    if (const auto known = percentile_breach(x)) return known;
  if (const std::optional<double> known = value(x)) return spec_->holds(*known);
  const Instant last = samples_.last_at(x).value_or(kNoTime);
  return x < last + 2 * spec_->within ? std::optional<bool>() : false;
}

Change ShortForm::change(AlarmState to, Instant x, bool late) const {
  Change c;
  c.from = state_;
  c.to = to;
  c.at = x;
  c.late = late;
  c.value = value(x);
  c.samples = samples_.count(x - spec_->within, x);
  return c;
}

void ShortForm::go(AlarmState to, Instant x, bool late, Changes& out) {
  out.push_back(change(to, x, late));
  state_ = to;
}

void ShortForm::raise(Instant e, Instant w, Changes& out) {
  go(AlarmState::alarm, e, e < w, out);
  base_ = std::max(e, w);  // in event time unless late
  if (e < w) shown_.emplace_back(e, e + spec_->within);
}

bool ShortForm::touches(Instant e, const Span& red) const {
  return e <= red.second && e + spec_->within >= red.first;
}

bool ShortForm::is_told(Instant e) const {
  return std::any_of(shown_.begin(), shown_.end(),
                     [&](const Span& red) { return touches(e, red); });
}

// Judges the windows that end at samples in [lo, hi].
void ShortForm::judge(Instant w, Instant lo, Instant hi, Changes& out) {
  for (Instant e = lo - kTick;;) {
    const std::optional<Instant> next = samples_.next_after(e);
    if (!next || *next > hi) return;
    e = *next;
    // Red already, and from no later sample than this: neither it nor any after it can change a
    // thing.
    if (state_ == AlarmState::alarm && e >= base_) return;
    if (breach(e).value_or(false)) judge_sample(e, w, out);
  }
}

void ShortForm::judge_sample(Instant e, Instant w, Changes& out) {
  if (state_ != AlarmState::alarm) {
    if (!is_told(e)) raise(e, w, out);
    return;
  }
  if (w <= e) {
    base_ = e;  // the episode's first sample
    return;
  }
  const bool owed =
      std::any_of(owed_.begin(), owed_.end(), [&](const Span& red) { return touches(e, red); });
  // Late, and red for another episode than the one that stands.
  if (e + spec_->within < base_ && !is_told(e) && !owed) owed_.emplace_back(e, e + spec_->within);
}

bool ShortForm::add(Instant t, double value, Instant w, Changes& out) {
  if (t < w - spec_->oldest()) return false;
  done_ = std::max(done_, w - kTick);
  samples_.add(t, value);
  if (!spec_->zero_holds()) {
    if (spec_->monotone())
      judge(w, std::max(t, w - spec_->oldest()), t + spec_->within, out);
    else if (t < w)
      judge(w, t, std::min(t + spec_->within, w - kTick), out);  // late: only complete windows
  }
  if (samples_.size() > kExactCells) bound(w);
  return true;
}

void ShortForm::seen_at(Instant t) {
  if (seen_ != kNoTime) seen_ = std::min(seen_, t);
}

void ShortForm::bound(Instant w) {
  approximate_ = true;
  const bool counts_up = spec_->statistic == Statistic::sample_count && spec_->monotone();
  if (counts_up) samples_.keep_newest(spec_->threshold + 1, w - spec_->lateness);
  if (samples_.size() > kExactCells)
    samples_.erase_until(w - (spec_->lateness + 2 * spec_->within));
  if (samples_.size() <= kExactCells) return;
  // The closest first, and a few more than needed, so that a hot key does not pay for each sample.
  for (Duration span = spec_->within / 1000; samples_.size() > kExactCells / 8 * 7;
       span += span / 2 + kTick)
    samples_.merge_closer_than(span);
}

void ShortForm::shrink(std::size_t weight) {
  while (samples_.size() >= 2) {
    approximate_ = true;
    samples_.merge_closest();
    if (samples_.weight() <= weight) return;
  }
}

void ShortForm::clear_samples() {
  samples_.clear();
  shown_.clear();
  owed_.clear();
}

void ShortForm::begin(Instant w, Changes&) {
  if (seen_ == kNoTime) seen_ = w;
}

Instant ShortForm::forget_at() const {
  if (!spec_->keyed || !spec_->zero_holds() || state_ != AlarmState::alarm) return kNever;
  return std::max(base_, samples_.newest().value_or(kNoTime)) + kForgetAfter;
}

// The next instant that can matter: the answer changes only where a sample enters or leaves a
// window, and where red may end.
Instant ShortForm::next_instant() const {
  Instant after = done_;
  const bool red = state_ == AlarmState::alarm;
  const bool by_clock = spec_->zero_holds();
  if (!red && !by_clock && spec_->monotone()) return kNever;
  if (!red && by_clock && seen_ == kNoTime) return kNever;
  if (red) after = std::max(after, base_ + spec_->within - kTick);
  if (!red && by_clock) after = std::max(after, seen_ + spec_->within - kTick);
  Instant least = kNever;
  const auto consider = [&](Instant x) {
    if (x > after) least = std::min(least, x);
  };
  // A number that can only grow falls only where samples leave the window. (A maximum of nothing is
  // none: there a sample that enters may end it.)
  const bool is_number =
      spec_->statistic == Statistic::sample_count || spec_->statistic == Statistic::sum;
  const bool only_leaving = red && !by_clock && is_number && spec_->monotone();
  const int first = only_leaving ? 1 : 0;
  const int last = only_leaving ? 1 : red || by_clock ? 2 : 0;
  for (int k = first; k <= last; ++k)
    if (const auto t = samples_.next_after(after - k * spec_->within))
      consider(*t + k * spec_->within);
  if (red) consider(base_ + spec_->within);
  if (red || by_clock) {
    if (seen_ != kNoTime) consider(seen_ + spec_->within);
    consider(recheck_);
  }
  return std::min(least, std::max(forget_at(), after + kTick));
}

void ShortForm::end_red(Instant x, Changes& out) {
  const std::size_t ok = out.size();
  go(AlarmState::ok, x, false, out);
  shown_.emplace_back(base_, x);
  if (!owed_.empty()) {
    const Instant e = owed_.front().first;
    owed_.erase(owed_.begin());
    raise(e, x, out);
  }
  if (spec_->monotone()) judge(x, x + kTick, kNever, out);  // known already: a new episode
  if (out.size() == ok + 1) return;
  // Of the two messages only the ALARM's is sent.
  out[ok].silent = true;
  out[ok + 1].again = true;
}

void ShortForm::step(Instant x, Changes& out) {
  if (state_ == AlarmState::alarm) {
    if (x >= forget_at()) {
      go(AlarmState::ok, x, false, out);
      out.back().forgotten = true;
    } else if (x >= base_ + spec_->within && breach(x) == false) {
      end_red(x, out);
    }
    return;
  }
  const bool due = spec_->zero_holds() ? x >= seen_ + spec_->within
                                       : !spec_->monotone() && samples_.last_at(x) == x;
  if (!due || !breach(x).value_or(false)) return;
  go(AlarmState::alarm, x, false, out);
  base_ = x;
}

void ShortForm::advance(Instant w, Changes& out) {
  for (Instant x = next_instant(); x < w; x = next_instant()) {
    done_ = x;
    step(x, out);
  }
  done_ = std::max(done_, w - kTick);
  forget(w);
}

void ShortForm::forget(Instant w) {
  samples_.forget_until(w - spec_->keep());
  std::erase_if(shown_, [&](const Span& red) { return red.second <= w - spec_->keep(); });
}

Instant ShortForm::due() const {
  const Instant next = next_instant();
  return std::min(next == kNever ? kNever : next + kTick, samples_.forget_due(spec_->keep()));
}

void ShortForm::set_back(Instant w) {
  done_ = std::min(done_, w - kTick);
  seen_ = w;
}

void ShortForm::rejudge(Instant w, Changes& out) {
  recheck_ = w;
  done_ = std::max(done_, w - kTick);
  if (spec_->monotone() && !spec_->zero_holds()) judge(w, w + kTick, kNever, out);
}

void ShortForm::assume(AlarmState state, Instant w) {
  state_ = state == AlarmState::alarm ? AlarmState::alarm : AlarmState::ok;
  base_ = w;
}

std::string ShortForm::encode() const {
  RowWriter out;
  out.byte(1);
  out.byte(static_cast<unsigned>(state_));
  out.flag(approximate_);
  for (const Instant t : {seen_, base_, recheck_}) out.instant(t);
  for (const auto* spans : {&shown_, &owed_}) {
    out.number(spans->size());
    for (const Span& s : *spans) {
      out.instant(s.first);
      out.integer((s.second - s.first).count());
    }
  }
  return out.take();
}

bool ShortForm::decode(std::string_view row, Instant w) {
  RowReader in(row);
  if (in.byte() != 1) return false;
  ShortForm read(*spec_);
  read.state_ =
      in.byte() == static_cast<unsigned>(AlarmState::alarm) ? AlarmState::alarm : AlarmState::ok;
  read.approximate_ = in.flag();
  for (Instant* t : {&read.seen_, &read.base_, &read.recheck_}) *t = in.instant();
  for (auto* spans : {&read.shown_, &read.owed_}) {
    spans->resize(in.count(2));
    for (Span& s : *spans) {
      s.first = in.instant();
      s.second = s.first + Duration{in.integer()};
    }
  }
  if (!in.ok()) return false;
  read.done_ = w - kTick;
  read.samples_ = std::move(samples_);
  *this = std::move(read);
  return true;
}

}  // namespace tocsin
