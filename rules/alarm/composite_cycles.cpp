// SPDX-License-Identifier: Apache-2.0
// Tarjan's strongly connected components with the stack of calls as a vector: chains of composites
// may be long.
#include "rules/alarm/composite_cycles.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <queue>
#include <string_view>

namespace tocsin {
namespace {

class CycleFinder {
 public:
  explicit CycleFinder(const CompositeChildren& composites);
  std::vector<std::string> members();

 private:
  struct Node {
    const std::string* name = nullptr;
    std::vector<std::size_t> children;  // composites only
    std::size_t order = 0;              // in which it was found, from 1; 0: not yet
    std::size_t lowest = 0;  // the earliest node that is known to be reached and still open
    std::size_t next_child = 0;
    bool open = false;
    bool in_cycle = false;
  };

  void visit(std::size_t root);
  void enter(std::size_t node);
  bool descend(std::size_t node);
  void leave(std::size_t node);

  std::vector<Node> nodes_;
  std::vector<std::size_t> path_, open_;
  std::size_t found_ = 0;
};

CycleFinder::CycleFinder(const CompositeChildren& composites) {
  std::map<std::string_view, std::size_t> index;
  for (const auto& [name, children] : composites) {
    index.emplace(name, nodes_.size());
    nodes_.emplace_back().name = &name;
  }
  for (std::size_t i = 0; Node & node : nodes_) {
    for (const std::string& child : composites.find(*node.name)->second) {
      const auto at = index.find(child);
      if (at == index.end()) continue;
      node.children.push_back(at->second);
      node.in_cycle |= at->second == i;
    }
    ++i;
  }
}

void CycleFinder::enter(std::size_t node) {
  nodes_[node].order = nodes_[node].lowest = ++found_;
  nodes_[node].open = true;
  open_.push_back(node);
  path_.push_back(node);
}

// Goes to the next child that was not seen yet; false if there is none.
bool CycleFinder::descend(std::size_t at) {
  Node& node = nodes_[at];
  while (node.next_child < node.children.size()) {
    const Node& child = nodes_[node.children[node.next_child]];
    if (child.order == 0) {
      enter(node.children[node.next_child]);
      return true;
    }
    if (child.open) node.lowest = std::min(node.lowest, child.lowest);
    ++node.next_child;
  }
  return false;
}

// All behind `at` is known. If nothing before it is reached, what is open from it on is one
// component.
void CycleFinder::leave(std::size_t at) {
  path_.pop_back();
  if (nodes_[at].lowest != nodes_[at].order) return;
  const bool several = open_.back() != at;
  while (nodes_[at].open) {
    Node& member = nodes_[open_.back()];
    open_.pop_back();
    member.open = false;
    member.in_cycle |= several;
  }
}

void CycleFinder::visit(std::size_t root) {
  enter(root);
  while (!path_.empty()) {
    const std::size_t at = path_.back();
    if (!descend(at)) leave(at);
  }
}

std::vector<std::string> CycleFinder::members() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].order == 0) visit(i);
  std::vector<std::string> names;
  for (const Node& node : nodes_)
    if (node.in_cycle) names.push_back(*node.name);
  return names;
}

}  // namespace

std::vector<std::string> find_cycle_members(const CompositeChildren& composites) {
  return CycleFinder(composites).members();
}

std::vector<std::string> cycle_through(const CompositeChildren& composites,
                                       const std::string& member) {
  std::map<std::string_view, std::string_view> reached_from;
  std::deque<std::string_view> next{member};
  while (!next.empty() && !reached_from.contains(member)) {
    const std::string_view at = next.front();
    next.pop_front();
    const auto entry = composites.find(at);
    if (entry == composites.end()) continue;
    for (const std::string& child : entry->second)
      if (composites.contains(child) && reached_from.emplace(child, at).second)
        next.push_back(child);
  }
  if (!reached_from.contains(member)) return {};
  std::vector<std::string> path{member};
  for (std::string_view at = reached_from.at(member); at != member; at = reached_from.at(at))
    path.emplace_back(at);
  path.push_back(member);
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<std::string> evaluation_order(const CompositeChildren& composites) {
  std::map<std::string_view, std::vector<std::string_view>> parents;
  std::map<std::string_view, std::size_t> open_children;
  std::priority_queue<std::string_view, std::vector<std::string_view>, std::greater<>> ready;
  for (const auto& [name, children] : composites) {
    std::size_t open = 0;
    for (const std::string& child : children) {
      if (!composites.contains(child)) continue;
      parents[child].push_back(name);
      ++open;
    }
    open_children[name] = open;
    if (open == 0) ready.push(name);
  }
  std::vector<std::string> order;
  while (!ready.empty()) {
    const std::string_view at = ready.top();
    ready.pop();
    order.emplace_back(at);
    for (const std::string_view parent : parents[at])
      if (--open_children[parent] == 0) ready.push(parent);
  }
  return order;
}

}  // namespace tocsin
