// SPDX-License-Identifier: Apache-2.0
// Composite alarms: what was never shown because the alarms that they follow from are not known in
// order of time is told late. docs/decisions/0012.
#include <algorithm>

#include "rules/alarm/composite_rule.hpp"
#include "rules/engine/state.hpp"

namespace tocsin {
namespace {

using States = CompositeTimeline::States;

// The metric alarms under `node`, by name. true: a rule on the way has changed.
bool collect_leaves(const CompositeNode& node, const std::vector<CompositeNode>& nodes,
                    std::map<std::string, AlarmBook*>& leaves, std::set<const AlarmBook*>& seen) {
  bool anew = node.anew;
  for (AlarmBook* child : node.children) {
    if (!seen.insert(child).second) continue;
    if (!child->is_composite())
      leaves[child->spec->name] = child;
    else
      anew = collect_leaves(nodes[*child->role->place], nodes, leaves, seen) || anew;
  }
  return anew;
}

// A composite and those below it on given states of the metric alarms under it.
struct Past {
  const std::vector<CompositeNode>& nodes;
  const std::vector<std::string>& leaves;
  const States& states;

  AlarmState of(const AlarmBook& book) const {
    if (book.is_composite()) return of(nodes[*book.role->place]);
    return states[static_cast<std::size_t>(
        std::lower_bound(leaves.begin(), leaves.end(), book.spec->name) - leaves.begin())];
  }
  AlarmState of(const CompositeNode& node) const {
    return evaluate(*node.book->spec->composite->tree, of_child(node));
  }
  std::function<AlarmState(std::string_view)> of_child(const CompositeNode& node) const {
    return [this, &node](std::string_view name) { return of(child(node, name)); };
  }
  static const AlarmBook& child(const CompositeNode& node, std::string_view name) {
    const std::vector<std::string>& names = node.book->spec->composite->children;
    const auto at = std::lower_bound(names.begin(), names.end(), name);
    return *node.children[static_cast<std::size_t>(at - names.begin())];
  }
};

// `changed`: the metric alarm whose change it was.
std::vector<ChildState> children_of(const CompositeNode& node, const Past& past,
                                    const std::string& changed, Instant decided_at) {
  const std::vector<std::string> deciding =
      deciding_children(*node.book->spec->composite->tree, past.of_child(node));
  std::vector<ChildState> out;
  for (const AlarmBook* book : node.children) {
    ChildState& child = out.emplace_back();
    child.alarm = book->spec->name;
    child.state = past.of(*book);
    child.decides = std::binary_search(deciding.begin(), deciding.end(), child.alarm);
    std::map<std::string, AlarmBook*> below;
    std::set<const AlarmBook*> seen;
    if (book->is_composite())
      collect_leaves(past.nodes[*book->role->place], past.nodes, below, seen);
    if (child.alarm == changed || below.contains(changed)) child.changed_at = decided_at;
  }
  return out;
}

}  // namespace

// As it was before the restart or the change of rules, or is now that the clock was set back.
void Composites::find_ahead(const AlarmBook& leaf) {
  leaf.role->ahead.clear();
  if (leaf.spec->group_by.empty()) return;
  for (const auto& [id, key] : leaf.keys())
    if (key->state() == AlarmState::alarm && key->since().value_or(kNoTime) > leaf.clock->watermark)
      leaf.role->ahead[id] = *key->since();
}

void Composites::clock_set_back() {
  for (auto& [book, role] : roles_)
    if (!role.above.empty()) find_ahead(*book);
}

void Composites::begin_timelines() {
  waiting_.clear();
  for (auto& [book, role] : roles_) role.above.clear();
  for (CompositeNode& node : nodes_) {
    KeyEntry* entry = node.entry();
    if (entry == nullptr) continue;
    const EventClock* clock = node.book->clock;
    std::map<std::string, AlarmBook*> leaves;
    std::set<const AlarmBook*> seen;
    const bool sound = !node.frozen && clock != nullptr && !clock->groups.empty();
    const bool anew = sound && collect_leaves(node, nodes_, leaves, seen);
    if (leaves.empty()) {
      entry->composite()->use_timeline(std::nullopt);
      continue;
    }
    const std::size_t place = *node.book->role->place;
    waiting_.insert(place);
    std::vector<std::string> names;
    States states;
    for (const auto& [name, leaf] : leaves) {
      if (roles_.at(leaf).above.empty()) find_ahead(*leaf);
      roles_.at(leaf).above.push_back({place, names.size()});
      names.push_back(name);
      states.push_back(leaf->role->seen);
    }
    const CompositeTimeline* known = entry->composite()->timeline();
    if (known != nullptr && known->children() == names && !anew) continue;
    entry->composite()->use_timeline(
        CompositeTimeline(std::move(names), std::move(states), entry->state()));
    noted_.insert(place);
  }
}

void Composites::note(const AlarmBook& leaf, CompositeTimeline::Change change) {
  for (const auto& [place, child] : leaf.role->above) {
    change.child = child;
    nodes_[place].entry()->composite()->timeline()->child_is(change);
    noted_.insert(place);
    waiting_.insert(place);
  }
}

void Engine::State::run_timelines(Recorder& to) {
  bool told = false;
  for (auto at = composites.waiting().begin(); at != composites.waiting().end();) {
    const CompositeNode& node = composites.nodes()[*at];
    KeyEntry& entry = *node.entry();
    CompositeTimeline& timeline = *entry.composite()->timeline();
    if (timeline.is_due(node.book->clock->watermark)) {
      timeline.advance(node.book->clock->watermark, [&](const States& states) {
        return Past{composites.nodes(), timeline.children(), states}.of(node) == AlarmState::alarm;
      });
      settle(entry);
    }
    const bool is_judged = !entry.overlay || entry.overlay->is_plain();
    if (timeline.has_untold() && entry.state() == AlarmState::ok && is_judged) {
      for (const CompositeTimeline::Episode& episode : timeline.take_untold())
        tell_missed(node, entry, episode, to);
      settle(entry);
      told = true;
    }
    at = timeline.is_idle() ? composites.waiting().erase(at) : std::next(at);
  }
  if (told) run_composites(to);
}

// ALARM and OK at once, of a time that is over.
void Engine::State::tell_missed(const CompositeNode& node, KeyEntry& entry,
                                const CompositeTimeline::Episode& episode, Recorder& to) {
  const std::vector<std::string>& leaves = entry.composite()->timeline()->children();
  for (const bool begins : {true, false}) {
    const CompositeTimeline::Change& cause = begins ? episode.begin : episode.end;
    const Past past{composites.nodes(), leaves, begins ? episode.during : episode.after};
    CompositeChange change;
    change.from = begins ? AlarmState::ok : AlarmState::alarm;
    change.to = begins ? AlarmState::alarm : AlarmState::ok;
    change.at = cause.at;
    change.late = change.own_time = true;
    change.children = children_of(node, past, leaves[cause.child], cause.decided_at);
    change.events = events_of(node, leaves, episode);
    change.events_total = change.events.size();
    entry.composite()->judge(change.to);
    change.hold = suppress(entry, change.to, to.now());
    to.composite_changed(entry, std::move(change));
  }
}

}  // namespace tocsin
