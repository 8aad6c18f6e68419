// SPDX-License-Identifier: Apache-2.0
// What the six comparison operators of a pattern ask of an order (spec/filter-patterns.md 3).
#pragma once
#include <compare>

#include "rules/pattern/ast.hpp"

namespace tocsin {

// Whether `a OP b` holds, given a <=> b.
bool holds(ast::Operator op, std::strong_ordering order);

}  // namespace tocsin
