// SPDX-License-Identifier: Apache-2.0
// Texts that a regex cannot do without.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// Printable ASCII texts of which at least one stands, byte by byte, in every subject that the regex
// `body` (a valid one) is found in; none is empty or long. nullopt: it can do without any.
std::optional<std::vector<std::string>> regex_literals(std::string_view body);

}  // namespace tocsin
