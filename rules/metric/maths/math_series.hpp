// SPDX-License-Identifier: Apache-2.0
// What metric maths does to datapoints: spec/alarms.md section 7. Values that are not finite are no
// values: a division by zero, a logarithm of nothing or less, an overflow drop their datapoint.
#pragma once
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "rules/metric/maths/math_expression.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// One value a period, oldest first; nothing: missing.
using MathSeries = std::vector<std::optional<double>>;

// When the values of a series are.
struct MathGrid {
  Instant start;                // of the first period
  Duration period{minutes{1}};  // > 0
  std::size_t points = 0;
};

std::optional<double> apply(MathExpression::Operator op, double a, double b);

// Time series with time series: where one side is missing it counts as 0, where both are there is
// none. With a scalar: where the time series has a value.
MathSeries combine(MathExpression::Operator op, const MathSeries& a, const MathSeries& b);
MathSeries combine(MathExpression::Operator op, const MathSeries& a, std::optional<double> b);
MathSeries combine(MathExpression::Operator op, std::optional<double> a, const MathSeries& b);

// SUM AVG MIN MAX STDDEV DATAPOINT_COUNT of values that are there. `missing` more are counted as 0
// by AVG alone. STDDEV is that of the whole (division by n). Of none: nothing, but a count is 0.
std::optional<double> fold(MathFunctionId function, std::span<const double> values,
                           std::size_t missing);
std::optional<double> fold(MathFunctionId function, const MathSeries& series);
// At each period over all series; nothing where none has a value.
MathSeries fold(MathFunctionId function, std::span<const MathSeries> array, std::size_t points);

// ABS CEIL FLOOR LOG LOG10, DIFF RATE DIFF_TIME (from the value before, however long ago; the first
// has none) and RUNNING_SUM (the first is itself).
MathSeries pointwise(MathFunctionId function, const MathSeries& series, Duration period);
// MINUTE ... EPOCH in UTC, with a value in every period.
MathSeries clock(MathFunctionId function, const MathGrid& grid);

MathSeries fill(MathSeries series, const MathSeries& filler);
MathSeries fill_repeat(MathSeries series);  // before the first value there is nothing to repeat
MathSeries fill_linear(MathSeries series);  // only between two values

}  // namespace tocsin
