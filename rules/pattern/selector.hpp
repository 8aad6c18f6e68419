// SPDX-License-Identifier: Apache-2.0
// What a selector selects in an event, spec/filter-patterns.md 5.2.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/json_event.hpp"

namespace tocsin {

// Calls `accepts(node)` on the selected nodes in the event's order until one is accepted; whether
// one was.
template <class Accepts>
bool any_selected(const ast::Selector& selector, const JsonNode& node, const Accepts& accepts,
                  std::size_t segment = 0) {
  if (segment == selector.segments.size()) return accepts(node);
  const auto descend = [&](const JsonNode* child) {
    return child && any_selected(selector, *child, accepts, segment + 1);
  };
  return std::visit(
      Overloaded{
          [&](const ast::Member& member) { return descend(node.member(member.name)); },
          [&](const ast::Element& element) { return descend(node.element(element.index)); },
          [&](const ast::EveryChild&) {
            for (const JsonNode* child = node.first_child; child; child = child->next)
              if (descend(child)) return true;
            return false;
          },
      },
      selector.segments[segment]);
}

// The first selected scalar as text: a string, a number's source text, "true" or "false". nullopt:
// none.
std::optional<std::string> select_scalar(const ast::Selector& selector, const JsonNode& root);

}  // namespace tocsin
