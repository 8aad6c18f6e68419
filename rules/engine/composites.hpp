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
#include "rules/engine/alarm_books.hpp"
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
  // Of an alarm with keys: those that went to ALARM ahead of its clock, and when. What they are now
  // they know themselves, so that a restart finds the same.
  std::map<std::string, Instant> ahead;
  // Of a metric alarm: the composites in whose timelines it is, and where in these.
  std::vector<std::pair<std::size_t, std::size_t>> above;
};

// A transition of a child, as its parents tell it on.
struct ChildChange {
  AlarmBook* child = nullptr;
  AlarmState to = AlarmState::ok;
  Instant at, decided_at;
  Instant holds_from;               // event time from which it does: `at`, or just behind it
  bool by_event = false;            // the event that was read then decided it
  std::optional<AlarmState> whole;  // of the child at that time, once that is put off
  bool late = false;
  std::uint64_t events_total = 0;
  std::vector<Evidence> events;
};

class Composites {
 public:
  // Sets the role of every alarm that has one. The books stay where they are until clear().
  void build(const AlarmBooks& books);
  void clear(const AlarmBooks& books);

  // A child, or one of its keys, has changed its state; what that means for the child as a whole is
  // seen by evaluate().
  void changed(AlarmBook& child, const Transition& transition, Instant holds_from, bool by_event);
  // What `child` is as a whole may have changed without any of its keys having: one that said so is
  // gone, or has no data any more.
  void settled(AlarmBook& child, Instant at, Instant decided_at);
  // A composite is to be evaluated whatever has changed. `anew`: its rule has.
  void want(AlarmBook& composite, Instant at, bool anew);
  bool is_due() const { return !pending_.empty() || !changes_.empty(); }

  // In replay the watermark is one event behind: an event of an hour later is judged before the end
  // of an ALARM that it is not to be seen with. So what has changed is put off until its time has
  // come, and taken up in order of time.
  void put_off();
  // When the earliest of it holds from; kNever: there is none.
  Instant next_put_off() const { return put_off_.empty() ? kNever : put_off_.front().holds_from; }
  void take_put_off();
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
  // Not in replay: each has a timeline from now on, begun anew where a rule has changed.
  void begin_timelines();
  // Watermarks were set back: keys that are in ALARM may be so ahead of their clocks now.
  void clock_set_back();
  // Places of those whose timelines may have something to judge or to tell.
  std::set<std::size_t>& waiting() { return waiting_; }
  // Places of those whose timelines have changed since the last call.
  std::set<std::size_t> take_noted() { return std::exchange(noted_, {}); }
  // All that have a suppressor.
  const std::vector<CompositeNode*>& suppressed() const { return suppressed_; }
  // The transitions since the last forget() that brought `child` where it is.
  std::vector<const ChildChange*> changes_of(const AlarmBook& child) const;
  void forget() { changes_.clear(); }

  const std::vector<CompositeNode>& nodes() const { return nodes_; }
  static AlarmState state_of(const CompositeNode& node, std::string_view child);

 private:
  static AlarmState whole_at(const ChildChange& change);
  void see(AlarmBook& child, AlarmState state);
  void note_changes();
  static void find_ahead(const AlarmBook& leaf);
  void note(const AlarmBook& leaf, CompositeTimeline::Change change);
  AlarmState known(const AlarmBook& child) const;
  Decision judge(CompositeNode& node);

  std::vector<CompositeNode> nodes_;  // in order of evaluation, the frozen ones last
  std::map<AlarmBook*, CompositeRole> roles_;
  std::vector<CompositeNode*> suppressed_;
  std::set<std::size_t> pending_;          // places
  std::set<std::size_t> waiting_, noted_;  // likewise
  std::vector<ChildChange> changes_;
  std::vector<ChildChange> put_off_;  // in order of time, periods that end before events
};

}  // namespace tocsin
