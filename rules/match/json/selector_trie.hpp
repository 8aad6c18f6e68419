// SPDX-License-Identifier: Apache-2.0
// All selectors of a set as one tree of segments, so that a walk through an event goes only where
// some selector leads.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/match/text_hash.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// Built by add(), then sealed; after that immutable, any thread. Every distinct selector has a
// slot, numbered from 0. About 100 bytes a segment that selectors do not share.
class SelectorTrie {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNone = std::numeric_limits<Node>::max();
  static constexpr Node kRoot = 0;

  SelectorTrie() : nodes_(1) {}

  // The selector's slot.
  std::uint32_t add(const ast::Selector& selector);
  void seal();

  std::size_t slots() const { return slots_; }
  std::size_t nodes() const { return nodes_.size(); }

  std::uint32_t slot(Node node) const { return nodes_[node].slot; }  // kNone: no selector ends here
  Node every(Node node) const { return nodes_[node].every; }         // kNone: no wildcard
  bool enters_objects(Node node) const { return nodes_[node].enters_objects; }
  bool enters_arrays(Node node) const { return nodes_[node].enters_arrays; }
  Node element(Node node, std::size_t index) const;
  // The highest index that some selector names, plus 1.
  std::size_t elements(Node node) const;

  // The child of a name, decoded; `readable` bytes lie at its begin. `written_so` (as
  // JSON writes it without escapes) is false for names with backslashes, quotes and such.
  struct Found {
    Node node = kNone;
    bool written_so = true;
  };
  Found member(Node node, std::string_view name, std::size_t readable) const;
  // The same for one member of an object after the other. Lives as long as the trie.
  class Names;
  Names names(Node node) const;

 private:
  struct Members {
    std::uint64_t lengths = 0;  // bit n: some name has n bytes (63: or more)
    std::size_t first = 0, mask = 0;
  };
  struct MemberEntry {
    std::uint64_t begin = 0, end = 0;  // the first and last eight bytes; `end` of longer names only
    std::string_view name;
    Node node = kNone;
    bool written_so = true;
  };
  struct NodeData {
    std::uint32_t slot = kNone;
    Node every = kNone;
    bool enters_objects = false, enters_arrays = false;
    Members members;
    std::vector<std::pair<std::size_t, Node>> elements;  // by index
    std::vector<std::pair<std::string, Node>> names;     // sealed: in no order
  };

  static std::size_t length_bit(std::size_t length) { return length < 63 ? length : 63; }
  static std::size_t hash(std::uint64_t begin, std::size_t length) {
    return static_cast<std::size_t>(mix_hash(begin ^ (length << 56)));
  }
  // Of names of one length whose first eight bytes are the same.
  static bool ends_alike(const MemberEntry& entry, std::string_view name) {
    if (name.size() <= 8) return true;
    if (load_word(name.data() + name.size() - 8) != entry.end) return false;
    return name.size() <= 16 || entry.name == name;
  }
  Node child(Node node, const ast::Segment& segment);
  Node add_node();
  void seal(NodeData& node);

  std::vector<NodeData> nodes_;
  std::vector<MemberEntry> entries_;
  std::size_t slots_ = 0;
};

class SelectorTrie::Names {
 public:
  Found find(std::string_view name, std::size_t readable) const {
    if ((lengths_ >> length_bit(name.size()) & 1) == 0) return {};
    const std::uint64_t begin = first_bytes(name, readable);
    for (std::size_t i = hash(begin, name.size());; ++i) {
      const MemberEntry& entry = entries_[i & mask_];
      if (entry.node == kNone) return {};
      if (entry.begin == begin && entry.name.size() == name.size() && ends_alike(entry, name))
        return {entry.node, entry.written_so};
    }
  }

 private:
  friend class SelectorTrie;
  Names(const MemberEntry* entries, std::uint64_t lengths, std::size_t mask)
      : entries_(entries), lengths_(lengths), mask_(mask) {}

  const MemberEntry* entries_;
  std::uint64_t lengths_;
  std::size_t mask_;
};

inline SelectorTrie::Names SelectorTrie::names(Node node) const {
  const Members& members = nodes_[node].members;
  return {entries_.data() + members.first, members.lengths, members.mask};
}

inline SelectorTrie::Found SelectorTrie::member(Node node, std::string_view name,
                                                std::size_t readable) const {
  return names(node).find(name, readable);
}

}  // namespace tocsin
