// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/selector_trie.hpp"

#include <algorithm>
#include <bit>

namespace tocsin {
namespace {

bool is_written_so(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
  });
}

// Where `key` stands or would stand among pairs sorted by their first half.
template <class Pairs, class Key>
auto place_of(Pairs& pairs, const Key& key) {
  return std::lower_bound(pairs.begin(), pairs.end(), key,
                          [](const auto& pair, const Key& wanted) { return pair.first < wanted; });
}

}  // namespace

std::uint32_t SelectorTrie::add(const ast::Selector& selector) {
  Node node = kRoot;
  for (const ast::Segment& segment : selector.segments) node = child(node, segment);
  if (nodes_[node].slot == kNone) nodes_[node].slot = static_cast<std::uint32_t>(slots_++);
  return nodes_[node].slot;
}

SelectorTrie::Node SelectorTrie::add_node() {
  nodes_.emplace_back();
  return static_cast<Node>(nodes_.size() - 1);
}

SelectorTrie::Node SelectorTrie::child(Node node, const ast::Segment& segment) {
  const auto find_or_add = [&](auto NodeData::*children, const auto& key) {
    auto at = place_of(nodes_[node].*children, key);
    if (at != (nodes_[node].*children).end() && at->first == key) return at->second;
    const auto offset = at - (nodes_[node].*children).begin();
    const Node added = add_node();
    auto& pairs = nodes_[node].*children;
    pairs.insert(pairs.begin() + offset, {key, added});
    return added;
  };
  return std::visit(
      Overloaded{
          [&](const ast::Member& member) { return find_or_add(&NodeData::names, member.name); },
          [&](const ast::Element& e) { return find_or_add(&NodeData::elements, e.index); },
          [&](const ast::EveryChild&) {
            if (nodes_[node].every == kNone) {
              const Node added = add_node();
              nodes_[node].every = added;
            }
            return nodes_[node].every;
          },
      },
      segment);
}

void SelectorTrie::seal() {
  for (NodeData& node : nodes_) seal(node);
}

void SelectorTrie::seal(NodeData& node) {
  node.enters_objects = node.every != kNone || !node.names.empty();
  node.enters_arrays = node.every != kNone || !node.elements.empty();
  if (node.names.empty()) return;
  const std::size_t size = std::bit_ceil(node.names.size() * 2);
  node.members.first = entries_.size();
  node.members.mask = size - 1;
  entries_.resize(entries_.size() + size);
  for (const auto& [name, child] : node.names) {
    node.members.lengths |= std::uint64_t{1} << length_bit(name.size());
    const std::uint64_t begin = first_bytes(name, name.size());
    std::size_t i = hash(begin, name.size());
    while (entries_[node.members.first + (i & node.members.mask)].node != kNone) ++i;
    const std::uint64_t end = name.size() > 8 ? load_word(name.data() + name.size() - 8) : 0;
    entries_[node.members.first + (i & node.members.mask)] = {begin, end, name, child,
                                                              is_written_so(name)};
  }
}

SelectorTrie::Node SelectorTrie::element(Node node, std::size_t index) const {
  const auto& pairs = nodes_[node].elements;
  const auto at = place_of(pairs, index);
  return at != pairs.end() && at->first == index ? at->second : kNone;
}

std::size_t SelectorTrie::elements(Node node) const {
  const auto& pairs = nodes_[node].elements;
  return pairs.empty() ? 0 : pairs.back().first + 1;
}

}  // namespace tocsin
