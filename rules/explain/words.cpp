// SPDX-License-Identifier: Apache-2.0
#include "rules/explain/words.hpp"

#include "rules/message/text.hpp"
#include "rules/pattern/number.hpp"
#include "rules/pattern/print.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kShownBytesMax = 160;

bool is_wild(const ast::Selector& selector) {
  for (const ast::Segment& segment : selector.segments)
    if (std::holds_alternative<ast::EveryChild>(segment)) return true;
  return false;
}

std::string_view comparison_words(ast::Operator op, bool holds) {
  switch (op) {
    case ast::Operator::equal:
      return holds ? "equals " : "does not equal ";
    case ast::Operator::not_equal:
      return holds ? "does not equal " : "equals ";
    case ast::Operator::less:
      return holds ? "is less than " : "is not less than ";
    case ast::Operator::less_or_equal:
      return holds ? "is at most " : "is more than ";
    case ast::Operator::greater:
      return holds ? "is greater than " : "is not greater than ";
    case ast::Operator::greater_or_equal:
      return holds ? "is at least " : "is less than ";
  }
  return "";
}

std::string text_words(const ast::TextLiteral& literal, bool same) {
  if (is_anything(literal)) return same ? "is anything" : "is nothing at all, which never holds";
  const std::string core = shown(literal.core);
  if (literal.open_start && literal.open_end)
    return (same ? "contains " : "does not contain ") + core;
  if (literal.open_start) return (same ? "ends with " : "does not end with ") + core;
  if (literal.open_end) return (same ? "begins with " : "does not begin with ") + core;
  return (same ? "is " : "is not ") + core;
}

std::string number_meaning(const ast::PropertyTest& test, const std::string& number) {
  const std::string text = shown(number);
  if (test.op == ast::Operator::equal)
    return " is the number " + number + ", however it is written, or the text " + text;
  if (test.op == ast::Operator::not_equal)
    return " is there, and is a number other than " + number + " or a text other than " + text;
  return " is a number that " + std::string(comparison_words(test.op, true)) + number;
}

std::string text_meaning(const ast::PropertyTest& test, const ast::TextLiteral& literal) {
  const bool equal = test.op == ast::Operator::equal;
  if (is_anything(literal))
    return equal ? " is any text or number"
                 : " is a text or number unlike any other, which never holds";
  if (!equal) return " is there, and is a text or number that " + text_words(literal, false);
  const bool exact = !literal.open_start && !literal.open_end;
  if (exact && is_number(literal.core))
    return " is " + shown(literal.core) + ", a text or a number written just so";
  return exact ? " is the text " + shown(literal.core)
               : " is a text or number that " + text_words(literal, true);
}

std::string meaning_of(const ast::PropertyTest& test) {
  return property_words(test.selector) +
         std::visit(
             Overloaded{
                 [&](const ast::NumberLiteral& n) { return number_meaning(test, n.text); },
                 [&](const ast::TextLiteral& t) { return text_meaning(test, t); },
                 [&](const ast::RegexLiteral&) {
                   return std::string(test.op == ast::Operator::equal ? "" : " is there, and") +
                          " is a text or number that " +
                          predicate_words(test.op, test.literal, true);
                 },
             },
             test.literal);
}

std::string meaning_of(const ast::StateTest& test) {
  const bool wild = is_wild(test.selector);
  switch (test.state) {
    case ast::State::is_null:
      return property_words(test.selector) + " is there, and is null";
    case ast::State::is_true:
      return property_words(test.selector) + " is the boolean true";
    case ast::State::is_false:
      return property_words(test.selector) + " is the boolean false";
    case ast::State::not_exists:
      return wild ? "there is no property " + to_string(test.selector).substr(2)
                  : property_words(test.selector) + " is absent (null would be there)";
  }
  return "";
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out;
  append_json_string(out, cut_bytes(text, kShownBytesMax));
  return out;
}

std::string property_words(const ast::Selector& selector) {
  std::string path = to_string(selector);
  path.erase(0, path.starts_with("$.") ? 2 : 1);
  return (is_wild(selector) ? "some property " : "the property ") + path;
}

bool is_anything(const ast::Literal& literal) {
  const auto* text = std::get_if<ast::TextLiteral>(&literal);
  return text != nullptr && text->core.empty() && (text->open_start || text->open_end);
}

std::string predicate_words(ast::Operator op, const ast::Literal& literal, bool holds) {
  const bool same = (op == ast::Operator::equal) == holds;
  return std::visit(Overloaded{
                        [&](const ast::NumberLiteral& n) {
                          return std::string(comparison_words(op, holds)) + n.text;
                        },
                        [&](const ast::TextLiteral& t) { return text_words(t, same); },
                        [&](const ast::RegexLiteral&) {
                          return (same ? "contains a match of " : "contains no match of ") +
                                 to_string(literal);
                        },
                    },
                    literal);
}

std::string meaning_of(const ast::JsonCondition& condition) {
  return std::visit([](const auto& test) { return meaning_of(test); }, condition);
}

std::string meaning_of(const ast::FieldTest& test) {
  const auto* number = std::get_if<ast::NumberLiteral>(&test.literal);
  if (number == nullptr) return predicate_words(test.op, test.literal, true);
  if (test.op == ast::Operator::not_equal) return "is anything but the number " + number->text;
  return "is a number that " + predicate_words(test.op, test.literal, true);
}

std::string meaning_of(const ast::Term& term) {
  const std::string what = std::visit(
      Overloaded{
          [](const ast::TextLiteral& t) { return "the text " + shown(t.text); },
          [](const ast::RegexLiteral& r) { return "a match of the regular expression " + r.body; },
      },
      term.what);
  switch (term.role) {
    case ast::Term::Role::required:
      return what + " stands somewhere in the event, also inside a longer word";
    case ast::Term::Role::excluded:
      return what + " stands nowhere in the event";
    case ast::Term::Role::optional:
      return what + " stands somewhere in the event";
  }
  return what;
}

}  // namespace tocsin
