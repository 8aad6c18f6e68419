// SPDX-License-Identifier: Apache-2.0
// An alarm's condition in one line, as a person would say it.
#pragma once
#include <string>

#include "tocsin/rule_set.hpp"

namespace tocsin {

// "count >= 1 within 5m" for the short form, "Sum >= 3 for 3 of 5 periods of 60 s" for the long
// one, "100 * errors / total > 5 for ..." and "Sum of App/Requests above its usual band for ..."
// for metric maths. `filter` feeds the alarm's metric; nullptr if none does.
std::string condition_text(const Alarm& alarm, const MetricFilter* filter);

// What an alarm by maths compares with its threshold, "100 * errors / total", or all of what a band
// comparison says.
std::string maths_text(const AlarmMaths& maths);

}  // namespace tocsin
