// SPDX-License-Identifier: Apache-2.0
#include "rules/match/terms_set.hpp"

#include <utility>

#include "rules/pattern/evaluate.hpp"

namespace tocsin {

TermsSet::TermsSet(std::vector<const ast::Terms*> patterns) : patterns_(std::move(patterns)) {}

void TermsSet::match(std::string_view message, Scratch&,
                     std::vector<std::uint32_t>& matched) const {
  for (std::uint32_t i = 0; i < patterns_.size(); ++i)
    if (matches(*patterns_[i], message)) matched.push_back(i);
}

}  // namespace tocsin
