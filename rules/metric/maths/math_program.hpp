// SPDX-License-Identifier: Apache-2.0
// Metric maths of one alarm (or graph): metrics and expressions that refer to each other by id, of
// which one is the result. Compiled once, evaluated over any range of periods. spec/alarms.md
// section 7; what that leaves open is decided here and in math_series.hpp:
//
// - A scalar may have no value (SUM of a time series without datapoints, 1/0); whatever is made of
//   it then has none either.
// - IF with a scalar condition takes one side as it is; a scalar side becomes a constant series.
// - SORT is stable; series without datapoints come last, ascending and descending.
// - A time series made of an empty array has no datapoints.
// - Aggregates, RUNNING_SUM, FILL and differences see the range that is evaluated and no more:
//   notices() tells where that matters, look_back() how much to add for differences.
//
// Cost: at most 20 expressions of 2,048 characters, each operation at most 100 time series wide.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/metric/maths/math_checker.hpp"
#include "rules/metric/maths/math_error.hpp"
#include "rules/metric/maths/math_expression.hpp"
#include "rules/metric/maths/math_series.hpp"

namespace tocsin {

inline constexpr std::size_t kMathMetricsMax = 10;
inline constexpr std::size_t kMathEntriesMax = 20;
inline constexpr std::size_t kMathIdCharactersMax = 255;

struct MathEntry {
  std::string id;          // [a-z][A-Za-z0-9_]*
  std::string expression;  // empty: a metric
};

// What the result must be.
enum class MathResult {
  series,  // one time series: what an alarm compares with its threshold
  band,    // ANOMALY_DETECTION_BAND: what the band comparisons compare with
  any
};

// What ANOMALY_DETECTION_BAND gave, beside the datapoints; FIRST is the upper one.
struct MathBandSeries {
  MathSeries upper, lower;
};

// `metrics` stands beside metrics(), `bands` beside bands(); each series has `grid.points` values.
struct MathInput {
  MathGrid grid;
  std::span<const MathSeries> metrics;
  std::span<const MathBandSeries> bands;
};

using MathValue = std::variant<std::optional<double>, MathSeries, std::vector<MathSeries>>;

class MathProgram {
 public:
  // All mistakes: the first of each entry, or what is wrong with the whole.
  static std::variant<MathProgram, std::vector<MathError>> compile(std::vector<MathEntry> entries,
                                                                   std::string_view result_id,
                                                                   MathResult result);

  // The ids of the metrics that the result is made of, in the order of the entries.
  const std::vector<std::string>& metrics() const { return metrics_; }
  // The bands that it is made of, each once: the id whose band it is, a metric's or an
  // expression's.
  struct Band {
    std::string id;
    double deviations = 2;
    bool operator==(const Band&) const = default;
  };
  const std::vector<Band>& bands() const { return bands_; }
  MathType type() const { return type_; }
  // How many datapoints before the first one wanted must be given, gaps aside.
  std::size_t look_back() const { return look_back_; }
  // No datapoint comes of it where no metric has any. False: FILL with a value, HOUR, TIME_SERIES
  // and their like may give one.
  bool needs_data() const { return needs_data_; }
  const std::vector<MathNotice>& notices() const { return notices_; }

  MathValue evaluate(const MathInput& input) const;

 private:
  friend class MathCompiler;
  struct Step {
    std::size_t entry = 0;
    MathExpression expression;
  };
  std::size_t entries_ = 0;
  std::size_t result_ = 0;
  std::vector<std::size_t> metric_entries_;  // beside metrics_
  std::vector<Step> steps_;                  // each after those that it refers to
  std::vector<std::string> metrics_;
  std::vector<Band> bands_;
  std::vector<MathNotice> notices_;
  MathType type_ = MathType::series;
  std::size_t look_back_ = 0;
  bool needs_data_ = true;
};

}  // namespace tocsin
