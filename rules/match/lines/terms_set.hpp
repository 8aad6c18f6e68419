// SPDX-License-Identifier: Apache-2.0
// All unstructured patterns of a log group as one: a single pass over an event finds every term of
// every pattern. spec/filter-patterns.md section 4.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/literals/literal_scan.hpp"
#include "rules/match/marks.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each.
class TermsSet {
 public:
  struct Scratch {
    std::vector<std::uint32_t> found;  // numbers of literals
    Marks literals, patterns;          // that stand in the event; that were looked at
    RegexScratch regexes;
  };

  // `patterns` outlive the set; a pattern's number is its index.
  explicit TermsSet(const std::vector<const ast::Terms*>& patterns);

  // Appends the numbers of the patterns that match, ascending: exactly those that matches() of
  // rules/pattern/evaluate.hpp says.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

 private:
  using Numbers = std::vector<std::uint32_t>;
  struct Regexes {
    std::vector<const Regex*> required, excluded, optional;
  };
  // What must hold of the literals that stand in an event, and then of the event. Numbers of
  // literals.
  struct Rule {
    Numbers required, excluded, optional;
    Regexes regexes;
    bool needs_optional = false;
  };
  class Compiler;

  explicit TermsSet(Compiler compiled);
  static bool holds(const Rule& rule, std::string_view message, Scratch& scratch);

  std::vector<Rule> rules_;        // by number of the pattern
  Numbers always_;                 // patterns that match every event
  Numbers untriggered_;            // those to look at in every event
  std::vector<Numbers> triggers_;  // by literal: the patterns to look at if it stands in the event
  LiteralScan scan_;
};

}  // namespace tocsin
