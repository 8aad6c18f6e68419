// SPDX-License-Identifier: Apache-2.0
// The plain evaluation of one alarm over one row of datapoints: spec/alarms.md sections 5.1 to 5.5.
// Pure functions; the long form, `tocsin test` (kinds snapshot and sequence) and the cases use the
// same ones.
#pragma once
#include <optional>
#include <span>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// M of N within a range of periods. 1 <= m <= n <= range.
struct EvaluationSpec {
  int n = 1;
  int m = 1;
  int range = 3;
  MissingData treat = MissingData::missing;
};

// N + max(2, N div 3): how many periods are looked at when some of them are missing.
constexpr int default_evaluation_range(int n) { return n + (n / 3 > 2 ? n / 3 : 2); }

EvaluationSpec evaluation_spec(const Alarm& alarm);

// No epsilon; NaN breaches nothing.
bool is_breaching(double value, Comparison comparison, double threshold);

// `breaching`: oldest first, nothing = a missing datapoint. The newest `range` of them count; what
// is not there is missing. `state` is the alarm's state so far, which some rows keep.
AlarmState evaluate(const EvaluationSpec& spec, std::span<const std::optional<bool>> breaching,
                    AlarmState state);

}  // namespace tocsin
