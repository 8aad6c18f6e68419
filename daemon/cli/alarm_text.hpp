// SPDX-License-Identifier: Apache-2.0
// What is said of an alarm in one cell or line, from the API's JSON.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tocsin {

// "3 of 17 keys in ALARM"; of an alarm with one key in that state, the key itself; "" without keys.
// A listed alarm ({"keys", "key", "state"}).
std::string keys_for_people(const nlohmann::ordered_json& alarm);

}  // namespace tocsin
