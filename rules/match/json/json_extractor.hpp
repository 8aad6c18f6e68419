// SPDX-License-Identifier: Apache-2.0
// One walk through an event that visits only what the selectors of a trie lead to.
// spec/filter-patterns.md 5.1 and 5.2.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "rules/match/json/json_strict.hpp"
#include "rules/match/json/json_tokens.hpp"
#include "rules/match/json/selector_trie.hpp"
#include "rules/match/json/slot_values.hpp"

namespace tocsin {

// Memory of one thread, reused from event to event and for any trie. Holds decoded strings of the
// last event.
class JsonExtractor {
 public:
  enum class Outcome {
    extracted,  // if the event is JSON at all, which is_strict_json() says, these are the nodes
    no_json,
    unsure,  // names with escapes, names that come twice: the tree must be asked
  };
  Outcome extract(const JsonTokens& tokens, const SelectorTrie& trie, SlotValues& values);
  // Whether an event that was `extracted` just now is JSON to the last byte: what the walk has
  // passed by is looked at.
  bool is_strict_json(const JsonTokens& tokens) const;

  // The slow way, for any event.
  void extract(const JsonNode& root, const SelectorTrie& trie, SlotValues& values);

 private:
  class TokenWalk;
  class TreeWalk;

  char* room_to_decode(std::size_t bytes);

  // Nodes of the trie that the walk is at, those of a value behind those of what holds it.
  std::vector<SelectorTrie::Node> active_;
  std::vector<std::uint64_t> seen_;  // by node: the object that had a member of its name
  std::uint64_t objects_ = 0;
  std::vector<std::string_view> names_;  // of the open objects under a wildcard
  std::vector<JsonValuePlace> skipped_;  // values that may be no JSON yet
  std::unique_ptr<char[]> decoded_;
  std::size_t decoded_size_ = 0;
};

}  // namespace tocsin
