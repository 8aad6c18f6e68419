// SPDX-License-Identifier: Apache-2.0
// Which alarms composite alarms follow from, and what has changed for them since they were last
// evaluated. spec/alarms.md section 9. What is done about it: engine/composite_step.cpp.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/engine/alarm_book.hpp"
#include "tocsin/alarm_state.hpp"

namespace tocsin {

class Composites;

// A composite alarm among its children.
struct CompositeNode {
  AlarmBook* book = nullptr;
  std::vector<AlarmBook*> children;  // as spec.composite->children
  bool frozen = false;               // it is in a cycle or leads to one, and is never evaluated
  AlarmBook* suppressor = nullptr;
  // Since the last evaluation:
  std::vector<AlarmBook*> changed;  // children
  std::optional<Instant> wanted;    // to be evaluated whatever has changed, at this instant
  bool anew = false;                // its rule has changed
  bool suppressor_changed = false;

  KeyEntry* entry() const;  // nullptr: not made yet
};

// What an alarm is to composite alarms; AlarmBook::role.
struct CompositeRole {
  Composites* all = nullptr;
  std::vector<std::size_t> parents;                 // places in the order of evaluation
  std::vector<std::size_t> suppresses;              // likewise
  std::optional<std::size_t> place;                 // its own, of a composite alarm
  AlarmState seen = AlarmState::insufficient_data;  // as its parents were evaluated with
};

// A transition of a child, as its parents tell it on.
struct ChildChange {
  AlarmBook* child = nullptr;
  AlarmState to = AlarmState::ok;
  Instant at, decided_at;
  bool late = false;
  std::uint64_t events_total = 0;
  std::vector<Evidence> events;
};

class Composites {
 public:
  using Books = std::map<std::string, std::unique_ptr<AlarmBook>>;

  // Sets the role of every alarm that has one. The books stay where they are until clear().
  void build(const Books& books);
  void clear(const Books& books);

  // A child, or one of its keys, has changed its state; what that means for the child as a whole is
  // seen by evaluate().
  void changed(AlarmBook& child, const Transition& transition);
  // What `child` is as a whole may have changed without any of its keys having: one that said so is
  // gone, or has no data any more.
  void settled(AlarmBook& child, Instant at, Instant decided_at);
  // A composite is to be evaluated whatever has changed. `anew`: its rule has.
  void want(AlarmBook& composite, Instant at, bool anew);
  bool is_due() const { return !pending_.empty() || !changes_.empty(); }

  // A composite that was evaluated. Its machine is in its new state, which may be the old one.
  struct Decision {
    const CompositeNode* node = nullptr;
    KeyEntry* entry = nullptr;
    AlarmState from = AlarmState::ok;
    std::vector<AlarmBook*> changed;  // children
    std::optional<Instant> wanted;
  };
  // Evaluates all that is due, children before parents. What a person had set ends where a child
  // or the rule has changed.
  std::vector<Decision> evaluate();
  // Composites whose suppressor has changed its state since the last call.
  std::vector<CompositeNode*> take_suppressed();
  // All that have a suppressor.
  const std::vector<CompositeNode*>& suppressed() const { return suppressed_; }
  // The transitions since the last forget() that brought `child` where it is.
  std::vector<const ChildChange*> changes_of(const AlarmBook& child) const;
  void forget() { changes_.clear(); }

  const std::vector<CompositeNode>& nodes() const { return nodes_; }
  static AlarmState state_of(const CompositeNode& node, std::string_view child);

 private:
  void see(AlarmBook& child);
  Decision judge(CompositeNode& node);

  std::vector<CompositeNode> nodes_;  // in order of evaluation, the frozen ones last
  std::map<AlarmBook*, CompositeRole> roles_;
  std::vector<CompositeNode*> suppressed_;
  std::set<std::size_t> pending_;  // places
  std::vector<ChildChange> changes_;
};

}  // namespace tocsin
