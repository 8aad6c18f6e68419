// SPDX-License-Identifier: Apache-2.0
#include "rules/explain/matched_parts.hpp"

#include <algorithm>
#include <string>

#include "rules/explain/raw_json.hpp"
#include "rules/pattern/evaluate.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kPartsMax = 1'000;  // of one condition

using Parts = std::vector<ast::Range>;

void add_terms(const ast::Terms& pattern, std::string_view message, Parts& parts) {
  if (matches_every_event(pattern)) return;
  const bool only_optional =
      std::all_of(pattern.terms.begin(), pattern.terms.end(),
                  [](const ast::Term& t) { return t.role == ast::Term::Role::optional; });
  for (const ast::Term& term : pattern.terms) {
    const auto* text = std::get_if<ast::TextLiteral>(&term.what);
    const bool counts = term.role == ast::Term::Role::required || only_optional;
    if (text == nullptr || !counts) continue;
    std::size_t count = 0;
    for (std::size_t at = message.find(text->text); at != std::string_view::npos;
         at = message.find(text->text, at + text->text.size())) {
      parts.push_back({at, text->text.size()});
      if (++count == kPartsMax) break;
    }
  }
}

// The leaves that make `expression` true.
template <class Condition, class Holds, class Visit>
void visit_true(const ast::Expression<Condition>& expression, const Holds& holds_for,
                const Visit& visit) {
  using Expression = ast::Expression<Condition>;
  if (!satisfied(expression, holds_for)) return;
  const auto all = [&](const std::vector<Expression>& operands) {
    for (const Expression& operand : operands) visit_true(operand, holds_for, visit);
  };
  std::visit(Overloaded{
                 [&](const Condition& condition) { visit(condition); },
                 [&](const typename Expression::AllOf& joined) { all(joined.operands); },
                 [&](const typename Expression::AnyOf& joined) { all(joined.operands); },
             },
             expression.node);
}

void add_property(const ast::PropertyTest& test, std::string_view message, Parts& parts) {
  if (test.op == ast::Operator::not_equal) return;
  JsonReader reader;
  std::size_t count = 0;
  for (ast::Range where : locate_selected(message, test.selector)) {
    if (count++ == kPartsMax) return;
    const std::string_view raw = message.substr(where.offset, where.length);
    const JsonNode* alone = reader.read('[' + std::string(raw) + ']');
    if (alone == nullptr || alone->first_child == nullptr) continue;
    if (!holds_for(test, *alone->first_child)) continue;
    const bool quoted = raw.size() >= 2 && raw.front() == '"';
    if (quoted) where = {where.offset + 1, where.length - 2};
    parts.push_back(where);
  }
}

void add_properties(const ast::Json& pattern, EventView& event, Parts& parts) {
  const JsonNode* root = event.json();
  if (root == nullptr) return;
  visit_true(
      pattern.expression,
      [&](const ast::JsonCondition& condition) { return holds(condition, *root); },
      [&](const ast::JsonCondition& condition) {
        if (const auto* test = std::get_if<ast::PropertyTest>(&condition))
          add_property(*test, event.message(), parts);
      });
}

void add_fields(const ast::Delimited& pattern, EventView& event, Parts& parts) {
  const BoundFields bound(pattern, event.message(), event.fields());
  if (!bound.enough()) return;
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const ast::Entry* entry = bound.entry(i);
    if (entry == nullptr || !entry->condition) continue;
    const std::string_view field = bound.value(i);
    visit_true(
        *entry->condition, [&](const ast::FieldTest& test) { return holds(test, field); },
        [&](const ast::FieldTest& test) {
          if (test.op == ast::Operator::not_equal) return;
          parts.push_back(
              {static_cast<std::size_t>(field.data() - event.message().data()), field.size()});
        });
  }
}

Parts merged(Parts parts) {
  std::sort(parts.begin(), parts.end(),
            [](const ast::Range& a, const ast::Range& b) { return a.offset < b.offset; });
  Parts out;
  for (const ast::Range& part : parts) {
    if (part.length == 0) continue;
    const std::size_t reached = out.empty() ? 0 : out.back().offset + out.back().length;
    if (out.empty() || part.offset > reached)
      out.push_back(part);
    else
      out.back().length = std::max(reached, part.offset + part.length) - out.back().offset;
  }
  return out;
}

}  // namespace

std::vector<ast::Range> matched_parts(const Pattern& pattern, EventView& event) {
  Parts parts;
  std::visit(Overloaded{
                 [](const ast::MatchAll&) {},
                 [&](const ast::Terms& terms) { add_terms(terms, event.message(), parts); },
                 [&](const ast::Json& json) { add_properties(json, event, parts); },
                 [&](const ast::Delimited& delimited) { add_fields(delimited, event, parts); },
             },
             pattern.tree());
  return merged(std::move(parts));
}

}  // namespace tocsin
