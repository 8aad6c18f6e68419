// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/selector.hpp"

namespace tocsin {

std::optional<std::string> select_scalar(const ast::Selector& selector, const JsonNode& root) {
  std::optional<std::string> found;
  any_selected(selector, root, [&](const JsonNode& node) {
    if (node.kind == JsonNode::Kind::string || node.kind == JsonNode::Kind::number)
      found = std::string(node.text);
    else if (node.kind == JsonNode::Kind::boolean)
      found = node.boolean ? "true" : "false";
    return found.has_value();
  });
  return found;
}

}  // namespace tocsin
