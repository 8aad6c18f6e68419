// SPDX-License-Identifier: Apache-2.0
// Pattern text -> syntax tree, spec/filter-patterns.md sections 2 and 4 to 6. One file per family.
#pragma once
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/lexer.hpp"
#include "rules/pattern/pattern_error.hpp"

namespace tocsin {

// Ours, where CloudWatch's 1,024 characters are lifted.
inline constexpr std::size_t kPatternBytesMax = 64 * 1024;
inline constexpr int kRegexesMax = 256;
inline constexpr int kWildcardsPerSelectorMax = 16;
inline constexpr int kWildcardsPerPatternMax = 256;
// Parentheses within parentheses.
inline constexpr int kPatternDepthMax = 600;

// `quotas`: CloudWatch's limits on length, regexes and wildcards.
std::variant<ast::Tree, PatternError> parse_pattern(std::string_view text, bool quotas);

// A whole reference as metricValue and dimensions use it: $.a.b, nothing around it. nullopt if it
// is none, or one that CloudWatch refuses and `quotas` bind.
std::optional<ast::Selector> parse_reference(std::string_view text, bool quotas = false);

// ---- For the parsers of the families: the lexer stands at the first character and ends behind the
// last ----

std::optional<ast::Terms> parse_terms(Lexer& lexer);
std::optional<ast::Json> parse_json(Lexer& lexer, bool quotas);
std::optional<ast::Delimited> parse_delimited(Lexer& lexer, bool quotas);
std::optional<ast::Selector> parse_selector(Lexer& lexer, bool quotas);

// Counts what is limited, and fails at the first that is too many.
class Quota {
 public:
  // CloudWatch's limit if `quotas`, else ours. `noun`: one of what is counted; `place`: in what.
  Quota(bool quotas, int cloudwatch, int ours, std::string_view noun, std::string_view place)
      : most_(quotas ? cloudwatch : ours), noun_(noun), place_(place) {}
  bool add(Lexer& lexer, ast::Range where, int count = 1);

 private:
  int most_;
  int count_ = 0;
  std::string_view noun_, place_;
};

// A literal for `op`: ordering needs a number. Counts regexes.
std::optional<ast::Literal> parse_operand(Lexer& lexer, ast::Operator op, Quota& regexes);

// condition { "&&" condition } { "||" ... }; `read_primary` reads a condition or a parenthesis.
template <class Condition, class ReadPrimary>
std::optional<ast::Expression<Condition>> parse_all_of(Lexer& lexer, ReadPrimary read_primary) {
  using Expression = ast::Expression<Condition>;
  typename Expression::AllOf all;
  do {
    lexer.skip_white();
    std::optional<Expression> operand = read_primary();
    if (!operand) return std::nullopt;
    all.operands.push_back(std::move(*operand));
    lexer.skip_white();
  } while (lexer.take("&&"));
  if (all.operands.size() == 1) return std::move(all.operands.front());
  return Expression{std::move(all)};
}

template <class Condition, class ReadPrimary>
std::optional<ast::Expression<Condition>> parse_any_of(Lexer& lexer, ReadPrimary read_primary) {
  using Expression = ast::Expression<Condition>;
  typename Expression::AnyOf any;
  do {
    std::optional<Expression> operand = parse_all_of<Condition>(lexer, read_primary);
    if (!operand) return std::nullopt;
    any.operands.push_back(std::move(*operand));
  } while (lexer.take("||"));
  if (any.operands.size() == 1) return std::move(any.operands.front());
  return Expression{std::move(any)};
}

}  // namespace tocsin
