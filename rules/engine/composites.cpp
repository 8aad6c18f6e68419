// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/composites.hpp"

#include <algorithm>
#include <utility>

#include "rules/alarm/composite_cycles.hpp"
#include "rules/alarm/composite_rule.hpp"

namespace tocsin {

void Composites::build(const Books& books) {
  CompositeChildren children;
  for (const auto& [name, book] : books)
    if (book->is_composite()) children[name] = book->spec->composite->children;
  if (children.empty()) return;
  std::vector<std::string> order = evaluation_order(children);
  const std::size_t sound = order.size();
  const std::set<std::string_view> ordered(order.begin(), order.end());
  for (const auto& [name, names] : children)
    if (!ordered.contains(name)) order.push_back(name);
  nodes_.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    CompositeNode& node = nodes_[i];
    node.book = books.at(order[i]).get();
    node.frozen = i >= sound;
    roles_[node.book].place = i;
    for (const std::string& name : node.book->spec->composite->children) {
      const auto child = books.find(name);
      node.frozen = node.frozen || child == books.end();
      if (child == books.end()) continue;
      node.children.push_back(child->second.get());
      roles_[child->second.get()].parents.push_back(i);
    }
    const auto& by = node.book->spec->composite->suppressor;
    const auto suppressor = by ? books.find(by->alarm) : books.end();
    if (suppressor == books.end()) continue;
    node.suppressor = suppressor->second.get();
    roles_[node.suppressor].suppresses.push_back(i);
    suppressed_.push_back(&node);
  }
  for (auto& [book, role] : roles_) {
    role.all = this;
    role.seen = book->overall();
    book->role = &role;
  }
}

void Composites::clear(const Books& books) {
  for (const auto& [name, book] : books) book->role = nullptr;
  *this = {};
}

void Composites::changed(AlarmBook& child, const Transition& t) {
  changes_.push_back({&child, t.to, t.at, t.decided_at, t.late, t.events_total, t.events});
}

void Composites::settled(AlarmBook& child, Instant at, Instant decided_at) {
  const AlarmState now = child.overall();
  if (now == child.role->seen || !changes_of(child).empty()) return;
  ChildChange& change = changes_.emplace_back();
  change.child = &child;
  change.to = now;
  change.at = at;
  change.decided_at = decided_at;
}

KeyEntry* CompositeNode::entry() const {
  return book->keys().empty() ? nullptr : &book->keys().front();
}

void Composites::want(AlarmBook& composite, Instant at, bool anew) {
  const std::size_t place = *composite.role->place;
  nodes_[place].wanted = at;
  nodes_[place].anew = nodes_[place].anew || anew;
  pending_.insert(place);
}

void Composites::see(AlarmBook& child) {
  CompositeRole& role = *child.role;
  const AlarmState now = child.overall();
  if (std::exchange(role.seen, now) == now) return;
  for (const std::size_t place : role.parents) {
    nodes_[place].changed.push_back(&child);
    pending_.insert(place);
  }
  for (const std::size_t place : role.suppresses) nodes_[place].suppressor_changed = true;
}

std::vector<CompositeNode*> Composites::take_suppressed() {
  std::vector<CompositeNode*> out;
  for (CompositeNode* node : suppressed_)
    if (std::exchange(node->suppressor_changed, false)) out.push_back(node);
  return out;
}

std::vector<Composites::Decision> Composites::evaluate() {
  for (const ChildChange& change : changes_) see(*change.child);
  std::vector<Decision> decisions;
  while (!pending_.empty()) {
    CompositeNode& node = nodes_[*pending_.begin()];
    pending_.erase(pending_.begin());
    if (node.frozen || node.entry() == nullptr) continue;
    decisions.push_back(judge(node));
    see(*node.book);
  }
  return decisions;
}

Composites::Decision Composites::judge(CompositeNode& node) {
  KeyEntry& entry = *node.entry();
  Decision decision{&node, &entry, entry.state(), std::exchange(node.changed, {}),
                    std::exchange(node.wanted, std::nullopt)};
  entry.composite->judge(
      tocsin::evaluate(*node.book->spec->composite->tree,
                       [&](std::string_view child) { return state_of(node, child); }));
  const bool rule_changed = std::exchange(node.anew, false);
  if (entry.overlay && (rule_changed || !decision.changed.empty()))
    entry.overlay = std::make_unique<StateOverlay>();  // says nothing, and takes its row away
  node.book->settle(entry);
  return decision;
}

std::vector<const ChildChange*> Composites::changes_of(const AlarmBook& child) const {
  std::vector<const ChildChange*> out;
  for (const ChildChange& change : changes_)
    if (change.child == &child && change.to == child.overall()) out.push_back(&change);
  return out;
}

AlarmState Composites::state_of(const CompositeNode& node, std::string_view child) {
  const std::vector<std::string>& names = node.book->spec->composite->children;
  const auto at = std::lower_bound(names.begin(), names.end(), child);
  return node.children[static_cast<std::size_t>(at - names.begin())]->overall();
}

}  // namespace tocsin
