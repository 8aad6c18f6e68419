// SPDX-License-Identifier: Apache-2.0
// On which resources, out of a CloudTrail event's requestParameters, responseElements and
// resources.
#pragma once
#include <string>
#include <vector>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// Names and ids as the caller wrote them, then ARNs; none twice, at most 10.
std::vector<std::string> cloudtrail_resources(const JsonNode& event);

}  // namespace tocsin
