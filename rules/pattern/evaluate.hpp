// SPDX-License-Identifier: Apache-2.0
// The plain evaluation of one pattern on one event, straight from the syntax tree: the oracle of
// every faster way. spec/filter-patterns.md sections 4 to 6.
#pragma once
#include <algorithm>
#include <string_view>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/bound_fields.hpp"
#include "rules/pattern/event_view.hpp"

namespace tocsin {

bool matches(const ast::Tree& tree, EventView& event);

// ---- Its parts, for explanation and for other engines ----

bool matches(const ast::Terms& pattern, std::string_view message);
bool matches(const BoundFields& fields);
bool matches(const ast::TextLiteral& literal, std::string_view text);
bool occurs(const ast::Term& term, std::string_view message);
// Nothing but quoted blanks, 4.4.
bool matches_every_event(const ast::Terms& pattern);
bool holds(const ast::JsonCondition& condition, const JsonNode& root);
// The same for one node that the selector has selected.
bool holds_for(const ast::PropertyTest& test, const JsonNode& node);
bool holds(const ast::FieldTest& test, std::string_view field);

// Two-valued: a condition that cannot be judged is false.
template <class Condition, class Holds>
bool satisfied(const ast::Expression<Condition>& expression, const Holds& holds_for) {
  using Expression = ast::Expression<Condition>;
  const auto operand = [&](const Expression& e) { return satisfied(e, holds_for); };
  return std::visit(Overloaded{
                        [&](const Condition& condition) { return holds_for(condition); },
                        [&](const typename Expression::AllOf& all) {
                          return std::all_of(all.operands.begin(), all.operands.end(), operand);
                        },
                        [&](const typename Expression::AnyOf& any) {
                          return std::any_of(any.operands.begin(), any.operands.end(), operand);
                        },
                    },
                    expression.node);
}

}  // namespace tocsin
