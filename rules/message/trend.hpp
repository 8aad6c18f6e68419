// SPDX-License-Identifier: Apache-2.0
// The values behind a transition as people read them: a sentence of datapoints, a chart. Pure.
#pragma once
#include <string>

#include "tocsin/alarm_state.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/trend.hpp"

namespace tocsin {

// "3 of the last 5 datapoints breach, 3 are needed: 1, 4, 6, missing, 7"; "" where one datapoint
// decides.
std::string datapoints_text(const Transition& transition, const Alarm& alarm);

// Of a long form the datapoints, of a short one the parts of its window. Empty if fewer than two
// points have anything to show.
Trend make_trend(const Transition& transition, const Alarm& alarm);

}  // namespace tocsin
