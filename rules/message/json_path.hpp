// SPDX-License-Identifier: Apache-2.0
// Reading a JsonNode by dotted path, "requestParameters.ipPermissions.items.0.ipProtocol": a number
// is an index in arrays.
#pragma once
#include <string>
#include <string_view>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// nullptr if it is not there, or if `node` is nullptr.
const JsonNode* find_path(const JsonNode* node, std::string_view path);

// A string, a number as it was written, "true", "false"; "" for anything else or nothing.
std::string scalar_text(const JsonNode* node);
std::string text_at(const JsonNode* node, std::string_view path);

}  // namespace tocsin
