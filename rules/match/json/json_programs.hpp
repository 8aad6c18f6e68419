// SPDX-License-Identifier: Apache-2.0
// JSON patterns as programs over shared predicates, and which of them an event gives a reason to
// run. docs/decisions/0008-access-predicates.md.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "rules/match/json/json_predicates.hpp"
#include "rules/match/json/selector_trie.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// Immutable, any thread. Patterns are numbered by index. Beside its predicates a pattern takes 12
// bytes for each of its conditions and 4 for each of its access predicates.
class JsonPrograms {
 public:
  // Adds what the patterns name to `trie` and `predicates`, of which nothing is kept.
  JsonPrograms(std::span<const ast::Json* const> patterns, SelectorTrie& trie,
               JsonPredicates& predicates);

  // The patterns that cannot match unless this predicate holds or another one that has them too.
  std::span<const std::uint32_t> woken_by(JsonPredicates::Id predicate) const {
    return {woken_.data() + first_woken_[predicate], woken_.data() + first_woken_[predicate + 1]};
  }
  // Patterns that may match whatever holds.
  const std::vector<std::uint32_t>& always_awake() const { return always_awake_; }

  // Whether the pattern matches; `holds` judges a predicate.
  template <class Holds>
  bool run(std::uint32_t pattern, const Holds& holds) const {
    std::uint32_t at = entries_[pattern];
    while (at < kMatches) at = holds(steps_[at].predicate) ? steps_[at].yes : steps_[at].no;
    return at == kMatches;
  }

 private:
  // Where to go on after a predicate was judged.
  struct Step {
    JsonPredicates::Id predicate = 0;
    std::uint32_t yes = 0, no = 0;
  };
  static constexpr std::uint32_t kMatches = 0xFFFF'FFFE, kFails = 0xFFFF'FFFF;
  struct Clause;
  class Compiler;

  std::vector<Step> steps_;
  std::vector<std::uint32_t> entries_;  // by pattern
  std::vector<std::uint32_t> first_woken_, woken_;
  std::vector<std::uint32_t> always_awake_;
};

}  // namespace tocsin
