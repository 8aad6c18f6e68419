// SPDX-License-Identifier: Apache-2.0
#include "rules/match/delimited_set.hpp"

#include <utility>

#include "rules/pattern/evaluate.hpp"

namespace tocsin {

DelimitedSet::DelimitedSet(std::vector<const ast::Delimited*> patterns)
    : patterns_(std::move(patterns)) {}

void DelimitedSet::match(std::string_view message, Scratch& scratch,
                         std::vector<std::uint32_t>& matched) const {
  scratch.message = message;
  split_fields(message, scratch.fields);
  for (std::uint32_t i = 0; i < patterns_.size(); ++i)
    if (matches(BoundFields(*patterns_[i], message, scratch.fields))) matched.push_back(i);
}

std::optional<std::string_view> DelimitedSet::reference(std::size_t pattern,
                                                        std::string_view reference,
                                                        const Scratch& scratch) const {
  return BoundFields(*patterns_[pattern], scratch.message, scratch.fields).find(reference);
}

}  // namespace tocsin
