// SPDX-License-Identifier: Apache-2.0
// The name of a statistic, simple or extended, as CloudWatch writes it: spec/alarms.md section 2.1.
//
//   SampleCount Sum Average Minimum Maximum
//   p99.9              a percentile, 0 to 100
//   tm90 wm90 tc90 ts90   the samples up to the 90th percentile: TM(:90%), WM(:90%) ...
//   TM(10%:90%) WM(2:) TC(:0.5) TS(80%:)   mean, winsorised mean, count and sum between bounds
//   PR(100:2000)       how many percent lie between two values
//   IQM                TM(25%:75%)
//
// Both bounds are percentages or both are values; a side that is left out is open. At most 10
// decimals. Nothing here throws.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "tocsin/statistic.hpp"

namespace tocsin {

// `column` counts bytes from 1.
struct StatisticError {
  int column = 1;
  int length = 1;
  std::string text;
  std::string hint;
};

// What to_string() prints reads back as the same.
std::variant<StatisticExpression, StatisticError> parse_statistic(std::string_view text);

}  // namespace tocsin
