// SPDX-License-Identifier: Apache-2.0
// How the values that an alarm looks at have gone: for a chart in a message.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

// One bar: the statistic of a period, or of one part of a short form's window.
struct TrendPoint {
  Instant start;
  std::optional<double> value;  // nothing: missing
  bool breaching = false;

  bool operator==(const TrendPoint&) const = default;
};

struct Trend {
  std::vector<TrendPoint> points;   // oldest first, at most kTrendPoints
  std::optional<double> threshold;  // none: it does not apply to single points, or is a band
  std::string caption;              // "the last 5 min", "5 periods of 1 min"
  std::string text;  // the chart in Unicode blocks, "▁▁▃·█"; a missing value is "·"

  bool operator==(const Trend&) const = default;
};
inline constexpr std::size_t kTrendPoints = 60;

}  // namespace tocsin
