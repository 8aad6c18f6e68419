// SPDX-License-Identifier: Apache-2.0
// One key of a long-form alarm (anchors minute and fixed): plain evaluation of closed periods, and
// early breach on open ones. spec/time.md sections 2 to 4, spec/alarms.md sections 4 and 5.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "rules/alarm/alarm_work.hpp"
#include "rules/alarm/datapoint_source.hpp"
#include "rules/alarm/evaluate.hpp"
#include "rules/alarm/machine.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// What thousands of alarms have alike, which is why the threshold is not in it.
struct LongFormSpec {
  EvaluationSpec evaluation;
  StatisticExpression statistic;
  Comparison comparison = Comparison::greater_or_equal;
  std::optional<BandComparison> band;  // instead of that and the threshold
  Duration period{};
  Duration step{};  // evaluations lie at its multiples, and so do ends of periods
  Duration lateness{};
  bool early = false;  // early breach is allowed: no further sample can undo a breach
  bool keyed = false;
  AlarmWork* work = nullptr;            // is added to, if there is one; outlives it
  std::optional<double> least_samples;  // with fewer in the range a percentile keeps the state
  int look_back = 0;  // periods before the range that its datapoints are made of, too

  // `nonnegative`: no sample of the metric is below 0.
  static LongFormSpec of(const Alarm& alarm, Duration lateness, bool nonnegative);
  // `datapoint` has a value.
  bool breaches(const Datapoint& datapoint, double threshold) const;
  Duration range() const { return evaluation.range * period; }
  // How far back what is evaluated depends on samples.
  Duration reach() const { return range() + look_back * period; }
  Duration oldest() const { return reach() + std::max(2 * period, lateness); }
  bool operator==(const LongFormSpec&) const = default;
};

class LongForm final : public Machine {
 public:
  // Both outlive it.
  LongForm(const LongFormSpec& spec, double threshold, const DatapointSource& source);

  // The alarm was edited; rejudge() follows if that concerns its condition.
  void respecify(const LongFormSpec& spec, double threshold) {
    spec_ = &spec;
    threshold_ = threshold;
  }

  // Another source (the old one may be gone), or the same one again.
  void bind(const DatapointSource& source) {
    source_ = &source;
    futile_.reset();
    newest_ = source.newest().value_or(kNoTime);
  }
  // Before a sample is added to the source; advance(w) has been called: closes what was put off.
  void catch_up(Instant w);
  // After that, with the time of the sample. false: too old for this alarm.
  bool sampled(Instant t, Instant w, Changes& out);

  // Event time at which the ALARM that stands began; nothing: none does.
  std::optional<Instant> red_since() const {
    return state_ == AlarmState::alarm ? std::optional(red_since_) : std::nullopt;
  }
  // The state by evaluation of closed periods alone, as far as they are judged.
  AlarmState plain() const { return plain_; }
  // A key that has no data left in its range, and is in OK for it.
  bool has_vanished() const;
  // The newest range, and behind it open periods with data, at most as many again; for people.
  std::vector<Datapoint> newest() const;
  // Periods up to here are over; kNoTime: no watermark yet.
  Instant closed() const { return closed_; }

  // It lives by a clock with this watermark from now on, which may be behind what is over.
  void enter_clock(Instant w);

  AlarmState state() const override { return state_; }
  Change present(Instant w) const override;
  void begin(Instant w, Changes& out) override;
  void advance(Instant w, Changes& out) override;
  Instant due() const override;
  void set_back(Instant w) override;
  void rejudge(Instant w, Changes& out) override;
  void assume(AlarmState state, Instant w) override;
  std::string encode() const override;
  bool decode(std::string_view row, Instant w) override;

 private:
  using Flag = std::optional<bool>;  // whether a datapoint breaches; nothing: it is missing

  std::vector<Datapoint> datapoints(Instant end) const;
  void look(Instant end, std::span<Datapoint> range, std::span<Flag> flags) const;
  Flag flag(const Datapoint& datapoint) const;
  AlarmState plain_state(Instant end) const;
  AlarmState judged(std::span<const std::optional<bool>> flags) const;
  bool is_certain(Instant end) const;
  bool may_breach(Instant t) const;
  std::optional<Instant> first_certain(Instant lo, Instant hi) const;
  Instant newest_end() const;
  Instant last_end(Instant t) const;
  bool has_data_from(Instant t) const;
  bool is_to_judge(Instant end) const;
  double of_cell(Instant cell) const;
  bool is_known_futile(Instant cell) const;
  void note_futile(Instant cell);
  void go(AlarmState to, Instant at, Instant end, bool early, Changes& out);
  void look_ahead(Changes& out);
  void close(Instant end, Changes& out);
  bool forget(Instant end, Changes& out);
  Instant quiet_until() const;

  const LongFormSpec* spec_;
  double threshold_;
  const DatapointSource* source_;
  Instant newest_;  // of the source, as this alarm has seen it
  AlarmState state_ = AlarmState::insufficient_data;
  AlarmState plain_ = AlarmState::insufficient_data;
  bool red_anew_ = false;     // it turned red since the clock was set back
  Instant closed_ = kNoTime;  // end of the newest closed period; kNoTime: no watermark yet
  Instant start_ = kNever;    // keyed: nothing is judged before the key's first sample
  // End of the breaching period while an early breach stands; kNoTime: none does.
  Instant breach_end_ = kNoTime;
  Instant red_since_ = kNoTime;
  Instant unjudged_ = kNever;  // the earliest sample since the last period was judged

  // After the clock was set back: ends up to `judged` have been judged, and are once more only if a
  // sample that came since lies in their range, between these two. What turned red since ends.
  struct SetBack {
    Instant judged = kNoTime;
    Instant anew_from = kNever, anew_to = kNoTime;
    Instant ahead = kNoTime;  // as closed_, where a watermark behind it would not tell it
  };
  const SetBack& was_set_back() const;
  std::unique_ptr<SetBack> set_back_;  // nullptr: it never was, nor is it ahead of its clock

  // A search for early breach that was in vain: what the samples of `cell` came to, and how much
  // more of them breaches a period that did not then.
  struct Futile {
    Instant cell;
    double value = 0;
    double spare = 0;
  };
  std::unique_ptr<Futile> futile_;
};

}  // namespace tocsin
