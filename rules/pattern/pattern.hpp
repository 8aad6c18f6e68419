// SPDX-License-Identifier: Apache-2.0
// A compiled CloudWatch filter pattern of any family, and its plain evaluation on one event: the
// oracle. spec/filter-patterns.md. Immutable; any number of threads may match with it, each with a
// Scratch of its own.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// Why a pattern was refused: `column` (bytes from 1) and `length` point into the pattern's text.
struct PatternError {
  int column = 1;
  int length = 1;
  std::string text;
  std::string hint;
};

struct PatternOptions {
  bool quotas = true;  // CloudWatch's limits: 1,024 characters, 2 regexes, 1 and 3 wildcards
};

// One event as every pattern of a log group sees it; the JSON and the split fields are made once,
// when first asked for.
class EventView;

class Pattern {
 public:
  enum class Family { match_all, terms, json, delimited };

  // Never throws; a refusal is a value.
  static std::variant<std::shared_ptr<const Pattern>, PatternError> compile(
      std::string_view text, const PatternOptions& options = {});

  virtual ~Pattern() = default;
  virtual Family family() const = 0;
  virtual bool matches(EventView& event) const = 0;
  // The extractedValues of TestMetricFilter for an event that matched: ($name or $N, value), in
  // field order; else empty.
  virtual std::vector<std::pair<std::string, std::string>> extract(EventView& event) const = 0;
  // Whether `reference` ($.a.b, $name, $3) can be supplied by this pattern (spec 7.1, A-28).
  virtual bool can_resolve(std::string_view reference) const = 0;
  // The text a reference selects on a matching event: a string, a number's source text,
  // "true"/"false"; nullopt for absent, null, object and array. With a wildcard: the first scalar
  // selected.
  virtual std::optional<std::string> resolve(std::string_view reference,
                                             EventView& event) const = 0;
  // The pattern printed back from its syntax tree, normalised.
  virtual std::string to_string() const = 0;
};

// The number a text stands for if it has the form of spec 3.3 `number` and is finite.
std::optional<double> parse_number(std::string_view text);

// A metricValue (a number or a reference) on a matching event: spec 7.2. nullopt: no sample.
std::optional<double> sample_value(const Pattern& pattern, std::string_view metric_value,
                                   EventView& event);

}  // namespace tocsin
