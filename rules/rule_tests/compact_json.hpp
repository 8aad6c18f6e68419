// SPDX-License-Identifier: Apache-2.0
// A value of a test file as compact JSON, members in the order written.
#pragma once
#include <string>

#include "tocsin/config_node.hpp"

namespace tocsin {

// Plain scalars that JSON would write so are numbers, true, false and null; all others are text.
std::string compact_json(const ConfigNode& node);

}  // namespace tocsin
