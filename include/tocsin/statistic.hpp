// SPDX-License-Identifier: Apache-2.0
// Statistics of a metric's samples, simple and extended: spec/alarms.md section 2.1. How names are
// read stands in rules/metric/statistic_expression.hpp, what they come to in
// rules/metric/extended_statistic.hpp.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

// Those that a statistic set (count, sum, minimum, maximum) answers.
enum class Statistic { sample_count, sum, average, minimum, maximum };

// Any statistic. Bounds are both percentages or both values >= 0.
struct StatisticExpression {
  enum class Kind : unsigned char {
    sample_count,  // the first five as in Statistic
    sum,
    average,
    minimum,
    maximum,
    percentile,
    trimmed_mean,
    winsorized_mean,
    trimmed_count,
    trimmed_sum,
    percentile_rank
  };
  Kind kind = Kind::sum;
  bool percent = false;             // the bounds are percentages, else values
  std::optional<double> low, high;  // nothing: open. A percentile has only `high`

  constexpr StatisticExpression() = default;
  // Each simple statistic is one.
  constexpr StatisticExpression(Statistic s) : kind(static_cast<Kind>(s)) {}
  constexpr StatisticExpression(Kind k, bool percentages, std::optional<double> lower,
                                std::optional<double> upper)
      : kind(k), percent(percentages), low(lower), high(upper) {}

  // One of the five; nothing: it needs the samples themselves.
  constexpr std::optional<Statistic> simple() const {
    return kind <= Kind::maximum ? std::optional(static_cast<Statistic>(kind)) : std::nullopt;
  }
  bool operator==(const StatisticExpression&) const = default;
};

std::string_view to_string(Statistic s);  // "Sum", as YAML and CloudWatch write it
// In one way for each meaning: TM(25%:75%) prints as IQM, TM(:90%) as tm90.
std::string to_string(const StatisticExpression& statistic);

}  // namespace tocsin
