// SPDX-License-Identifier: Apache-2.0
// Suppressors of composite alarms, by the wall clock: spec/alarms.md section 9.4. What waits lies
// with the ActionDesk; when it may run is decided here.
#include "rules/engine/state.hpp"

namespace tocsin {

// What is the matter with actions that wait has changed: they run, or somebody else holds them.
void Engine::State::act_on(KeyEntry& entry, bool due, Recorder& to) {
  const ActionName name{entry.book->spec->name, entry.id()};
  if (due)
    desk.release(name, to);
  else if (const auto hold = entry.composite()->hold(to.now()))
    desk.suppressed(name, *hold);
  settle(entry);
}

// The suppressor of the rules, as it is now.
void Engine::State::use_suppressor(const CompositeNode& node, KeyEntry& entry, Recorder& to) {
  const AlarmState its_state =
      node.suppressor == nullptr ? AlarmState::ok : node.suppressor->role->seen;
  const auto& by = node.book->spec->composite->suppressor;
  const auto held_before = entry.composite()->hold(to.now());
  const bool due = entry.composite()->use_suppressor(by, its_state, to.now());
  if (due || held_before)
    act_on(entry, due, to);
  else
    settle(entry);  // its row says whether it has a suppressor, and in which state
}

std::optional<ActionHold> Engine::State::suppress(KeyEntry& entry, AlarmState state, Instant now) {
  ActionSuppression* suppression = entry.composite()->suppression();
  if (suppression == nullptr) return std::nullopt;
  suppression->composite_is(state, now);
  // That it was created and is OK is no news that anybody waits for.
  if (!entry.told && state == AlarmState::ok) suppression->drop();
  return entry.composite()->hold(now);
}

void Engine::State::bind_suppressors(Recorder& to) {
  for (const CompositeNode& node : composites.nodes())
    if (KeyEntry* entry = node.entry()) use_suppressor(node, *entry, to);
}

void Engine::State::run_suppressors(Recorder& to) {
  for (CompositeNode* node : composites.suppressed()) {
    KeyEntry* entry = node->entry();
    if (entry == nullptr || entry->composite()->suppression() == nullptr) continue;
    const bool due = !entry->composite()->suppression()->advance(to.now()).empty();
    if (due) act_on(*entry, due, to);
  }
}

Instant Engine::State::next_suppressor() const {
  Instant least = kNever;
  for (const CompositeNode* node : composites.suppressed())
    if (const KeyEntry* entry = node->entry();
        entry != nullptr && entry->composite()->suppression())
      least = std::min(least, entry->composite()->suppression()->deadline().value_or(kNever));
  return least;
}

void Engine::State::set_back_suppressors(Duration by) {
  for (CompositeNode* node : composites.suppressed()) {
    KeyEntry* entry = node->entry();
    if (entry == nullptr || entry->composite()->suppression() == nullptr) continue;
    entry->composite()->suppression()->clock_set_back(by);
    settle(*entry);
  }
}

}  // namespace tocsin
