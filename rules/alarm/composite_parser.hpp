// SPDX-License-Identifier: Apache-2.0
// The text of a composite alarm's rule as a tree: syntax and thresholds only. Names, ARNs and
// limits are checked by parse_composite_rule(), which is what others call.
#pragma once
#include <optional>
#include <string_view>
#include <variant>

#include "rules/alarm/composite_lexer.hpp"
#include "rules/alarm/composite_rule.hpp"

namespace tocsin {

struct ParsedComposite {
  CompositeRule rule;
  std::optional<RuleToken> excess;  // the first element that is more than a rule may have
};

std::variant<ParsedComposite, CompositeError> parse_composite_syntax(std::string_view text);

}  // namespace tocsin
