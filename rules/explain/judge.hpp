// SPDX-License-Identifier: Apache-2.0
// What the families share in judging an event clause by clause.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "rules/explain/explanation.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

inline Verdict leaf_verdict(bool holds, std::string why) {
  return {.holds = holds, .counts = true, .why = std::move(why), .parts = {}};
}

template <class Condition, class Leaf>
Verdict judge_expression(const ast::Expression<Condition>& expression, const Leaf& leaf) {
  using Expression = ast::Expression<Condition>;
  const auto join = [&](const std::vector<Expression>& operands, bool all) {
    Verdict verdict = leaf_verdict(all, {});
    for (const Expression& operand : operands) {
      verdict.parts.push_back(judge_expression<Condition>(operand, leaf));
      if (verdict.parts.back().holds != all) verdict.holds = !all;
    }
    return verdict;
  };
  return std::visit(
      Overloaded{
          [&](const Condition& condition) { return leaf(condition); },
          [&](const typename Expression::AllOf& all) { return join(all.operands, true); },
          [&](const typename Expression::AnyOf& any) { return join(any.operands, false); },
      },
      expression.node);
}

std::string to_lower(std::string_view text);  // ASCII
// Whether only upper and lower case keep `text` from being what the literal says.
bool differs_in_case_only(const ast::Literal& literal, std::string_view text);

Verdict judge_json(const ast::Json& pattern, EventView& event);

}  // namespace tocsin
