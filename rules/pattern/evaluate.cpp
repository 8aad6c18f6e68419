// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/evaluate.hpp"

#include "rules/pattern/characters.hpp"
#include "rules/pattern/comparison.hpp"
#include "rules/pattern/number.hpp"
#include "rules/pattern/selector.hpp"

namespace tocsin {
namespace {

bool is_negated(ast::Operator op) { return op == ast::Operator::not_equal; }
bool is_ordering(ast::Operator op) { return op != ast::Operator::equal && !is_negated(op); }

// By text; a number literal stands for its own text.
bool equals_text(const ast::Literal& literal, std::string_view text) {
  return std::visit(Overloaded{
                        [&](const ast::NumberLiteral& number) { return number.text == text; },
                        [&](const ast::TextLiteral& words) { return matches(words, text); },
                        [&](const ast::RegexLiteral& regex) { return regex.regex->search(text); },
                    },
                    literal);
}

bool is_in_state(ast::State state, const JsonNode& node) {
  if (state == ast::State::is_null) return node.kind == JsonNode::Kind::null;
  return node.kind == JsonNode::Kind::boolean && node.boolean == (state == ast::State::is_true);
}

bool is_blank(const ast::Term& term) {
  const auto* literal = std::get_if<ast::TextLiteral>(&term.what);
  return term.role == ast::Term::Role::required && literal && trim(literal->text).empty();
}

bool matches_json(const ast::Json& pattern, EventView& event) {
  const JsonNode* root = event.json();
  return root && satisfied(pattern.expression, [&](const ast::JsonCondition& condition) {
           return holds(condition, *root);
         });
}

}  // namespace

bool matches(const ast::Tree& tree, EventView& event) {
  return std::visit(
      Overloaded{
          [](const ast::MatchAll&) { return true; },
          [&](const ast::Terms& pattern) { return matches(pattern, event.message()); },
          [&](const ast::Json& pattern) { return matches_json(pattern, event); },
          [&](const ast::Delimited& pattern) {
            return matches(BoundFields(pattern, event.message(), event.fields()));
          },
      },
      tree);
}

bool matches(const ast::Terms& pattern, std::string_view message) {
  if (matches_every_event(pattern)) return true;
  bool only_optional = true, any_optional = false;
  for (const ast::Term& term : pattern.terms) {
    if (term.role == ast::Term::Role::optional) continue;
    only_optional = false;
    if (occurs(term, message) != (term.role == ast::Term::Role::required)) return false;
  }
  if (!only_optional) return true;  // 4.3: optional terms do not count beside others
  for (const ast::Term& term : pattern.terms) any_optional = any_optional || occurs(term, message);
  return any_optional;
}

bool matches(const BoundFields& bound) {
  if (!bound.enough()) return false;
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const ast::Entry* entry = bound.entry(i);
    if (!entry || !entry->condition) continue;
    const std::string_view field = bound.value(i);
    if (!satisfied(*entry->condition,
                   [&](const ast::FieldTest& test) { return holds(test, field); }))
      return false;
  }
  return true;
}

bool matches(const ast::TextLiteral& literal, std::string_view text) {
  const std::string_view core = literal.core;
  if (literal.open_start && literal.open_end) return contains(text, core);
  if (literal.open_start) return text.ends_with(core);
  if (literal.open_end) return text.starts_with(core);
  return text == core;
}

bool occurs(const ast::Term& term, std::string_view message) {
  return std::visit(
      Overloaded{
          [&](const ast::TextLiteral& literal) { return contains(message, literal.text); },
          [&](const ast::RegexLiteral& regex) { return regex.regex->search(message); },
      },
      term.what);
}

bool matches_every_event(const ast::Terms& pattern) {
  return std::all_of(pattern.terms.begin(), pattern.terms.end(), is_blank);
}

// The table of section 5.4.
bool holds_for(const ast::PropertyTest& test, const JsonNode& node) {
  if (node.kind != JsonNode::Kind::number && node.kind != JsonNode::Kind::string) return false;
  const auto* number = std::get_if<ast::NumberLiteral>(&test.literal);
  if (number && node.kind == JsonNode::Kind::number)
    return holds(test.op, compare_numbers(node.text, number->text));
  if (is_ordering(test.op)) return false;
  return equals_text(test.literal, node.text) != is_negated(test.op);
}

bool holds(const ast::JsonCondition& condition, const JsonNode& root) {
  return std::visit(
      Overloaded{
          [&](const ast::PropertyTest& test) {
            return any_selected(test.selector, root,
                                [&](const JsonNode& node) { return holds_for(test, node); });
          },
          [&](const ast::StateTest& test) {
            if (test.state == ast::State::not_exists)
              return !any_selected(test.selector, root, [](const JsonNode&) { return true; });
            return any_selected(test.selector, root, [&](const JsonNode& node) {
              return is_in_state(test.state, node);
            });
          },
      },
      condition);
}

bool holds(const ast::FieldTest& test, std::string_view field) {
  if (const auto* number = std::get_if<ast::NumberLiteral>(&test.literal))
    return is_number(field) ? holds(test.op, compare_numbers(field, number->text))
                            : is_negated(test.op);
  return equals_text(test.literal, field) != is_negated(test.op);
}

}  // namespace tocsin
