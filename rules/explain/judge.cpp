// SPDX-License-Identifier: Apache-2.0
// The clauses are visited in the order of explain().
#include "rules/explain/judge.hpp"

#include <algorithm>

#include "rules/explain/words.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/evaluate.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFieldsShownMax = 12;

// As explain() does.
Verdict simplified(Verdict root) {
  if (root.parts.size() != 1) return root;
  Verdict only = std::move(root.parts.front());
  return only;
}

// ---- Terms ----

std::string occurrence_words(const ast::Term& term, std::string_view message) {
  const auto* text = std::get_if<ast::TextLiteral>(&term.what);
  if (text == nullptr) return occurs(term, message) ? "found" : "not found";
  const std::size_t at = message.find(text->text);
  if (at != std::string_view::npos) return "found at byte " + std::to_string(at + 1);
  const std::size_t other = to_lower(message).find(to_lower(text->text));
  if (other == std::string_view::npos) return "not found";
  return "not found, only " + shown(message.substr(other, text->text.size())) +
         " (upper and lower case count)";
}

Verdict judge_terms(const ast::Terms& pattern, EventView& event) {
  Verdict root = leaf_verdict(matches(pattern, event.message()), {});
  if (matches_every_event(pattern)) return root;
  const bool only_optional =
      std::all_of(pattern.terms.begin(), pattern.terms.end(),
                  [](const ast::Term& t) { return t.role == ast::Term::Role::optional; });
  for (const ast::Term& term : pattern.terms) {
    Verdict verdict =
        leaf_verdict(occurs(term, event.message()) != (term.role == ast::Term::Role::excluded),
                     occurrence_words(term, event.message()));
    verdict.counts = only_optional || term.role != ast::Term::Role::optional;
    root.parts.push_back(std::move(verdict));
  }
  return simplified(std::move(root));
}

// ---- Space-delimited ----

std::string too_few_words(const ast::Delimited& pattern, EventView& event) {
  const std::vector<Field>& fields = event.fields();
  std::string out = "the event has " + std::to_string(fields.size()) +
                    (fields.size() == 1 ? " field" : " fields") + ", the pattern needs " +
                    std::to_string(pattern.before.size() + pattern.after.size());
  for (std::size_t i = 0; i < std::min(fields.size(), kFieldsShownMax); ++i)
    out += (i == 0 ? ": " : ", ") + shown(fields[i].text);
  return out + (fields.size() > kFieldsShownMax ? ", ..." : "");
}

std::string field_failure_words(const ast::FieldTest& test, std::string_view field) {
  if (std::holds_alternative<ast::NumberLiteral>(test.literal) && !is_number(field))
    return "it is " + shown(field) + ", which is no number";
  return "it is " + shown(field) + ", which " + predicate_words(test.op, test.literal, false) +
         (test.op == ast::Operator::equal && differs_in_case_only(test.literal, field)
              ? " (upper and lower case count)"
              : "");
}

Verdict judge_field(const ast::Entry& entry, std::string_view field) {
  if (!entry.condition) return leaf_verdict(true, "it is " + shown(field));
  return judge_expression<ast::FieldTest>(*entry.condition, [&](const ast::FieldTest& test) {
    const bool holding = holds(test, field);
    return leaf_verdict(holding,
                        holding ? "it is " + shown(field) : field_failure_words(test, field));
  });
}

Verdict judge_delimited(const ast::Delimited& pattern, EventView& event) {
  const BoundFields bound(pattern, event.message(), event.fields());
  const std::size_t fixed = pattern.before.size() + pattern.after.size();
  if (!bound.enough()) return leaf_verdict(false, too_few_words(pattern, event));
  Verdict root = leaf_verdict(true, {});
  if (fixed == 0) return root;
  for (std::size_t i = 0; i < bound.count(); ++i) {
    const bool taken_by_ellipsis = bound.entry(i) == nullptr;
    if (!taken_by_ellipsis) root.parts.push_back(judge_field(*bound.entry(i), bound.value(i)));
    root.holds = root.holds && (taken_by_ellipsis || root.parts.back().holds);
  }
  if (pattern.ellipsis) {
    const std::size_t taken = bound.count() - fixed;
    root.parts.insert(root.parts.begin() + static_cast<std::ptrdiff_t>(pattern.before.size()),
                      leaf_verdict(true, "it takes " + std::to_string(taken) +
                                             (taken == 1 ? " field" : " fields")));
  }
  return simplified(std::move(root));
}

}  // namespace

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool differs_in_case_only(const ast::Literal& literal, std::string_view text) {
  const auto* wanted = std::get_if<ast::TextLiteral>(&literal);
  if (wanted == nullptr || wanted->core.empty()) return false;
  ast::TextLiteral folded = *wanted;
  folded.core = to_lower(wanted->core);
  return matches(folded, to_lower(text));
}

Verdict judge(const Pattern& pattern, EventView& event) {
  return std::visit(
      Overloaded{
          [](const ast::MatchAll&) { return leaf_verdict(true, {}); },
          [&](const ast::Terms& terms) { return judge_terms(terms, event); },
          [&](const ast::Json& json) { return judge_json(json, event); },
          [&](const ast::Delimited& delimited) { return judge_delimited(delimited, event); },
      },
      pattern.tree());
}

}  // namespace tocsin
