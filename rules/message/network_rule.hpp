// SPDX-License-Identifier: Apache-2.0
// What a call opens or closes in a network: the part of the request that decides how bad it is.
#pragma once
#include <string>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// "tcp 22 from 0.0.0.0/0", "all traffic to sg-1, and 2 more", "allow tcp 22-80 from 10.0.0.0/8",
// "0.0.0.0/0 via igw-1";
// "" if the event is about none of these.
std::string network_rule(const JsonNode& event);

}  // namespace tocsin
