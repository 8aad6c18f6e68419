// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rules/explain/explanation.hpp"
#include "rules/explain/traps.hpp"
#include "rules/explain/words.hpp"
#include "rules/match/literals/required_literals.hpp"
#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/print.hpp"

namespace tocsin {
namespace {

Clause leaf_clause(std::string source, std::string meaning, std::vector<std::string> notes) {
  return {.join = Clause::Join::none,
          .source = std::move(source),
          .meaning = std::move(meaning),
          .notes = std::move(notes),
          .parts = {}};
}

Clause joined_clause(Clause::Join join, std::string meaning = {}) {
  return {.join = join, .source = {}, .meaning = std::move(meaning), .notes = {}, .parts = {}};
}

// A single clause needs no joining.
Clause simplified(Clause root) {
  if (root.parts.size() != 1) return root;
  Clause only = std::move(root.parts.front());
  return only;
}

// `leaf` gets the condition and the alternatives it stands among, nullptr if there are none.
template <class Condition, class Leaf>
Clause explain_expression(const ast::Expression<Condition>& expression, const Leaf& leaf,
                          const std::vector<ast::Expression<Condition>>* alternatives = nullptr) {
  using Expression = ast::Expression<Condition>;
  const auto join = [&](Clause::Join how, const std::vector<Expression>& operands) {
    Clause clause = joined_clause(how);
    for (const Expression& operand : operands)
      clause.parts.push_back(explain_expression<Condition>(
          operand, leaf, how == Clause::Join::any_of ? &operands : nullptr));
    return clause;
  };
  return std::visit(Overloaded{
                        [&](const Condition& condition) { return leaf(condition, alternatives); },
                        [&](const typename Expression::AllOf& all) {
                          return join(Clause::Join::all_of, all.operands);
                        },
                        [&](const typename Expression::AnyOf& any) {
                          return join(Clause::Join::any_of, any.operands);
                        },
                    },
                    expression.node);
}

using JsonExpression = ast::Expression<ast::JsonCondition>;

// Whether NOT EXISTS of the property that `condition` tests is one of `alternatives`.
bool absence_allowed(const ast::JsonCondition& condition,
                     const std::vector<JsonExpression>* alternatives) {
  const auto* test = std::get_if<ast::PropertyTest>(&condition);
  if (test == nullptr || alternatives == nullptr) return false;
  const std::string selector = to_string(test->selector);
  return std::any_of(alternatives->begin(), alternatives->end(),
                     [&](const JsonExpression& expression) {
                       const auto* other = std::get_if<ast::JsonCondition>(&expression.node);
                       const auto* state = other ? std::get_if<ast::StateTest>(other) : nullptr;
                       return state && state->state == ast::State::not_exists &&
                              to_string(state->selector) == selector;
                     });
}

Clause explain_json(const ast::Json& pattern, Traps& traps) {
  return explain_expression<ast::JsonCondition>(
      pattern.expression,
      [&](const ast::JsonCondition& condition, const std::vector<JsonExpression>* alternatives) {
        return leaf_clause(to_string(condition), meaning_of(condition),
                           traps.of(condition, absence_allowed(condition, alternatives)));
      });
}

std::optional<Clause> explain_terms(const ast::Terms& pattern, Traps& traps) {
  if (matches_every_event(pattern)) return std::nullopt;
  const bool only_optional =
      std::all_of(pattern.terms.begin(), pattern.terms.end(),
                  [](const ast::Term& t) { return t.role == ast::Term::Role::optional; });
  Clause root = joined_clause(only_optional ? Clause::Join::any_of : Clause::Join::all_of);
  for (const ast::Term& term : pattern.terms) {
    const bool ignored = term.role == ast::Term::Role::optional && !only_optional;
    root.parts.push_back(leaf_clause(
        to_string(term), ignored ? "ignored, since other terms stand beside it" : meaning_of(term),
        traps.of(term, ignored)));
  }
  return simplified(std::move(root));
}

std::string ordinal_from_end(std::size_t place) {
  return place == 1 ? "the last field" : "field " + std::to_string(place) + " from the end";
}

// `place` in words, the name of the entry and what it takes.
Clause explain_entry(const ast::Entry& entry, const std::string& place, bool takes_rest,
                     Traps& traps) {
  const std::string named =
      place + (entry.name.empty() ? ", without a name" : ", named " + entry.name);
  const std::string rest =
      takes_rest ? " (with the rest of the line, if more fields follow)" : std::string();
  if (!entry.condition)
    return leaf_clause(entry.name.empty() ? "(no name)" : entry.name, named + ": anything" + rest,
                       {});
  Clause clause = explain_expression<ast::FieldTest>(
      *entry.condition,
      [&](const ast::FieldTest& test, const std::vector<ast::Expression<ast::FieldTest>>*) {
        return leaf_clause(to_string(test, entry.name), meaning_of(test),
                           traps.of(test, takes_rest));
      });
  clause.meaning =
      named + rest + (clause.meaning.empty() ? std::string() : " " + std::move(clause.meaning));
  return clause;
}

std::optional<Clause> explain_delimited(const ast::Delimited& pattern, Traps& traps) {
  if (pattern.before.empty() && pattern.after.empty()) return std::nullopt;
  Clause root = joined_clause(Clause::Join::all_of);
  const std::size_t first_count = pattern.before.size();
  for (std::size_t i = 0; i < first_count; ++i)
    root.parts.push_back(explain_entry(pattern.before[i], "field " + std::to_string(i + 1),
                                       !pattern.ellipsis && i + 1 == first_count, traps));
  if (pattern.ellipsis)
    root.parts.push_back(leaf_clause("...", "any number of fields, also none", {}));
  for (std::size_t i = 0; i < pattern.after.size(); ++i)
    root.parts.push_back(
        explain_entry(pattern.after[i], ordinal_from_end(pattern.after.size() - i), false, traps));
  return simplified(std::move(root));
}

std::string delimited_summary(const ast::Delimited& pattern) {
  const std::size_t count = pattern.before.size() + pattern.after.size();
  if (count == 0) return "A space-delimited pattern without fields. Every event matches.";
  return "A space-delimited pattern. The event is split at blanks, where \"...\" and [...] are one "
         "field; it must have at least " +
         std::to_string(count) + (count == 1 ? " field." : " fields.");
}

}  // namespace

Explanation explain(const Pattern& pattern) {
  Explanation out;
  Traps traps;
  out.family = pattern.family();
  out.pattern = pattern.to_string();
  std::visit(
      Overloaded{
          [&](const ast::MatchAll&) { out.summary = "An empty pattern. Every event matches."; },
          [&](const ast::Terms& terms) {
            out.root = explain_terms(terms, traps);
            out.summary = out.root ? "A pattern of terms. They are looked for as they are written, "
                                     "upper and lower case apart, anywhere in the event."
                                   : "A pattern of nothing but blanks. Every event matches.";
          },
          [&](const ast::Json& json) {
            out.root = explain_json(json, traps);
            out.summary =
                "A JSON pattern. The event must be one JSON object and nothing else; a line with "
                "text before or after its JSON never matches.";
          },
          [&](const ast::Delimited& delimited) {
            out.root = explain_delimited(delimited, traps);
            out.summary = delimited_summary(delimited);
          },
      },
      pattern.tree());
  out.mistakes = traps.take_mistakes();
  if (const auto required = required_literals(pattern.tree())) {
    out.literals.emplace();
    for (const Literal& literal : *required) out.literals->push_back(literal.text);
  }
  return out;
}

}  // namespace tocsin
