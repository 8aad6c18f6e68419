// SPDX-License-Identifier: Apache-2.0
// Texts that a regex cannot do without.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// For each alternative of the regex `body` (a valid one) the printable ASCII texts that all stand,
// byte by byte, in every subject that the alternative is found in, the longest first; none is empty
// or long. nullopt: some alternative can do without any.
std::optional<std::vector<std::vector<std::string>>> regex_literals(std::string_view body);

}  // namespace tocsin
