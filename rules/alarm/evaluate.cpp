// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/evaluate.hpp"

#include "tocsin/result.hpp"

namespace tocsin {
namespace {

// What the range holds, missing datapoints aside: at most the newest n of the real ones.
struct RealPoints {
  int count = 0;
  int breaching = 0;
  int oldest_age = 0;  // 1 is the newest period
};

RealPoints newest_real(const EvaluationSpec& spec, std::span<const std::optional<bool>> points) {
  RealPoints real;
  for (int age = 1; age <= spec.range && age <= static_cast<int>(points.size()); ++age) {
    const std::optional<bool>& point = points[points.size() - static_cast<std::size_t>(age)];
    if (!point) continue;
    ++real.count;
    real.breaching += *point ? 1 : 0;
    real.oldest_age = age;
    if (real.count == spec.n) break;
  }
  return real;
}

AlarmState nothing_received(MissingData treat, AlarmState state) {
  switch (treat) {
    case MissingData::missing:
      return AlarmState::insufficient_data;
    case MissingData::ignore:
      return state;
    case MissingData::breaching:
      return AlarmState::alarm;
    case MissingData::not_breaching:
      return AlarmState::ok;
  }
  return state;
}

AlarmState alarm_if(bool condition) { return condition ? AlarmState::alarm : AlarmState::ok; }

// Treatments `missing` and `ignore` with fewer than m breaching points and some missing.
AlarmState premature(const EvaluationSpec& spec, const RealPoints& real, AlarmState state) {
  if (real.breaching < real.count) return AlarmState::ok;
  const bool old_enough = real.oldest_age >= spec.m;
  return old_enough && spec.treat == MissingData::missing ? AlarmState::alarm : state;
}

}  // namespace

EvaluationSpec evaluation_spec(const Alarm& alarm) {
  return {.n = alarm.evaluation_periods,
          .m = alarm.datapoints_to_alarm.value_or(alarm.evaluation_periods),
          .range = alarm.evaluation_range,
          .treat = alarm.treat_missing_data};
}

bool is_breaching(double value, Comparison comparison, double threshold) {
  switch (comparison) {
    case Comparison::greater:
      return value > threshold;
    case Comparison::greater_or_equal:
      return value >= threshold;
    case Comparison::less:
      return value < threshold;
    case Comparison::less_or_equal:
      return value <= threshold;
  }
  return false;
}

bool is_breaching(double value, BandComparison comparison, Band band) {
  switch (comparison) {
    case BandComparison::outside:
      return value < band.low || value > band.high;
    case BandComparison::below:
      return value < band.low;
    case BandComparison::above:
      return value > band.high;
  }
  return false;
}

bool is_breaching(const Alarm& alarm, const Datapoint& d) {
  if (!d.value) return false;
  if (!alarm.maths || !alarm.maths->band)
    return is_breaching(*d.value, alarm.comparison, alarm.threshold);
  return d.band && is_breaching(*d.value, *alarm.maths->band, *d.band);
}

AlarmState evaluate(const EvaluationSpec& spec, std::span<const std::optional<bool>> breaching,
                    AlarmState state) {
  const RealPoints real = newest_real(spec, breaching);
  if (real.count >= spec.n) return alarm_if(real.breaching >= spec.m);
  if (real.count == 0) return nothing_received(spec.treat, state);
  if (spec.treat == MissingData::breaching)
    return alarm_if(real.breaching + spec.n - real.count >= spec.m);
  if (real.breaching >= spec.m) return AlarmState::alarm;
  if (spec.treat == MissingData::not_breaching) return AlarmState::ok;
  return premature(spec, real, state);
}

std::optional<double> samples_needed(const StatisticExpression& statistic) {
  const double percent = statistic.high.value_or(0);
  if (statistic.kind != StatisticExpression::Kind::percentile || percent <= 0 || percent >= 100)
    return std::nullopt;
  const double p = percent / 100;
  return p >= 0.5 ? 10 / (1 - p) : 10 / p;
}

bool has_few_samples(const EvaluationSpec& spec, std::span<const std::optional<bool>> breaching,
                     std::span<const double> sample_counts, double needed) {
  TOCSIN_ASSERT(breaching.size() == sample_counts.size());
  constexpr double kTolerance = 1e-9;  // 10 / (1 - 0.999) is not exactly 10,000
  const RealPoints real = newest_real(spec, breaching);
  double samples = 0;
  for (std::size_t age = 1; age <= static_cast<std::size_t>(real.oldest_age); ++age)
    if (breaching[breaching.size() - age]) samples += sample_counts[sample_counts.size() - age];
  return real.count > 0 && samples < needed * (1 - kTolerance);
}

}  // namespace tocsin
