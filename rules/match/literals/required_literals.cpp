// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/required_literals.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rules/match/literals/log_sample.hpp"
#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kJsonBytesMin = 3;
// One character stands in nearly every line: to look for it takes longer than to go without.
constexpr std::size_t kTextBytesMin = 2;

// How much a literal tells events apart. Names stand in nearly all of them; a value with a period
// is likely the name of a service or host that many share.
enum class Rarity { name, dotted_value, value };

// One of these literals stands in the event.
struct Required {
  std::vector<RequiredLiteral> any_of;
  Rarity rarity = Rarity::value;  // of the most frequent one
  std::size_t hits = 0;           // of all of them in a sample of logs
  std::size_t shortest = 0;

  bool worse_than(const Required& other) const {
    return std::tuple(rarity, other.hits, shortest) <
           std::tuple(other.rarity, hits, other.shortest);
  }
};

Required one(std::string text, Rarity rarity = Rarity::value) {
  const std::size_t hits = LogSample::get().count(text), length = text.size();
  return {{RequiredLiteral{std::move(text), {}, {}, nullptr}}, rarity, hits, length};
}

// Each must hold: the rarest requirement is enough.
void require_too(std::optional<Required>& best, std::optional<Required> more) {
  if (more && (!best || best->worse_than(*more))) best = std::move(more);
}

// Any may hold: all requirements together, or none at all.
std::optional<Required> any_of(std::vector<std::optional<Required>> choices) {
  std::optional<Required> all;
  for (std::optional<Required>& choice : choices) {
    if (!choice) return std::nullopt;
    if (!all) {
      all = std::move(choice);
      continue;
    }
    std::move(choice->any_of.begin(), choice->any_of.end(), std::back_inserter(all->any_of));
    all->rarity = std::min(all->rarity, choice->rarity);
    all->hits += choice->hits;
    all->shortest = std::min(all->shortest, choice->shortest);
  }
  return all;
}

// By what each condition requires.
template <class Condition, class Require>
std::optional<Required> of_expression(const ast::Expression<Condition>& expression,
                                      const Require& require) {
  using Expression = ast::Expression<Condition>;
  return std::visit(Overloaded{
                        [&](const Condition& condition) { return require(condition); },
                        [&](const typename Expression::AllOf& all) {
                          std::optional<Required> best;
                          for (const Expression& operand : all.operands)
                            require_too(best, of_expression(operand, require));
                          return best;
                        },
                        [&](const typename Expression::AnyOf& any) {
                          std::vector<std::optional<Required>> choices;
                          for (const Expression& operand : any.operands)
                            choices.push_back(of_expression(operand, require));
                          return any_of(std::move(choices));
                        },
                    },
                    expression.node);
}

template <class IsPart>
std::string_view longest_run(std::string_view text, const IsPart& is_part) {
  std::string_view best;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_part(text[end])) ++end;
    if (end - begin > best.size()) best = text.substr(begin, end - begin);
    begin = end + 1;
  }
  return best;
}

// ---- Terms and fields: the message's own bytes ----

std::optional<Required> of_text(std::string_view text) {
  const std::string_view run = longest_run(text, [](char c) { return c != '\n'; });
  if (run.size() < kTextBytesMin) return std::nullopt;
  return one(std::string(run));
}

// `piece`: what a text that stands in the subject requires.
template <class Piece>
std::optional<Required> of_regex(const ast::RegexLiteral& regex, const Piece& piece) {
  const auto texts = rare_literals(regex.body);
  if (!texts) return std::nullopt;
  std::vector<std::optional<Required>> choices;
  for (const std::string& text : *texts) choices.push_back(piece(text));
  return any_of(std::move(choices));
}

std::optional<Required> of_term(const ast::Term& term) {
  return std::visit(Overloaded{
                        [](const ast::TextLiteral& literal) { return of_text(literal.text); },
                        [](const ast::RegexLiteral& regex) { return of_regex(regex, of_text); },
                    },
                    term.what);
}

bool is_blank(const ast::Term& term) {
  const auto* literal = std::get_if<ast::TextLiteral>(&term.what);
  return literal && trim(literal->text).empty();
}

std::optional<Required> of_terms(const ast::Terms& pattern) {
  using Role = ast::Term::Role;
  const std::vector<ast::Term>& terms = pattern.terms;
  const bool all_optional = std::all_of(terms.begin(), terms.end(), [](const ast::Term& term) {
    return term.role == Role::optional;
  });
  if (all_optional) {
    std::vector<std::optional<Required>> choices;
    for (const ast::Term& term : terms) choices.push_back(of_term(term));
    return any_of(std::move(choices));
  }
  if (std::all_of(terms.begin(), terms.end(), is_blank)) return std::nullopt;  // 4.4
  std::optional<Required> best;
  for (const ast::Term& term : terms)
    if (term.role == Role::required) require_too(best, of_term(term));
  return best;
}

std::optional<Required> of_field(const ast::FieldTest& test) {
  if (test.op != ast::Operator::equal) return std::nullopt;
  return std::visit(
      Overloaded{
          [](const ast::NumberLiteral&) { return std::optional<Required>{}; },  // 5.0 equals 5
          [](const ast::TextLiteral& literal) { return of_text(literal.core); },
          [](const ast::RegexLiteral& regex) { return of_regex(regex, of_text); },
      },
      test.literal);
}

std::optional<Required> of_delimited(const ast::Delimited& pattern) {
  std::optional<Required> best;
  for (const auto* entries : {&pattern.before, &pattern.after})
    for (const ast::Entry& entry : *entries)
      if (entry.condition) require_too(best, of_expression(*entry.condition, of_field));
  return best;
}

// ---- JSON: a string may be written in several ways ----

// Characters that JSON writes in no other way, but for \u: not '/', which may be written \/.
bool is_written_plainly(char c) {
  constexpr std::string_view others = " _.:@#=,;+*-";
  return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
}

// Whether a number of JSON may have this piece, written in this way.
bool may_be_in_number(std::string_view text) {
  std::size_t dots = 0, exponents = 0;
  for (const char c : text) {
    if (c == '.') ++dots;
    if (c == 'e' || c == 'E') ++exponents;
    if (!is_digit(c) && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-') return false;
  }
  return dots <= 1 && exponents <= 1;
}

// `opens`, `closes`: the text stands at that end of a string, so a quote is next to it.
std::optional<Required> of_json_text(std::string_view text, bool opens, bool closes,
                                     Rarity rarity) {
  const std::string_view run = longest_run(text, is_written_plainly);
  std::string found(run);
  if (run.size() == text.size()) {
    if (opens) found.insert(0, 1, '"');
    if (closes) found += '"';
  }
  if (found.size() < kJsonBytesMin) return std::nullopt;
  return one(std::move(found), rarity);
}

std::optional<Required> of_name(const ast::Selector& selector) {
  std::optional<Required> best;
  for (const ast::Segment& segment : selector.segments) {
    const auto* member = std::get_if<ast::Member>(&segment);
    if (member) require_too(best, of_json_text(member->name, true, true, Rarity::name));
  }
  return best;
}

std::optional<Required> of_json_literal(const ast::TextLiteral& text) {
  // What could be a piece of a number may stand there without quotes.
  const bool quoted = !may_be_in_number(text.core);
  std::optional<Required> required =
      of_json_text(text.core, quoted && !text.open_start, quoted && !text.open_end,
                   text.core.find('.') == std::string::npos ? Rarity::value : Rarity::dotted_value);
  if (required && !quoted && !text.open_start) required->any_of.front().begins_value = true;
  return required;
}

// The name of the member whose value the selector selects, if it is written in one way.
std::string member_of(const ast::Selector& selector) {
  if (selector.segments.empty()) return {};
  const auto* member = std::get_if<ast::Member>(&selector.segments.back());
  const bool plain =
      member && std::all_of(member->name.begin(), member->name.end(), is_written_plainly);
  return plain ? member->name : std::string();
}

std::optional<Required> in_value(std::optional<Required> required, const std::string& member,
                                 const FieldKey& value,
                                 const std::shared_ptr<const Regex>& regex = nullptr) {
  if (!required || member.empty()) return required;
  for (RequiredLiteral& literal : required->any_of) {
    literal.member = member;
    literal.value = value;
    literal.regex = regex;
  }
  return required;
}

std::optional<Required> of_value(const ast::PropertyTest& test) {
  if (test.op != ast::Operator::equal) return std::nullopt;
  const std::string member = member_of(test.selector);
  return std::visit(
      Overloaded{
          [](const ast::NumberLiteral&) { return std::optional<Required>{}; },  // 4.01e2 equals 401
          [&](const ast::TextLiteral& text) {
            return in_value(of_json_literal(text), member, key_of(text));
          },
          [&](const ast::RegexLiteral& regex) {
            return of_regex(regex, [&](std::string_view text) {
              return in_value(of_json_text(text, false, false, Rarity::dotted_value), member,
                              {FieldKey::Kind::inner, std::string(text), 0}, regex.regex);
            });
          },
      },
      test.literal);
}

std::optional<Required> of_condition(const ast::JsonCondition& condition) {
  return std::visit(Overloaded{
                        [](const ast::PropertyTest& test) {
                          std::optional<Required> value = of_value(test);
                          return value ? value : of_name(test.selector);
                        },
                        [](const ast::StateTest& test) {
                          return test.state == ast::State::not_exists ? std::optional<Required>{}
                                                                      : of_name(test.selector);
                        },
                    },
                    condition);
}

}  // namespace

std::optional<std::vector<RequiredLiteral>> required_literals(const ast::Tree& pattern) {
  std::optional<Required> required = std::visit(
      Overloaded{
          [](const ast::MatchAll&) { return std::optional<Required>{}; },
          [](const ast::Terms& terms) { return of_terms(terms); },
          [](const ast::Json& json) { return of_expression(json.expression, of_condition); },
          [](const ast::Delimited& delimited) { return of_delimited(delimited); },
      },
      pattern);
  if (!required) return std::nullopt;
  return std::move(required->any_of);
}

}  // namespace tocsin
