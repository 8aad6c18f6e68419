// SPDX-License-Identifier: Apache-2.0
// The functions of metric maths, as one table.
#pragma once
#include <span>
#include <string_view>

namespace tocsin {

enum class MathFunctionId {
  absolute,
  ceiling,
  floor,
  logarithm,
  logarithm10,
  sum,
  average,
  minimum,
  maximum,
  deviation,
  datapoint_count,
  metric_count,
  fill,
  difference,
  rate,
  time_difference,
  running_sum,
  period,
  time_series,
  metrics,
  first,
  last,
  slice,
  sort,
  remove_empty,
  minute,
  hour,
  day,
  date,
  month,
  year,
  epoch,
  condition,
  band
};

// What goes in and what comes out; S scalar, TS time series, TS[] array.
enum class MathShape {
  pointwise,  // TS -> TS, TS[] -> TS[]
  fold,       // TS -> S, TS[] -> TS
  count,      // TS[] -> S
  pick,       // TS[] -> TS
  sift,       // TS[] -> TS[]
  clock,      // TS -> TS, by the timestamps
  constant,   // S -> TS
  fill,       // TS or TS[], and S, TS, REPEAT or LINEAR -> as the first
  period,     // a metric -> S
  metrics,    // nothing or a text -> TS[]
  slice,      // TS[], from[, to] -> TS[]
  sort,       // TS[], AVG|MIN|MAX|SUM, ASC|DESC[, at most] -> TS[]
  condition,  // S or TS, and one or two of S or TS -> TS
  band        // a metric or expression[, deviations] -> TS[] of two
};

struct MathFunction {
  std::string_view name;
  MathFunctionId id;
  MathShape shape;
  std::size_t least, most;  // arguments
  std::string_view usage;
  bool whole_series = false;  // of a time series, or always: depends on all datapoints looked at
  std::size_t look_back = 0;  // how many datapoints before one it needs
};

std::span<const MathFunction> math_functions();
// nullptr: there is none of this name.
const MathFunction* find_math_function(std::string_view name);

// Why a function that CloudWatch knows cannot be had; empty: it is not known.
std::string_view unsupported_math_function(std::string_view name);

}  // namespace tocsin
