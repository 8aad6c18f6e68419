// SPDX-License-Identifier: Apache-2.0
// One rule of a filter policy: a literal or one operator, spec/notifications.md section 4.
#pragma once
#include <functional>
#include <string_view>

#include "rules/message/filter_value.hpp"
#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"

namespace tocsin {

// Whether a value satisfies the rule. The same answer on every call; any thread.
using FilterRule = std::function<bool(const FilterValue&)>;

// An empty function if the rule is faulty: reported, with a code of the specification (bad_value,
// unknown_operator, one_operator, operand_type, anything_but_pattern, bad_numeric, bad_cidr).
FilterRule compile_filter_rule(const ConfigNode& rule, Diagnostics& out);

// "prefix", "exists", ...
bool is_filter_operator(std::string_view name);

}  // namespace tocsin
