// SPDX-License-Identifier: Apache-2.0
// The chart of a trend as a picture for HTML mail: bars, breaching ones in the colour of ALARM, the
// threshold as a dashed line. It is transparent, so that it fits a light and a dark page. Pure.
#pragma once
#include <string>

#include "tocsin/trend.hpp"

namespace tocsin {

// To be shown at half of its size, for dense screens.
inline constexpr int kChartWidth = 1040;
inline constexpr int kChartHeight = 112;

// A PNG; empty without points.
std::string trend_chart(const Trend& trend);

}  // namespace tocsin
