// SPDX-License-Identifier: Apache-2.0
// All unstructured patterns of a log group as one: a single pass over an event finds every term of
// every pattern. spec/filter-patterns.md section 4.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each.
class TermsSet {
 public:
  struct Scratch {};

  // `patterns` outlive the set; a pattern's number is its index.
  explicit TermsSet(std::vector<const ast::Terms*> patterns);

  // Appends the numbers of the patterns that match, ascending: exactly those that matches() of
  // rules/pattern/evaluate.hpp says.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

 private:
  std::vector<const ast::Terms*> patterns_;
};

}  // namespace tocsin
