// SPDX-License-Identifier: Apache-2.0
// A log event as a strict JSON tree (spec/filter-patterns.md 5.1): numbers keep their source text,
// strings are decoded, the last of duplicate names wins, at most 1,000 levels, lone surrogates
// become U+FFFD, invalid UTF-8 is no JSON.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tocsin {

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, object, array };
  Kind kind = Kind::null;
  bool boolean = false;
  std::string_view text;  // string: decoded; number: as it stood. Lives as long as the tree
  std::string_view
      name;  // of a member of an object, decoded; no two members of an object share one
  const JsonNode* first_child = nullptr;
  const JsonNode* next = nullptr;  // sibling

  const JsonNode* member(std::string_view wanted) const;  // nullptr if none or not an object
  const JsonNode* element(std::size_t index) const;       // nullptr if none or not an array
};

// Owns parser memory, reused from event to event. One per thread.
class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  // The root (object or array) of `message`, white space around it trimmed; nullptr if it is not
  // exactly that. The tree is valid until the next call and independent of `message`.
  const JsonNode* read(std::string_view message);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
