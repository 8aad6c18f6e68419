// SPDX-License-Identifier: Apache-2.0
// A JSON document of our own that can be edited and made smaller without touching a digit of what
// stays.
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tocsin {

struct JsonMember;

struct JsonTree {
  enum class Kind { scalar, object, array };
  Kind kind = Kind::scalar;
  std::string text;  // scalar: as printed; a string with its quotes and escapes
  std::vector<JsonMember> members;

  static JsonTree string(std::string_view value);
  static JsonTree literal(std::string text);  // a number, true, false, null
};

struct JsonMember {
  JsonMember(std::string n, JsonTree v) : name(std::move(n)), value(std::move(v)) {}
  std::string name;  // object: as printed; array: empty
  JsonTree value;
};

// Bytes of its compact text.
std::size_t size_of(const JsonTree& tree);

// Compact text.
std::string print(const JsonTree& tree);

// Makes its text at most `limit` bytes (at least 2): first the longest texts are shortened, then
// the longest values become
// "...", then members go from the end. Always valid JSON.
void shrink(JsonTree& tree, std::size_t limit);

}  // namespace tocsin
