// SPDX-License-Identifier: Apache-2.0
// An alarm by metric maths, compiled: which metrics it needs, what is made of them, and which bands
// are learned from what. spec/alarms.md sections 7 and 8.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/metric/maths/math_program.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

struct MathPlan {
  // A program, and which of `metrics` below stand beside its metrics().
  struct Part {
    MathProgram program;
    std::vector<std::size_t> inputs;
  };
  struct LearnedBand {
    Part of;  // one time series: what is learned from
    double deviations = 2;
  };

  std::vector<AlarmMetric> metrics;  // those that are needed; no expressions
  Part result;                       // the alarm's expression, or the two sides of its band
  std::vector<LearnedBand> bands;    // beside result.program.bands()
  // How many datapoints before the evaluation range are needed, gaps aside.
  std::size_t look_back = 0;
  // It may have a datapoint where no metric has any: FILL, HOUR, TIME_SERIES ...
  bool dense = false;
};

// `entry` of errors and notices counts the alarm's metrics and expressions as written; one more is
// the alarm's own `expression`.
std::variant<MathPlan, std::vector<MathError>> make_math_plan(const AlarmMaths& maths);

// The entries and expressions with their ids, the returned one among them: as CloudWatch lists
// them. `result` is its place.
struct MathEntries {
  std::vector<MathEntry> entries;
  std::size_t result = 0;
};
MathEntries math_entries(const AlarmMaths& maths);

// The id of the metric or expression whose band is compared with; empty: no band comparison.
std::string band_subject(const AlarmMaths& maths);

// The entries as CloudWatch lists them in messages and configurations: of a band alarm both the
// band and what it is the band of are returned. `metric` is one of `maths`, or nullptr: an
// expression.
struct ListedEntry {
  MathEntry entry;
  const AlarmMetric* metric = nullptr;
  bool returned = false;
};
std::vector<ListedEntry> listed_entries(const AlarmMaths& maths);
// The id of the band; empty: no band comparison.
std::string threshold_metric_id(const AlarmMaths& maths);

// The metrics that an alarm watches: of one by maths those that its expression needs, else one. One
// that does not compile watches none.
std::vector<AlarmMetric> watched_metrics(const Alarm& alarm);

}  // namespace tocsin
