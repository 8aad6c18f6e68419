// SPDX-License-Identifier: Apache-2.0
// JSON as the channels write it: members in the order given, bytes that are not UTF-8 replaced,
// never an exception.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace tocsin {

using Json = nlohmann::ordered_json;

inline std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace tocsin
