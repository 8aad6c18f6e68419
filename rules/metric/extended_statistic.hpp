// SPDX-License-Identifier: Apache-2.0
// What a statistic of a period's samples is: spec/alarms.md section 2.1, and what AWS leaves open.
//
// - Percentile p of n sorted samples: linear interpolation at rank p/100 * (n-1), counted from 0.
// - Bounds that are values: low < sample <= high.
// - Bounds that are percentages cut the sorted samples by their number: n * low % of them fall away
//   below, and all but n * high % above. A sample that is cut in two counts with its part, so that
//   IQM of two samples is their middle and nothing depends on which of equal samples is cut.
// - Winsorised means set what lies outside to the bound: the value, or the percentile.
//
// Of no samples: SampleCount, Sum, TC and TS are 0, everything else is nothing. Of samples of which
// none is inside the bounds: TM is nothing, TC, TS and PR are 0. Of equal samples: percentiles, TM
// (between percentages) and WM (too) are exactly that value.
#pragma once
#include <optional>
#include <span>

#include "rules/metric/distribution.hpp"
#include "rules/metric/totals.hpp"
#include "tocsin/statistic.hpp"

namespace tocsin {

// `totals` and `samples` hold the same samples: the five simple statistics come from the first, all
// others from the second and are nothing if that is not available.
std::optional<double> statistic_value(const StatisticExpression& statistic, const Totals& totals,
                                      const Distribution& samples);

// An extended statistic of samples, values ascending and >= 0.
std::optional<double> extended_statistic(const StatisticExpression& statistic,
                                         std::span<const WeightedValue> samples);

}  // namespace tocsin
