// SPDX-License-Identifier: Apache-2.0
// Patterns that a test writes itself, and which therefore compile.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

namespace tocsin {

using Patterns = std::vector<std::shared_ptr<const Pattern>>;

// Without CloudWatch's quotas.
inline std::shared_ptr<const Pattern> pattern_of(const std::string& text) {
  auto compiled = Pattern::compile(text, {.quotas = false});
  INFO(text);
  REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(compiled));
  return std::get<std::shared_ptr<const Pattern>>(compiled);
}

// The trees of patterns of one family, as a set of that family takes them.
template <typename Tree>
std::vector<const Tree*> trees_of(const Patterns& patterns) {
  std::vector<const Tree*> trees;
  for (const auto& pattern : patterns) trees.push_back(&std::get<Tree>(pattern->tree()));
  return trees;
}

}  // namespace tocsin
