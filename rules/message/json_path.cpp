// SPDX-License-Identifier: Apache-2.0
#include "rules/message/json_path.hpp"

#include <charconv>

namespace tocsin {
namespace {

const JsonNode* step(const JsonNode& node, std::string_view name) {
  if (node.kind == JsonNode::Kind::object) return node.member(name);
  if (node.kind != JsonNode::Kind::array) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc() || end != name.data() + name.size()) return nullptr;
  return node.element(index);
}

}  // namespace

const JsonNode* find_path(const JsonNode* node, std::string_view path) {
  while (node != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    node = step(*node, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return node;
}

std::string scalar_text(const JsonNode* node) {
  if (node == nullptr) return {};
  switch (node->kind) {
    case JsonNode::Kind::string:
    case JsonNode::Kind::number:
      return std::string(node->text);
    case JsonNode::Kind::boolean:
      return node->boolean ? "true" : "false";
    case JsonNode::Kind::null:
    case JsonNode::Kind::object:
    case JsonNode::Kind::array:
      return {};
  }
  return {};
}

std::string text_at(const JsonNode* node, std::string_view path) {
  return scalar_text(find_path(node, path));
}

}  // namespace tocsin
