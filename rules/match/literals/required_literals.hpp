// SPDX-License-Identifier: Apache-2.0
// Which bytes must stand in an event for a pattern to match it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/match/lines/field_triggers.hpp"
#include "rules/match/literals/literal_scan.hpp"
#include "rules/pattern/ast.hpp"
#include "rules/pattern/regex.hpp"

namespace tocsin {

// Of some literals more is known: they stand in a value of JSON, a string or number, of a member of
// this name, which is never written with other escapes than \u, and which `value` holds of; if
// there is a regex, it is found in it.
struct RequiredLiteral : Literal {
  std::string member;  // empty: no more is known
  FieldKey value;
  std::shared_ptr<const Regex> regex;
};

// Literals of which at least one stands, byte by byte, in every event that the pattern matches (of
// a JSON pattern: every event without a \u escape); none has a line break. nullopt: there is no
// such set. Other events may hold them too: they are candidates only.
std::optional<std::vector<RequiredLiteral>> required_literals(const ast::Tree& pattern);

}  // namespace tocsin
