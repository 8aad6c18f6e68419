// SPDX-License-Identifier: Apache-2.0
// Where in an event stands what a pattern asks for: to be shown in colour.
#pragma once
#include <vector>

#include "rules/pattern/pattern.hpp"

namespace tocsin {

// Of an event that matches: terms that must or may occur, values of properties and fields that a
// condition holds for, but not those that are only unlike something. In the order of the message,
// without overlaps. Regular expressions among terms, and names written with escapes, are left out.
std::vector<ast::Range> matched_parts(const Pattern& pattern, EventView& event);

}  // namespace tocsin
