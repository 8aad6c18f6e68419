// SPDX-License-Identifier: Apache-2.0
// CloudWatch's statistic set.
#pragma once
#include <limits>
#include <optional>

#include "tocsin/statistic.hpp"

namespace tocsin {

class RowReader;
class RowWriter;

// What a set of samples comes to. `count` is a whole number. `rest` is what `sum` lost by rounding:
// together they have 106 bits, so that the sum does not show in which order samples came.
struct Totals {
  double count = 0;
  double sum = 0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  double rest = 0;

  void add(double value);
  void add(const Totals& other);
  // Nothing for Average, Minimum and Maximum of no samples; SampleCount and Sum of none are 0.
  std::optional<double> statistic(Statistic s) const;
  bool operator==(const Totals&) const = default;
};

// As part of a row of state.
void write_totals(RowWriter& out, const Totals& totals);
Totals read_totals(RowReader& in);

}  // namespace tocsin
