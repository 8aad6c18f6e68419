// SPDX-License-Identifier: Apache-2.0
// The phrases that explanations are made of.
#pragma once
#include <string>
#include <string_view>

#include "rules/pattern/ast.hpp"

namespace tocsin {

// A value or a literal between quotes: cut, its control characters escaped.
std::string shown(std::string_view text);

// "the property userIdentity.type"; of a wildcard selector "some property resources[*].ARN".
std::string property_words(const ast::Selector& selector);

// Whether the literal is * alone (or **), which any text is.
bool is_anything(const ast::Literal& literal);

// What follows "a text that": "ends with "Denied"", or with `holds` false its contrary.
std::string predicate_words(ast::Operator op, const ast::Literal& literal, bool holds);

std::string meaning_of(const ast::JsonCondition& condition);
std::string meaning_of(const ast::FieldTest& test);
std::string meaning_of(const ast::Term& term);

}  // namespace tocsin
