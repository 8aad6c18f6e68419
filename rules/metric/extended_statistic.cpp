// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/extended_statistic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tocsin/result.hpp"

namespace tocsin {
namespace {

using Kind = StatisticExpression::Kind;
using Sorted = std::span<const WeightedValue>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double number_of(Sorted samples) {
  double n = 0;
  for (const WeightedValue& s : samples) n += static_cast<double>(s.count);
  return n;
}

// The sample of rank `rank`, from 0.
double ranked(Sorted samples, double rank) {
  double before = 0;
  for (const WeightedValue& s : samples) {
    before += static_cast<double>(s.count);
    if (rank < before) return s.value;
  }
  return samples.back().value;
}

double percentile(Sorted samples, double p) {
  const double hundredths = p * (number_of(samples) - 1);
  const double low = std::floor(hundredths / 100);
  const double a = ranked(samples, low), b = ranked(samples, low + 1);
  return a + (b - a) * ((hundredths - low * 100) / 100);
}

// How much of the samples lies inside the bounds, and its weighted sum.
struct Inside {
  double count = 0;
  double sum = 0;
  double minimum = kInfinity, maximum = -kInfinity;

  void add(double value, double weight) {
    if (weight <= 0) return;
    count += weight;
    sum += weight * value;
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
  }
  // Rounding must not carry a mean beyond its samples: an alarm may compare for equality.
  std::optional<double> mean() const {
    if (count == 0) return std::nullopt;
    return std::clamp(sum / count, minimum, maximum);
  }
};

Inside inside(const StatisticExpression& statistic, Sorted samples) {
  Inside out;
  const double n = number_of(samples);
  const double first = statistic.low.value_or(0) * n / 100;
  const double last = statistic.high.value_or(100) * n / 100;
  const double low = statistic.low.value_or(-kInfinity);
  const double high = statistic.high.value_or(kInfinity);
  double before = 0;
  for (const WeightedValue& s : samples) {
    const auto count = static_cast<double>(s.count);
    if (statistic.percent)
      out.add(s.value, std::min(before + count, last) - std::max(before, first));
    else
      out.add(s.value, s.value > low && s.value <= high ? count : 0);
    before += count;
  }
  return out;
}

double winsorized_mean(const StatisticExpression& statistic, Sorted samples) {
  const auto bound = [&](const std::optional<double>& given, double open) {
    if (!given) return open;
    return statistic.percent ? percentile(samples, *given) : *given;
  };
  const double low = bound(statistic.low, -kInfinity), high = bound(statistic.high, kInfinity);
  Inside all;
  for (const WeightedValue& s : samples)
    all.add(std::min(std::max(s.value, low), high), static_cast<double>(s.count));
  return *all.mean();
}

}  // namespace

std::optional<double> statistic_value(const StatisticExpression& statistic, const Totals& totals,
                                      const Distribution& samples) {
  if (const auto simple = statistic.simple()) return totals.statistic(*simple);
  if (!samples.is_available()) return std::nullopt;
  return extended_statistic(statistic, samples.values());
}

std::optional<double> extended_statistic(const StatisticExpression& statistic, Sorted samples) {
  TOCSIN_ASSERT(!statistic.simple());
  const Inside in = inside(statistic, samples);
  if (statistic.kind == Kind::trimmed_count) return in.count;
  if (statistic.kind == Kind::trimmed_sum) return in.sum;
  if (samples.empty()) return std::nullopt;
  if (statistic.kind == Kind::percentile) return percentile(samples, statistic.high.value_or(100));
  if (statistic.kind == Kind::winsorized_mean) return winsorized_mean(statistic, samples);
  if (statistic.kind == Kind::percentile_rank) return 100 * in.count / number_of(samples);
  return in.mean();
}

}  // namespace tocsin
