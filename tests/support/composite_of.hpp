// SPDX-License-Identifier: Apache-2.0
// What makes an alarm a composite one, from its rule as a person writes it.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "rules/alarm/composite_rule.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// `rule` must be sound; whatever it names is taken to exist.
inline std::shared_ptr<Composite> composite_of(std::string rule) {
  auto parsed = parse_composite_rule(rule, [](std::string_view) { return true; });
  auto tree = std::make_shared<CompositeRule>(std::get<CompositeRule>(std::move(parsed)));
  auto composite = std::make_shared<Composite>();
  composite->rule = std::move(rule);
  composite->children = child_names(*tree);
  composite->tree = std::move(tree);
  return composite;
}

}  // namespace tocsin
