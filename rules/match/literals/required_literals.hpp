// SPDX-License-Identifier: Apache-2.0
// Which bytes must stand in an event for a pattern to match it.
#pragma once
#include <optional>
#include <vector>

#include "rules/match/literals/literal_scan.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// Literals of which at least one stands, byte by byte, in every event that the pattern matches (of
// a JSON pattern: every event without a \u escape); none has a line break. nullopt: there is no
// such set. Other events may hold them too: they are candidates only.
std::optional<std::vector<Literal>> required_literals(const ast::Tree& pattern);

}  // namespace tocsin
