// SPDX-License-Identifier: Apache-2.0
// What becomes of an (alarm, key) whose state cannot be read at a start. Of what its rows held
// people know one thing, the state that they were told last, and the table of statuses has it: that
// stays until it is judged anew, which happens at once, so that whoever was told of an ALARM is
// told of its end.
#include <algorithm>
#include <utility>

#include "rules/alarm/reason.hpp"
#include "rules/engine/row_id.hpp"
#include "rules/engine/state.hpp"
#include "rules/message/names.hpp"

namespace tocsin {

// The streams know how far they were read: without it alarms would be judged on times that are
// over, and people told of them once more.
void Engine::State::regain_watermark(GroupState& group) const {
  group.watermark.restarted(wall);
  group.watermark.move(wall);
}

Engine::State::StatesTold Engine::State::states_told(const StateImage& image) {
  StatesTold told;
  for (const AlarmStatus& s : image.alarms) told[{s.alarm, canonical_key(s.key)}] = &s;
  return told;
}

// The row of the key itself.
void Engine::State::assume_told(const StateRow& row, const StatesTold& states) {
  const ActionName name = split_row_id(row.id);
  const auto known = states.find(name);
  if (known == states.end()) return;
  const AlarmStatus* const told = known->second;
  AlarmBook& book = books.at(name.first);
  if (book.whole && told->key.empty()) return;
  auto entry = std::make_unique<KeyEntry>();
  entry->book = &book;
  entry->set_key(told->key);
  entry->told = told->reason != kReasonCreated;
  if (entry->told) entry->changed_at = told->state_since;
  entry->set_last_sample(told->state_since);
  make_machine(book, *entry, told->state_since);
  Instant begun = told->state_since;
  if (ShortForm* form = entry->short_form()) {
    // A late ALARM lasts from the watermark on that it was decided at.
    const Instant w = watermark_of(clock_for(groups_of(*book.spec)));
    begun = std::max(begun, std::min(told->updated_at - book.short_spec->lateness, w));
    if (entry->told && told->state == AlarmState::ok) form->was_red_until(told->state_since);
  }
  entry->machine->assume(told->state, begun);
  mark_dirty(book.insert(std::move(entry)));
}

// The row that says how what is shown differs from what is judged.
void Engine::State::show_told(const StateRow& row, const StatesTold& states) {
  const ActionName name = split_row_id(row.id);
  KeyEntry& entry = *find_key(name);
  const auto known = states.find(name);
  if (known == states.end() || known->second->state == entry.state()) return;
  const AlarmStatus* const told = known->second;
  if (entry.composite() != nullptr) {
    entry.machine->assume(told->state, told->state_since);
  } else {
    const Instant w = watermark_of(clock_for(groups_of(*entry.book->spec)));
    entry.overlay = std::make_unique<StateOverlay>();
    entry.overlay->set(told->state, {}, std::max(w, told->state_since));
  }
  entry.book->settle(entry);
  mark_dirty(entry);
}

// When all else is as the rules say. It is told once where people look for it.
void Engine::State::judge_unreadable(const std::vector<StateRow>& rows, Recorder& to) {
  if (rows.empty()) return;
  std::map<std::string, std::set<std::string>> kinds;  // by alarm
  std::map<std::string, std::string> renamed;
  for (const Alarm& a : rules->alarms)
    if (!a.was.empty()) renamed[a.was] = a.name;
  for (const StateRow& row : rows) {
    ActionName name = split_row_id(row.id);
    const auto now = renamed.find(name.first);
    if (now != renamed.end() && !books.contains(name.first)) name.first = now->second;
    if (!books.contains(name.first)) continue;
    kinds[name.first].insert(row.kind);
    KeyEntry* entry = row.kind == "key" ? find_key(name) : nullptr;
    if (entry != nullptr) judge_anew(*entry, to);
  }
  for (const auto& [name, of] : kinds) {
    std::string list;
    for (const std::string& kind : of) list += (list.empty() ? "" : ", ") + kind;
    to.noted(*books.at(name).spec, {},
             "Stored state could not be read and begins anew (rows: " + list + ")");
  }
  run_composites(to);
}

void Engine::State::judge_anew(KeyEntry& entry, Recorder& to) {
  const Instant w = entry.book->clock_time();
  Changes changes;
  if (w != kNoTime) {
    if (entry.short_form() != nullptr) entry.short_form()->begin(w, changes);
    entry.machine->rejudge(w, changes);
  }
  record(entry, changes, to, false);
  if (entry.composite() == nullptr) return;
  const ActionName name{entry.book->spec->name, entry.id()};
  if (!desk.status_of(name, action_facts(*entry.book->spec)).waiting) return;
  // What its suppressor held, as if it had changed its state just now.
  const bool due = !suppress(entry, entry.state(), to.now());
  act_on(entry, due, to);
}

}  // namespace tocsin
