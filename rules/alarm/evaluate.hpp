// SPDX-License-Identifier: Apache-2.0
// The plain evaluation of one alarm over one row of datapoints: spec/alarms.md sections 5.1 to 5.6.
// Pure functions; the long form, `tocsin test` (kinds snapshot and sequence) and the cases use the
// same ones.
#pragma once
#include <optional>
#include <span>

#include "rules/metric/statistic_expression.hpp"
#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// M of N within a range of periods. 1 <= m <= n <= range.
struct EvaluationSpec {
  int n = 1;
  int m = 1;
  int range = 3;
  MissingData treat = MissingData::missing;
  bool operator==(const EvaluationSpec&) const = default;
};

// N + max(2, N div 3): how many periods are looked at when some of them are missing.
constexpr int default_evaluation_range(int n) { return n + (n / 3 > 2 ? n / 3 : 2); }

EvaluationSpec evaluation_spec(const Alarm& alarm);

// No epsilon; NaN breaches nothing.
bool is_breaching(double value, Comparison comparison, double threshold);

bool is_breaching(double value, BandComparison comparison, Band band);

// Of an alarm in either form, by whatever it compares with. False of a missing datapoint.
bool is_breaching(const Alarm& alarm, const Datapoint& datapoint);

// `breaching`: oldest first, nothing = a missing datapoint. The newest `range` of them count; what
// is not there is missing. `state` is the alarm's state so far, which some rows keep.
AlarmState evaluate(const EvaluationSpec& spec, std::span<const std::optional<bool>> breaching,
                    AlarmState state);

// How many samples the percentile `statistic` (p99: 1000) needs to say something; nothing for any
// other statistic, p0 and p100.
std::optional<double> samples_needed(const StatisticExpression& statistic);

// Whether the datapoints that evaluate() would judge hold fewer samples than `needed`: with
// `evaluate_low_sample_count_percentile: ignore` the state then stays. False if there is no such
// datapoint. `sample_counts` stands beside `breaching`.
bool has_few_samples(const EvaluationSpec& spec, std::span<const std::optional<bool>> breaching,
                     std::span<const double> sample_counts, double needed);

}  // namespace tocsin
