// SPDX-License-Identifier: Apache-2.0
// A syntax tree as text again, normalised: parsing it gives the same tree.
#pragma once
#include <string>

#include "rules/pattern/ast.hpp"

namespace tocsin {

std::string to_string(const ast::Tree& tree);
std::string to_string(const ast::Selector& selector);
std::string to_string(const ast::Literal& literal);
std::string to_string(const ast::Term& term);
std::string to_string(const ast::JsonCondition& condition);
std::string to_string(const ast::FieldTest& test, const std::string& field);
std::string_view to_string(ast::Operator op);
std::string_view to_string(ast::State state);

}  // namespace tocsin
