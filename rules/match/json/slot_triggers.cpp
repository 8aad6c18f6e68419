// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/slot_triggers.hpp"

#include <algorithm>
#include <string>

#include "rules/match/literals/log_sample.hpp"

namespace tocsin {
namespace {

bool is_ordering(ast::Operator op) {
  return op != ast::Operator::equal && op != ast::Operator::not_equal;
}

}  // namespace

SlotTriggers::Kind SlotTriggers::kind(const ast::PropertyTest& test) {
  if (is_ordering(test.op)) return Kind::exact;
  if (test.op != ast::Operator::equal) return Kind::none;
  return std::visit(
      Overloaded{
          [](const ast::NumberLiteral&) { return Kind::none; },
          [](const ast::TextLiteral& text) { return text.core.empty() ? Kind::none : Kind::exact; },
          [](const ast::RegexLiteral& regex) {
            return rare_literals(regex.body) ? Kind::literal : Kind::none;
          },
      },
      test.literal);
}

void SlotTriggers::add(const ast::PropertyTest& test, std::uint32_t number) {
  std::visit(
      Overloaded{
          [&](const ast::NumberLiteral& literal) {
            const bool open = test.op == ast::Operator::greater || test.op == ast::Operator::less;
            const bool above =
                test.op == ast::Operator::greater || test.op == ast::Operator::greater_or_equal;
            (above ? above_ : below_).push_back({*Number::parse(literal.text), open, number});
          },
          [&](const ast::TextLiteral& text) { texts_.add(key_of(text), number); },
          [&](const ast::RegexLiteral& regex) {
            const auto literals = rare_literals(regex.body);
            for (const std::string& literal : *literals)
              texts_.add({FieldKey::Kind::inner, literal, 0}, number);
          },
      },
      test.literal);
}

void SlotTriggers::seal() {
  texts_.seal();
  // Of equal bounds the closed one first.
  std::sort(above_.begin(), above_.end(), [](const Bound& a, const Bound& b) {
    const auto order = a.number <=> b.number;
    return order != 0 ? order < 0 : a.open < b.open;
  });
  std::sort(below_.begin(), below_.end(), [](const Bound& a, const Bound& b) {
    const auto order = a.number <=> b.number;
    return order != 0 ? order > 0 : a.open < b.open;
  });
}

}  // namespace tocsin
