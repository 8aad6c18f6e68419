// SPDX-License-Identifier: Apache-2.0
// The fields of an event bound to the entries of a space-delimited pattern:
// spec/filter-patterns.md 6.3 and 6.5.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/fields.hpp"

namespace tocsin {

// A view; all that it is made of outlives it.
class BoundFields {
 public:
  BoundFields(const ast::Delimited& pattern, std::string_view message,
              const std::vector<Field>& fields);

  bool enough() const { return count_ >= fixed_; }  // else the event cannot match
  std::size_t count() const { return count_; }
  std::string_view value(std::size_t index) const;
  const ast::Entry* entry(std::size_t index) const;  // nullptr: taken by the ellipsis
  // The field that $name or $N says, if there is one here.
  std::optional<std::string_view> find(std::string_view reference) const;

 private:
  const ast::Delimited& pattern_;
  std::string_view message_;
  const std::vector<Field>& fields_;
  std::size_t fixed_ = 0;
  std::size_t count_ = 0;
};

// Whether $name or $N can be a field of an event that the pattern matches.
bool can_have_field(const ast::Delimited& pattern, std::string_view reference);

}  // namespace tocsin
