// SPDX-License-Identifier: Apache-2.0
// All space-delimited patterns of a log group as one: an event is split once for all of them.
// spec/filter-patterns.md section 6.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/fields.hpp"

namespace tocsin {

// Immutable, any number of threads with a Scratch each.
class DelimitedSet {
 public:
  // Holds the fields of the last event.
  struct Scratch {
    std::string_view message;
    std::vector<Field> fields;
  };

  // `patterns` outlive the set; a pattern's number is its index.
  explicit DelimitedSet(std::vector<const ast::Delimited*> patterns);

  // Appends the numbers of the patterns that match, ascending: exactly those that matches() of
  // rules/pattern/evaluate.hpp says.
  void match(std::string_view message, Scratch& scratch, std::vector<std::uint32_t>& matched) const;

  // $name or $N of a pattern that matched the event last given to match(), which is still at hand;
  // section 6.5. nullopt: the pattern has no such field here.
  std::optional<std::string_view> reference(std::size_t pattern, std::string_view reference,
                                            const Scratch& scratch) const;

 private:
  std::vector<const ast::Delimited*> patterns_;
};

}  // namespace tocsin
