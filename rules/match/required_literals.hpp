// SPDX-License-Identifier: Apache-2.0
// Which bytes must stand in an event for a JSON pattern to match it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

inline constexpr std::size_t kLiteralBytesMin = 3;

// Literals of which at least one stands, byte by byte, in every event without a \u escape that the
// pattern matches; each has at least kLiteralBytesMin bytes. nullopt: there is no such set. Nested
// look-alikes hold them too: they make a candidate only.
std::optional<std::vector<std::string>> required_literals(const ast::Json& pattern);

}  // namespace tocsin
