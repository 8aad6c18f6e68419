// SPDX-License-Identifier: Apache-2.0
// An ActionHold inside the JSON that is stored.
#pragma once
#include <nlohmann/json.hpp>

#include "tocsin/alarm_state.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {

JsonBuilder hold_to_json(const ActionHold& hold);
ActionHold hold_from_json(const nlohmann::ordered_json& json);

}  // namespace tocsin
