// SPDX-License-Identifier: Apache-2.0
// The five W's of a JSON event that is not CloudTrail's, by the names that loggers commonly use.
#pragma once
#include <string_view>

#include "rules/pattern/json_event.hpp"
#include "tocsin/notification.hpp"

namespace tocsin {

// All but `when`; `text` is the event as it stood, shown when nothing in it says what happened.
FiveWs json_facts(const JsonNode& event, std::string_view text);

}  // namespace tocsin
