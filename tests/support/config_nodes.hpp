// SPDX-License-Identifier: Apache-2.0
// Configuration nodes made in code, for tests that need no YAML.
#pragma once
#include <initializer_list>
#include <string>
#include <utility>

#include "tocsin/config_node.hpp"

namespace tocsin::test {

inline ConfigNode scalar(std::string text) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::scalar;
  node.scalar = std::move(text);
  return node;
}
inline ConfigNode list(std::initializer_list<ConfigNode> items) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::sequence;
  node.items = items;
  return node;
}
inline ConfigNode map(std::initializer_list<std::pair<std::string, ConfigNode>> entries) {
  ConfigNode node;
  node.kind = ConfigNode::Kind::map;
  for (const auto& [key, value] : entries) node.entries.emplace_back(scalar(key), value);
  return node;
}

}  // namespace tocsin::test
