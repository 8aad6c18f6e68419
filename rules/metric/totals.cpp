// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/totals.hpp"

#include <algorithm>
#include <cmath>

#include "rules/engine/row_codec.hpp"

namespace tocsin {
namespace {

// How totals are written: by the least that says it all.
enum class TotalsKind : unsigned { one, single, same, full, exact };

Totals repeated(double value, double count) {
  const double sum = value * count;
  const double rest = std::isfinite(sum) ? std::fma(value, count, -sum) : 0;
  return {count, sum, value, value, rest};
}

TotalsKind kind_of(const Totals& t) {
  if (t.count == 1)
    return t.sum == 1 && !std::signbit(t.sum) ? TotalsKind::one : TotalsKind::single;
  if (t.minimum == t.maximum && t == repeated(t.minimum, t.count)) return TotalsKind::same;
  return t.rest == 0 ? TotalsKind::full : TotalsKind::exact;
}

}  // namespace

void write_totals(RowWriter& out, const Totals& t) {
  const TotalsKind kind = kind_of(t);
  out.byte(static_cast<unsigned>(kind));
  if (kind == TotalsKind::one) return;
  if (kind != TotalsKind::single) out.number(static_cast<std::uint64_t>(t.count));
  out.real(kind == TotalsKind::same ? t.minimum : t.sum);
  if (kind != TotalsKind::full && kind != TotalsKind::exact) return;
  out.real(t.minimum);
  out.real(t.maximum);
  if (kind == TotalsKind::exact) out.real(t.rest);
}

Totals read_totals(RowReader& in) {
  const auto kind = static_cast<TotalsKind>(in.byte());
  if (kind == TotalsKind::one) return {1, 1, 1, 1};
  const double count = kind == TotalsKind::single ? 1 : static_cast<double>(in.number());
  const double value = in.real();
  if (kind == TotalsKind::single) return {1, value, value, value};
  if (kind == TotalsKind::same) return repeated(value, count);
  const double minimum = in.real(), maximum = in.real();
  return {count, value, minimum, maximum, kind == TotalsKind::exact ? in.real() : 0};
}

void Totals::add(double value) { add(Totals{1, value, value, value}); }

void Totals::add(const Totals& other) {
  count += other.count;
  const double both = sum + other.sum;
  const double taken = both - sum;
  const double lost = (sum - (both - taken)) + (other.sum - taken) + (rest + other.rest);
  sum = both + lost;
  rest = lost - (sum - both);
  if (!std::isfinite(sum)) {
    sum = both;
    rest = 0;
  }
  minimum = std::min(minimum, other.minimum);
  maximum = std::max(maximum, other.maximum);
}

std::optional<double> Totals::statistic(Statistic s) const {
  if (s == Statistic::sample_count) return count;
  if (s == Statistic::sum) return sum;
  if (count == 0) return std::nullopt;
  if (s == Statistic::average) return sum / count;
  return s == Statistic::minimum ? minimum : maximum;
}

}  // namespace tocsin
