// SPDX-License-Identifier: Apache-2.0
// Places of selected values in the text of a JSON event.
#pragma once
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

// Of the values that `selector` selects in `text`, which is JSON. Names that are written with
// escapes are not recognised.
std::vector<ast::Range> locate_selected(std::string_view text, const ast::Selector& selector);

}  // namespace tocsin
