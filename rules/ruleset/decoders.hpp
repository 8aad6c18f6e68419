// SPDX-License-Identifier: Apache-2.0
// One decoder per kind of item of a rule file. Each reads one entry of its list, reports every
// mistake in it, and adds what it made to the draft only if nothing that others depend on is
// missing.
#pragma once
#include <optional>
#include <string>

#include "rules/alarm/evaluate.hpp"
#include "rules/ruleset/draft.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {

// rules: the short form. Gives a filter and an alarm of the same name. spec/time.md section 3.1.
void decode_rule(const ConfigNode& node, const DecodeContext& context, Draft& draft);
// metric_filters: spec/filter-patterns.md section 7.1.
void decode_metric_filter(const ConfigNode& node, const DecodeContext& context, Draft& draft);
// alarms: spec/alarms.md section 3.
void decode_alarm(const ConfigNode& node, const DecodeContext& context, Draft& draft);
// composite_alarms: spec/alarms.md section 9.
void decode_composite_alarm(const ConfigNode& node, const DecodeContext& context, Draft& draft);
// mute_windows: spec/alarms.md section 10.
void decode_mute_window(const ConfigNode& node, const DecodeContext& context, Draft& draft);

// Of an alarm, or of an entry of its `metrics`: the map at `metric`, and the key `statistic`.
bool read_alarm_metric(const ConfigNode& node, AlarmMetric& metric, Diagnostics& out);
void read_alarm_statistic(ConfigReader& read, const DecodeContext& context,
                          StatisticExpression& into);

// What `tocsin test` evaluates and configuration answers with not-built.
struct TestedEvaluation {
  std::optional<BandComparison> band;  // instead of `alarm.comparison` and `alarm.threshold`
};
// The part of an alarm that says how it is evaluated, as rule tests have it without the rest:
// statistic or extended_statistic, period, evaluation_periods, datapoints_to_alarm,
// evaluation_range, comparison, threshold, treat_missing_data,
// evaluate_low_sample_count_percentile. `statistic` and `threshold` may be null where the other is
// meant. Mistakes, limits between the fields included, are reported
// through `read`.
void read_evaluation(ConfigReader& read, Alarm& alarm, TestedEvaluation& tested);

}  // namespace tocsin
