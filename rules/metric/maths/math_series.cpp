// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/maths/math_series.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tocsin/result.hpp"

namespace tocsin {
namespace {

using Id = MathFunctionId;
using Operator = MathExpression::Operator;

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

double truth(bool value) { return value ? 1 : 0; }

std::optional<double> apply_to(Id function, double v) {
  switch (function) {
    case Id::absolute:
      return std::fabs(v);
    case Id::ceiling:
      return std::ceil(v);
    case Id::floor:
      return std::floor(v);
    case Id::logarithm:
      return finite(std::log(v));
    case Id::logarithm10:
      return finite(std::log10(v));
    default:
      TOCSIN_ASSERT(false);
  }
}

double deviation(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / n);
}

// From the value before: DIFF, RATE, DIFF_TIME.
MathSeries changes(Id function, const MathSeries& series, Duration period) {
  MathSeries out(series.size());
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!series[i]) continue;
    if (before) {
      const double time =
          static_cast<double>(i - *before) * static_cast<double>(period.count()) / 1000;
      const double difference = *series[i] - *series[*before];
      out[i] = function == Id::difference ? finite(difference)
               : function == Id::rate     ? finite(difference / time)
                                          : time;
    }
    before = i;
  }
  return out;
}

MathSeries running_sum(MathSeries series) {
  double sum = 0;
  for (auto& point : series)
    if (point) point = finite(sum += *point);
  return series;
}

double clock_value(Id function, Instant t) {
  const auto day = std::chrono::floor<days>(t.time_since_epoch());
  const std::chrono::sys_days date_days{day};
  const std::chrono::year_month_day date{date_days};
  const auto in_day = t.time_since_epoch() - day;
  switch (function) {
    case Id::minute:
      return static_cast<double>(in_day / minutes{1} % 60);
    case Id::hour:
      return static_cast<double>(in_day / hours{1});
    case Id::day:
      return std::chrono::weekday{date_days}.iso_encoding();
    case Id::date:
      return static_cast<unsigned>(date.day());
    case Id::month:
      return static_cast<unsigned>(date.month());
    case Id::year:
      return static_cast<int>(date.year());
    default:
      return static_cast<double>(std::chrono::floor<seconds>(t.time_since_epoch()).count());
  }
}

}  // namespace

std::optional<double> apply(Operator op, double a, double b) {
  switch (op) {
    case Operator::add:
      return finite(a + b);
    case Operator::subtract:
      return finite(a - b);
    case Operator::multiply:
      return finite(a * b);
    case Operator::divide:
      return b == 0 ? std::nullopt : finite(a / b);
    case Operator::power:
      return finite(std::pow(a, b));
    case Operator::equal:
      return truth(a == b);
    case Operator::not_equal:
      return truth(a != b);
    case Operator::less:
      return truth(a < b);
    case Operator::less_or_equal:
      return truth(a <= b);
    case Operator::greater:
      return truth(a > b);
    case Operator::greater_or_equal:
      return truth(a >= b);
    case Operator::both:
      return truth(a != 0 && b != 0);
    case Operator::either:
      return truth(a != 0 || b != 0);
  }
  return std::nullopt;
}

MathSeries combine(Operator op, const MathSeries& a, const MathSeries& b) {
  MathSeries out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] || b[i]) out[i] = apply(op, a[i].value_or(0), b[i].value_or(0));
  return out;
}

MathSeries combine(Operator op, const MathSeries& a, std::optional<double> b) {
  MathSeries out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] && b) out[i] = apply(op, *a[i], *b);
  return out;
}

MathSeries combine(Operator op, std::optional<double> a, const MathSeries& b) {
  MathSeries out(b.size());
  for (std::size_t i = 0; i < b.size(); ++i)
    if (a && b[i]) out[i] = apply(op, *a, *b[i]);
  return out;
}

std::optional<double> fold(Id function, std::span<const double> values, std::size_t missing) {
  const auto n = static_cast<double>(values.size());
  if (function == Id::datapoint_count) return n;
  if (values.empty()) return std::nullopt;
  switch (function) {
    case Id::minimum:
      return *std::min_element(values.begin(), values.end());
    case Id::maximum:
      return *std::max_element(values.begin(), values.end());
    case Id::deviation:
      return finite(deviation(values));
    default:
      break;
  }
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return finite(function == Id::average ? sum / (n + static_cast<double>(missing)) : sum);
}

std::optional<double> fold(Id function, const MathSeries& series) {
  std::vector<double> values;
  for (const auto& point : series)
    if (point) values.push_back(*point);
  return fold(function, values, 0);
}

MathSeries fold(Id function, std::span<const MathSeries> array, std::size_t points) {
  MathSeries out(points);
  std::vector<double> values;
  for (std::size_t i = 0; i < points; ++i) {
    values.clear();
    for (const MathSeries& series : array)
      if (series[i]) values.push_back(*series[i]);
    if (!values.empty()) out[i] = fold(function, values, array.size() - values.size());
  }
  return out;
}

MathSeries pointwise(Id function, const MathSeries& series, Duration period) {
  if (function == Id::running_sum) return running_sum(series);
  if (function == Id::difference || function == Id::rate || function == Id::time_difference)
    return changes(function, series, period);
  MathSeries out(series.size());
  for (std::size_t i = 0; i < series.size(); ++i)
    if (series[i]) out[i] = apply_to(function, *series[i]);
  return out;
}

MathSeries clock(Id function, const MathGrid& grid) {
  MathSeries out(grid.points);
  for (std::size_t i = 0; i < grid.points; ++i)
    out[i] = clock_value(function, grid.start + static_cast<std::int64_t>(i) * grid.period);
  return out;
}

MathSeries fill(MathSeries series, const MathSeries& filler) {
  for (std::size_t i = 0; i < series.size(); ++i)
    if (!series[i]) series[i] = filler[i];
  return series;
}

MathSeries fill_repeat(MathSeries series) {
  for (std::size_t i = 1; i < series.size(); ++i)
    if (!series[i]) series[i] = series[i - 1];
  return series;
}

MathSeries fill_linear(MathSeries series) {
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (!series[i]) continue;
    for (std::size_t gap = before ? *before + 1 : i; gap < i; ++gap) {
      const double part = static_cast<double>(gap - *before) / static_cast<double>(i - *before);
      series[gap] = finite(*series[*before] * (1 - part) + *series[i] * part);
    }
    before = i;
  }
  return series;
}

}  // namespace tocsin
