// SPDX-License-Identifier: Apache-2.0
// A compiled CloudWatch filter pattern of any family, and its plain evaluation on one event: the
// oracle. spec/filter-patterns.md. Immutable; any number of threads may match with it, each with an
// EventView of its own.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/event_view.hpp"
#include "rules/pattern/number.hpp"
#include "rules/pattern/pattern_error.hpp"

namespace tocsin {

struct PatternOptions {
  // CloudWatch's limits: 1,024 characters, 2 regexes, 3 wildcards; 1 in a selector, in those of
  // references too.
  bool quotas = true;
};

class Pattern {
 public:
  enum class Family { match_all, terms, json, delimited };

  // Never throws; a refusal is a value.
  static std::variant<std::shared_ptr<const Pattern>, PatternError> compile(
      std::string_view text, const PatternOptions& options = {});

  Family family() const;
  bool matches(EventView& event) const;
  // The extractedValues of TestMetricFilter for an event that matched: ($name or $N, value), in
  // field order; else empty.
  std::vector<std::pair<std::string, std::string>> extract(EventView& event) const;
  // Whether `reference` ($.a.b, $name, $3) can be supplied by this pattern (spec 7.1, A-28). One
  // that cannot resolves to nothing.
  bool can_resolve(std::string_view reference) const;
  // The text a reference selects on a matching event: a string, a number's source text,
  // "true"/"false"; nullopt for absent, null, object and array. With a wildcard: the first scalar
  // selected.
  std::optional<std::string> resolve(std::string_view reference, EventView& event) const;
  // The pattern printed back from its syntax tree, normalised.
  std::string to_string() const;
  // What it says, for explanation and other engines.
  const ast::Tree& tree() const { return tree_; }

 private:
  Pattern(ast::Tree tree, const PatternOptions& options)
      : tree_(std::move(tree)), options_(options) {}
  ast::Tree tree_;
  PatternOptions options_;
};

// A metricValue (a number or a reference) on a matching event: spec 7.2. nullopt: no sample.
std::optional<double> sample_value(const Pattern& pattern, std::string_view metric_value,
                                   EventView& event);

}  // namespace tocsin
