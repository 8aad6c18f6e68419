// SPDX-License-Identifier: Apache-2.0
// One key of a short-form alarm (`anchor: event`): judged on the trailing window that ends at a
// sample. spec/time.md 3.1.
//
// Everything is decided by event time and the watermark `w`: a sample at t < w is late; an instant
// x has been judged once w > x, since samples at x itself count.
#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "rules/alarm/machine.hpp"
#include "rules/metric/samples.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

struct ShortFormSpec {
  StatisticExpression statistic = Statistic::sample_count;
  Comparison comparison = Comparison::greater_or_equal;
  double threshold = 1;
  Duration within{};
  Duration lateness{};
  Duration max_age{};
  bool nonnegative = true;   // no sample is below 0
  bool keyed = false;        // with group_by: red by absence alone is forgotten after 7 days
  bool keep_values = false;  // for extended statistics

  bool holds(double value) const;
  // Satisfied by nothing: judged by the clock, not at samples.
  bool zero_holds() const;
  // No further sample can undo that it holds: fires on arrival.
  bool monotone() const;
  Duration grace() const;
  Duration oldest() const { return within + grace(); }  // behind watermark - oldest: dropped
  Duration keep() const { return oldest() + within; }   // what is remembered
};

class ShortForm final : public Machine {
 public:
  static constexpr std::size_t kExactCells = 4096;

  // `spec` outlives it. `seen`: from when absence counts; kNoTime: not before begin().
  explicit ShortForm(const ShortFormSpec& spec, Instant seen = kNoTime);

  // A sample. advance(w) has been called. false: too old, dropped.
  bool add(Instant t, double value, Instant w, Changes& out);
  // The key had a sample this early.
  void seen_at(Instant t);
  // The rule's memory is full: gives up a cell, and more until it weighs no more than `weight`, if
  // it can.
  void shrink(std::size_t weight);
  // Its datapoints were emptied, or its window made longer: absence counts from `w`.
  void clear_samples();
  void restart_absence(Instant w) { seen_ = w; }
  // It was in ALARM until `t`, for as long as that lasts at least: that is told.
  void was_red_until(Instant t) { shown_.emplace_back(t - spec_->within, t); }
  // The specification was replaced: what is remembered of samples follows it.
  void respecified() { samples_.keep_values(spec_->keep_values); }

  AlarmState state() const override { return state_; }
  Change present(Instant w) const override { return change(state_, w, false); }
  void begin(Instant w, Changes& out) override;
  void advance(Instant w, Changes& out) override;
  Instant due() const override;
  void set_back(Instant w) override;
  void rejudge(Instant w, Changes& out) override;
  void assume(AlarmState state, Instant w) override;
  std::string encode() const override;
  bool decode(std::string_view row, Instant w) override;

  Samples& samples() { return samples_; }
  const Samples& samples() const { return samples_; }
  bool approximate() const { return approximate_; }

 private:
  using Span = std::pair<Instant, Instant>;

  std::optional<double> value(Instant x) const;
  std::optional<bool> percentile_breach(Instant x) const;
  std::optional<bool> breach(Instant x) const;
  Change change(AlarmState to, Instant x, bool late) const;
  void go(AlarmState to, Instant x, bool late, Changes& out);
  void raise(Instant e, Instant w, Changes& out);
  void judge(Instant w, Instant lo, Instant hi, Changes& out);
  void judge_sample(Instant e, Instant w, Changes& out);
  bool is_told(Instant e) const;
  bool touches(Instant e, const Span& red) const;
  Instant next_instant() const;
  Instant forget_at() const;
  void step(Instant x, Changes& out);
  void end_red(Instant x, Changes& out);
  void forget(Instant w);
  void bound(Instant w);

  const ShortFormSpec* spec_;
  Samples samples_;
  AlarmState state_ = AlarmState::ok;
  Instant seen_;
  Instant base_ = kNoTime;     // red until base + within at least
  Instant done_ = kNoTime;     // instants judged so far
  Instant recheck_ = kNoTime;  // an instant to judge beside those that samples make
  std::vector<Span> shown_;    // red already told: first breaching sample, OK
  std::vector<Span> owed_;     // late red, still to be told
  bool approximate_ = false;
};

}  // namespace tocsin
