// SPDX-License-Identifier: Apache-2.0
#include "rules/explain/traps.hpp"

#include <algorithm>

#include "rules/explain/words.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/number.hpp"
#include "rules/pattern/print.hpp"

namespace tocsin {
namespace {

bool is_exact(const ast::TextLiteral& literal) { return !literal.open_start && !literal.open_end; }

// "10.0.0.0/8", "123.123.*": people mean addresses.
bool looks_like_range(const ast::TextLiteral& literal) {
  const std::string& text = literal.text;
  const auto periods = std::count(text.begin(), text.end(), '.');
  const bool address = std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || c == '.' || c == '/' || c == '*';
  });
  return address && periods >= 1 && is_digit(text.front()) &&
         (text.back() == '*' || text.find('/') != std::string::npos);
}

}  // namespace

void Traps::add(Kind kind, std::string note, std::vector<std::string>& notes) {
  if (told_.insert(kind).second) notes.push_back(std::move(note));
}

void Traps::add_mistake(Kind kind, PatternMistake mistake, Notes& notes) {
  if (told_.count(kind) != 0) return;
  add(kind, mistake.text + "; " + mistake.hint, notes);
  mistakes_.push_back(std::move(mistake));
}

void Traps::of_percent(const ast::TextLiteral& literal, ast::Range where, Notes& notes) {
  const std::string& text = literal.text;
  if (!literal.quoted || text.size() < 3 || text.front() != '%' || text.back() != '%') return;
  add_mistake(
      Kind::percent,
      {where, "% inside quotes is text", "a regular expression stands without quotes: " + text},
      notes);
}

void Traps::of_literal(const ast::Literal& literal, ast::Range where, Notes& notes) {
  const auto* text = std::get_if<ast::TextLiteral>(&literal);
  if (text == nullptr) return;
  if (text->core.find('*') != std::string::npos)
    add(Kind::inner_asterisk,
        "an asterisk is a wildcard only as the first or last character; the one inside " +
            shown(text->text) + " is an asterisk",
        notes);
  of_percent(*text, where, notes);
  if (!text->text.empty() && looks_like_range(*text))
    add(Kind::address, "this compares text: there is no arithmetic of IP addresses", notes);
}

// In quotes somebody means the text: CloudTrail has "mfaAuthenticated": "false".
void Traps::of_boolean_word(const ast::PropertyTest& test, const ast::TextLiteral& literal,
                            Notes& notes) {
  if (literal.core != "true" && literal.core != "false") return;
  const std::string quoted_word = '"' + literal.core + '"';
  const std::string state =
      to_string(test.selector) + (literal.core == "true" ? " IS TRUE" : " IS FALSE");
  if (literal.quoted)
    add(Kind::boolean_word, "this is the text; for the boolean write " + state, notes);
  else
    add_mistake(Kind::boolean_word,
                {test.where, "this is the text " + quoted_word + ", which no boolean equals",
                 "for the boolean write " + state + ", for the text put it into quotes"},
                notes);
}

std::vector<std::string> Traps::of(const ast::JsonCondition& condition, bool absent_allowed) {
  std::vector<std::string> notes;
  const auto* test = std::get_if<ast::PropertyTest>(&condition);
  if (test == nullptr) return notes;
  const std::string selector = to_string(test->selector);
  const bool wild =
      std::any_of(test->selector.segments.begin(), test->selector.segments.end(),
                  [](const auto& s) { return std::holds_alternative<ast::EveryChild>(s); });
  if (test->op == ast::Operator::not_equal && is_anything(test->literal))
    add_mistake(Kind::never,
                {test->where, "this never holds", "for absence write " + selector + " NOT EXISTS"},
                notes);
  else if (test->op == ast::Operator::not_equal && !absent_allowed)
    add(Kind::absent,
        "!= on an absent property is false; to include its absence write (" + to_string(condition) +
            ") || (" + selector + " NOT EXISTS)",
        notes);
  if (test->op == ast::Operator::not_equal && wild)
    add(Kind::existential, "one differing element is enough; it does not say that all differ",
        notes);
  const auto* text = std::get_if<ast::TextLiteral>(&test->literal);
  if (text != nullptr && is_exact(*text)) of_boolean_word(*test, *text, notes);
  if (text != nullptr && is_exact(*text) && is_number(text->core))
    add(Kind::quoted_number,
        "in quotes a number is compared letter by letter: " + text->core + " but not, say, " +
            text->core + (text->core.find('.') == std::string::npos ? ".0" : "0") +
            "; without quotes it is compared by value",
        notes);
  of_literal(test->literal, test->where, notes);
  return notes;
}

std::vector<std::string> Traps::of(const ast::FieldTest& test, bool takes_rest) {
  std::vector<std::string> notes;
  if (takes_rest)
    add(Kind::rest_of_line,
        "the last field takes the rest of the line: where more fields follow, the condition sees "
        "all of them; end the pattern with a comma or with , ... to test this field alone",
        notes);
  of_literal(test.literal, test.where, notes);
  return notes;
}

std::vector<std::string> Traps::of(const ast::Term& term, bool ignored) {
  std::vector<std::string> notes;
  if (ignored)
    add_mistake(Kind::ignored_term,
                {term.where, "CloudWatch ignores ? terms beside others",
                 "for alternatives write ? before every term, or use two filters"},
                notes);
  const auto* text = std::get_if<ast::TextLiteral>(&term.what);
  if (text == nullptr) return notes;
  const bool names_operator = text->text == "AND" || text->text == "OR" || text->text == "NOT";
  if (names_operator && !text->quoted)
    add_mistake(Kind::word_operator,
                {term.where, text->text + " is a term like any other",
                 "terms are joined by a blank, alternatives begin with ?, exclusions with -"},
                notes);
  if (text->text.find('*') != std::string::npos)
    add(Kind::term_asterisk, "terms have no wildcards: the asterisk is an asterisk", notes);
  of_percent(*text, term.where, notes);
  return notes;
}

}  // namespace tocsin
