// SPDX-License-Identifier: Apache-2.0
// The five W's of a CloudTrail record.
#pragma once
#include "rules/pattern/json_event.hpp"
#include "tocsin/notification.hpp"

namespace tocsin {

// Whether a JSON event is a CloudTrail record.
bool is_cloudtrail(const JsonNode& event);

// All but `when`.
FiveWs cloudtrail_facts(const JsonNode& event);

}  // namespace tocsin
