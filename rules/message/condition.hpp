// SPDX-License-Identifier: Apache-2.0
// An alarm's condition in one line, as a person would say it.
#pragma once
#include <string>

#include "tocsin/rule_set.hpp"

namespace tocsin {

// "count >= 1 within 5m" for the short form, "Sum >= 3 for 3 of 5 periods of 60 s" for the long
// one. `filter` feeds the alarm's metric; nullptr if none does.
std::string condition_text(const Alarm& alarm, const MetricFilter* filter);

}  // namespace tocsin
