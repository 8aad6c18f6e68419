// SPDX-License-Identifier: Apache-2.0
// A configuration document as plain values with places, so that no component sees the YAML library.
// Made by rules/ruleset/yaml_document (and json_document); read through rules/ruleset/node_reader
// or directly.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/diagnostics.hpp"

namespace tocsin {

struct ConfigEntry;

struct ConfigNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  // kind scalar: the text. `quoted` says that it stood in quotes (or is a JSON string) and so is
  // text, never a number.
  std::string scalar;
  bool quoted = false;
  std::vector<ConfigNode> items;  // kind sequence
  // kind map: in file order, keys are scalars, no key twice.
  std::vector<ConfigEntry> entries;
  SourceLocation where;

  // The value of `key`, or nullptr. Linear: maps here are short.
  const ConfigNode* find(std::string_view key) const;
  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_map() const { return kind == Kind::map; }
};

struct ConfigEntry {
  ConfigEntry(ConfigNode k, ConfigNode v) : key(std::move(k)), value(std::move(v)) {}
  ConfigNode key;
  ConfigNode value;
};

inline const ConfigNode* ConfigNode::find(std::string_view key) const {
  for (const ConfigEntry& entry : entries)
    if (entry.key.scalar == key) return &entry.value;
  return nullptr;
}

}  // namespace tocsin
