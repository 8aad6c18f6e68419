// SPDX-License-Identifier: Apache-2.0
// Composite alarms after the alarms that they follow from: one step for all that was decided by one
// event, or fell due at one instant, so that no state in between is ever seen.
#include <algorithm>

#include "rules/alarm/composite_rule.hpp"
#include "rules/engine/state.hpp"

namespace tocsin {
namespace {

using Events = std::vector<Evidence>;

// What the children have to tell, the events of each one together.
struct Told {
  std::vector<Events> by_child;
  std::uint64_t total = 0;

  void add(Events events, std::uint64_t events_total) {
    total += events_total;
    if (!events.empty()) by_child.push_back(std::move(events));
  }
};

// What keys of an alarm hold up to `until`, the newest first.
void add_keys(std::vector<KeyEntry*> keys, Instant until, Told& told) {
  const auto shown = keys.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(
                                        keys.size(), KeyEvidence::kMaxEvents));
  std::partial_sort(keys.begin(), shown, keys.end(), [](const KeyEntry* a, const KeyEntry* b) {
    return a->evidence.newest() > b->evidence.newest();
  });
  for (auto e = keys.begin(); e != keys.end(); ++e)
    told.add(e < shown ? (*e)->evidence.events((*e)->book->spec->evidence, false, until) : Events{},
             (*e)->events_total);
}

// Of an alarm that has been in ALARM for some time: what its keys in ALARM hold up to `until`.
void add_standing(const AlarmBook& book, Instant until, std::set<const AlarmBook*>& seen,
                  const std::vector<CompositeNode>& nodes, Told& told) {
  if (!seen.insert(&book).second || book.overall() != AlarmState::alarm) return;
  if (book.is_composite()) {
    const CompositeNode& node = nodes[*book.role->place];
    for (const AlarmBook* child : node.children) add_standing(*child, until, seen, nodes, told);
    return;
  }
  std::vector<KeyEntry*> red;
  for (const auto& [id, entry] : book.keys())
    if (entry->state() == AlarmState::alarm) red.push_back(entry.get());
  add_keys(std::move(red), until, told);
}

bool is_same(const Evidence& a, const Evidence& b) {
  return a.time == b.time && a.source == b.source && a.position == b.position;
}

// At most `most`, in order of time: the newest of each child, then the second newest of each...
Events fair_share(std::vector<Events> by_child, std::size_t most) {
  Events out;
  for (bool more = true; more && out.size() < most;) {
    more = false;
    for (Events& events : by_child) {
      if (events.empty() || out.size() >= most) continue;
      more = true;
      const bool known = std::any_of(out.begin(), out.end(),
                                     [&](const Evidence& e) { return is_same(e, events.back()); });
      if (!known) out.push_back(std::move(events.back()));
      events.pop_back();
    }
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Evidence& a, const Evidence& b) { return a.time < b.time; });
  return out;
}

bool contains(const std::vector<AlarmBook*>& books, const AlarmBook* book) {
  return std::find(books.begin(), books.end(), book) != books.end();
}

}  // namespace

// In replay an event may have been read that is later than what is judged.
Instant Engine::State::known_until() const { return options.replay ? wall : kNever; }

CompositeChange Engine::State::describe(const Composites::Decision& decision) const {
  const CompositeNode& node = *decision.node;
  CompositeChange change;
  change.from = decision.from;
  change.to = decision.entry->state();
  change.at = decision.wanted.value_or(kNoTime);
  const std::vector<std::string> deciding =
      deciding_children(*node.book->spec->composite->tree,
                        [&](std::string_view child) { return Composites::state_of(node, child); });
  Told told;
  std::set<const AlarmBook*> seen;
  for (AlarmBook* child : node.children) {
    ChildState& shown = change.children.emplace_back();
    shown.alarm = child->spec->name;
    shown.state = child->role->seen;
    shown.decides = std::binary_search(deciding.begin(), deciding.end(), shown.alarm);
    if (contains(decision.changed, child)) {
      for (const ChildChange* c : composites.changes_of(*child)) {
        change.at = std::max(change.at, c->at);
        change.own_time = change.to == AlarmState::alarm;
        change.late = change.late || c->late;
        shown.changed_at = std::max(shown.changed_at.value_or(kNoTime), c->decided_at);
        told.add(c->events, c->events_total);
      }
    } else if (shown.decides && change.to == AlarmState::alarm) {
      add_standing(*child, known_until(), seen, composites.nodes(), told);
    }
  }
  const auto most = static_cast<std::size_t>(std::max(node.book->spec->evidence.events, 0));
  change.events = fair_share(std::move(told.by_child), most);
  change.events_total = told.total;
  return change;
}

void Engine::State::run_composites(Recorder& to) {
  if (options.replay) {
    composites.put_off();
    if (composites.next_put_off() != kNever)
      catch_up_composites(kNever, clock_for({}).watermark, to);
  }
  if (composites.is_due()) step_composites(to);
  for (const std::size_t place : composites.take_noted())
    settle(*composites.nodes()[place].entry());
}

// Replay: what was put off and holds before `next`, at most up to `w`.
void Engine::State::catch_up_composites(Instant next, Instant w, Recorder& to) {
  while (composites.next_put_off() < next && composites.next_put_off() <= w) {
    run_wall(std::max(composites.next_put_off(), wall), to);
    composites.take_put_off();
    step_composites(to);
  }
}

void Engine::State::step_composites(Recorder& to) {
  const std::vector<Composites::Decision> decisions = composites.evaluate();
  // One step sees one snapshot: whoever suppresses is asked when all states are known.
  for (CompositeNode* node : composites.take_suppressed())
    if (KeyEntry* entry = node->entry()) use_suppressor(*node, *entry, to);
  for (const Composites::Decision& decision : decisions) {
    if (decision.entry->state() != decision.from) {
      CompositeChange change = describe(decision);
      change.hold = suppress(*decision.entry, change.to, to.now());
      to.composite_changed(*decision.entry, std::move(change));
    }
    settle(*decision.entry);
  }
  composites.forget();
}

std::vector<Evidence> Engine::State::events_of(KeyEntry& entry, Instant at) const {
  if (entry.composite() == nullptr)
    return entry.evidence.events(entry.book->spec->evidence, false, at);
  Told told;
  std::set<const AlarmBook*> seen;
  if (entry.book->role != nullptr)
    add_standing(*entry.book, known_until(), seen, composites.nodes(), told);
  const int most = std::max(entry.book->spec->evidence.events, 0);
  return fair_share(std::move(told.by_child), static_cast<std::size_t>(most));
}

std::vector<Evidence> Engine::State::events_of(const CompositeNode& node,
                                               const std::vector<std::string>& leaves,
                                               const CompositeTimeline::Episode& episode) const {
  Told told;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (episode.during[i] != AlarmState::alarm) continue;
    std::vector<KeyEntry*> keys;
    for (const auto& [id, entry] : books.at(leaves[i]).keys()) keys.push_back(entry.get());
    add_keys(std::move(keys), episode.end.at, told);
  }
  const int most = std::max(node.book->spec->evidence.events, 0);
  return fair_share(std::move(told.by_child), static_cast<std::size_t>(most));
}

std::set<std::string> Engine::State::groups_under(const Composite& composite) const {
  std::set<std::string> out;
  std::set<std::string> seen;
  std::vector<std::string> open = composite.children;
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    const AlarmBook* const book = books.find(name);
    if (book == nullptr || !seen.insert(name).second) continue;
    const Alarm& alarm = *book->spec;
    if (alarm.composite)
      open.insert(open.end(), alarm.composite->children.begin(), alarm.composite->children.end());
    else
      out.merge(groups_of(alarm));
  }
  // A rule of constants goes by all clocks.
  if (composite.children.empty())
    for (const auto& [name, group] : groups) out.insert(name);
  return out;
}

}  // namespace tocsin
