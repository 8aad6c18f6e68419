// SPDX-License-Identifier: Apache-2.0
// Rules written out in long form: what a short form stands for, with every default said. `tocsin
// rules show` prints it.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tocsin/rule_set.hpp"

namespace tocsin {

// Items as they stand in a rule file's lists `metric_filters`, `alarms` and `composite_alarms`.
nlohmann::ordered_json long_form(const MetricFilter& filter);
nlohmann::ordered_json long_form(const Alarm& alarm);

// A document as YAML that reads back as the same values: maps and lists in block style, small ones
// in one line.
std::string to_yaml(const nlohmann::ordered_json& document);

}  // namespace tocsin
