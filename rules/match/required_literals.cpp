// SPDX-License-Identifier: Apache-2.0
#include "rules/match/required_literals.hpp"

#include <algorithm>
#include <tuple>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kLiteralBytesMin = 3;

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

// How much a literal tells events apart. Names stand in nearly all of them; a value with a period
// is likely the name of a service or host that many share.
enum class Rarity { name, dotted_value, value };

// One of these literals stands in the event.
struct Required {
  std::vector<Literal> any_of;
  Rarity rarity = Rarity::value;  // of the most frequent one
  std::size_t shortest = 0;

  bool worse_than(const Required& other) const {
    return std::tuple(rarity, shortest) < std::tuple(other.rarity, other.shortest);
  }
};

std::string_view longest_plain_run(std::string_view text) {
  std::string_view best;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_written_plainly(text[end])) ++end;
    if (end - begin > best.size()) best = text.substr(begin, end - begin);
    begin = end + 1;
  }
  return best;
}

// `opens`, `closes`: the text stands at that end of a string, so a quote is next to it.
std::optional<Required> literal(std::string_view text, bool opens, bool closes, Rarity rarity) {
  const std::string_view run = longest_plain_run(text);
  std::string found(run);
  if (run.size() == text.size()) {
    if (opens) found.insert(0, 1, '"');
    if (closes) found += '"';
  }
  if (found.size() < kLiteralBytesMin) return std::nullopt;
  const std::size_t length = found.size();
  return Required{{std::move(found)}, rarity, length};
}

std::optional<Required> of_name(const ast::Selector& selector) {
  std::optional<Required> best;
  for (const ast::Segment& segment : selector.segments) {
    const auto* member = std::get_if<ast::Member>(&segment);
    if (!member) continue;
    std::optional<Required> name = literal(member->name, true, true, Rarity::name);
    if (name && (!best || best->worse_than(*name))) best = std::move(name);
  }
  return best;
}

std::optional<Required> of_value(const ast::PropertyTest& test) {
  const auto* text = std::get_if<ast::TextLiteral>(&test.literal);
  if (!text || test.op != ast::Operator::equal) return std::nullopt;
  // What could be a piece of a number may stand there without quotes.
  const bool quoted = !may_be_in_number(text->core);
  std::optional<Required> required =
      literal(text->core, quoted && !text->open_start, quoted && !text->open_end,
              text->core.find('.') == std::string::npos ? Rarity::value : Rarity::dotted_value);
  if (required && !quoted && !text->open_start) required->any_of.front().begins_value = true;
  return required;
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

using Expression = ast::Expression<ast::JsonCondition>;
std::optional<Required> of_expression(const Expression& expression);

// Each operand must hold: the rarest requirement is enough.
std::optional<Required> of_all(const Expression::AllOf& all) {
  std::optional<Required> best;
  for (const Expression& operand : all.operands) {
    std::optional<Required> required = of_expression(operand);
    if (required && (!best || best->worse_than(*required))) best = std::move(required);
  }
  return best;
}

// Any operand may hold: all requirements together, or none.
std::optional<Required> of_any(const Expression::AnyOf& any) {
  std::optional<Required> all;
  for (const Expression& operand : any.operands) {
    std::optional<Required> required = of_expression(operand);
    if (!required) return std::nullopt;
    if (!all) {
      all = std::move(required);
      continue;
    }
    all->any_of.insert(all->any_of.end(), required->any_of.begin(), required->any_of.end());
    all->rarity = std::min(all->rarity, required->rarity);
    all->shortest = std::min(all->shortest, required->shortest);
  }
  return all;
}

std::optional<Required> of_expression(const Expression& expression) {
  return std::visit(Overloaded{
                        [](const ast::JsonCondition& condition) { return of_condition(condition); },
                        [](const Expression::AllOf& all) { return of_all(all); },
                        [](const Expression::AnyOf& any) { return of_any(any); },
                    },
                    expression.node);
}

}  // namespace

std::optional<std::vector<Literal>> required_literals(const ast::Tree& pattern) {
  const auto* json = std::get_if<ast::Json>(&pattern);
  if (!json) return std::nullopt;
  std::optional<Required> required = of_expression(json->expression);
  if (!required) return std::nullopt;
  return std::move(required->any_of);
}

}  // namespace tocsin
