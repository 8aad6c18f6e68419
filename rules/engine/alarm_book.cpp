// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_book.hpp"

#include <algorithm>
#include <utility>

namespace tocsin {

bool is_before(const KeyEntry& a, const KeyEntry& b) {
  return std::tie(a.book->spec.name, a.id) < std::tie(b.book->spec.name, b.id);
}

AlarmState KeyEntry::state() const {
  return overlay ? overlay->over(machine->state()) : machine->state();
}

Instant KeyEntry::due() const {
  const Instant judged = machine->due();
  return overlay
             ? std::min(judged, overlay->due(book->spec.ok_after, judged_after(), machine->state()))
             : judged;
}

KeyEntry* AlarmBook::find(const std::string& id) const {
  const auto at = keys_.find(id);
  return at == keys_.end() ? nullptr : at->second.get();
}

AlarmStatus AlarmBook::status() const {
  if (whole) return *whole;
  if (!keys_.empty()) return keys_.begin()->second->status;
  AlarmStatus out;
  out.alarm = spec.name;
  if (is_short()) out.state = AlarmState::ok;
  return out;
}

AlarmBook::Contributors AlarmBook::contributors() const {
  return {in_state_[static_cast<std::size_t>(AlarmState::alarm)], keys_.size() - vanished_};
}

AlarmState AlarmBook::overall() const {
  const auto in = [&](AlarmState s) { return in_state_[static_cast<std::size_t>(s)]; };
  if (in(AlarmState::alarm) > 0) return AlarmState::alarm;
  const bool ok = in(AlarmState::ok) > vanished_ || (keys_.empty() && is_short());
  return ok ? AlarmState::ok : AlarmState::insufficient_data;
}

// `now` nothing: the key goes.
void AlarmBook::count(KeyEntry& e, std::optional<AlarmState> now) {
  if (e.counted) --in_state_[static_cast<std::size_t>(*e.counted)];
  if (now) ++in_state_[static_cast<std::size_t>(*now)];
  e.counted = now;
  const bool vanished = now && e.long_form != nullptr && e.long_form->has_vanished();
  vanished_ += vanished ? 1U : 0U;
  vanished_ -= std::exchange(e.counted_vanished, vanished) ? 1U : 0U;
}

KeyEntry& AlarmBook::insert(std::unique_ptr<KeyEntry> entry) {
  KeyEntry& e = *entry;
  e.book = this;
  keys_[e.id] = std::move(entry);
  settle(e);
  return e;
}

std::unique_ptr<KeyEntry> AlarmBook::take(const std::string& id) {
  const auto at = keys_.find(id);
  if (at == keys_.end()) return nullptr;
  std::unique_ptr<KeyEntry> e = std::move(at->second);
  keys_.erase(at);
  if (clock != nullptr) clock->due.erase({e->queued, order, e->id, nullptr});
  if (e->quiet_at) quiet_.erase({*e->quiet_at, e->id});
  count(*e, std::nullopt);
  cells_ -= e->cells;
  evidence_bytes_ -= e->evidence_bytes;
  return e;
}

KeyEntry* AlarmBook::oldest_quiet() const {
  if (quiet_.empty()) return nullptr;
  return find(std::string(quiet_.begin()->second));
}

void AlarmBook::settle(KeyEntry& e) {
  count(e, e.state());
  const bool quiet = e.state() != AlarmState::alarm;
  const auto place = quiet ? std::optional<Instant>(e.last_sample) : std::nullopt;
  if (place != e.quiet_at) {
    if (e.quiet_at) quiet_.erase({*e.quiet_at, e.id});
    if (place) quiet_.emplace(*place, e.id);
    e.quiet_at = place;
  }
  const std::size_t cells = e.short_form != nullptr ? e.short_form->samples().weight() : 0;
  cells_ += cells - std::exchange(e.cells, cells);
  const std::size_t bytes = e.evidence.bytes();
  evidence_bytes_ += bytes - std::exchange(e.evidence_bytes, bytes);
  if (clock == nullptr) return;
  const Instant due = e.due();
  if (due == e.queued) return;
  if (e.queued != kNever) clock->due.erase({e.queued, order, e.id, nullptr});
  if (due != kNever) clock->due.insert({due, order, e.id, &e});
  e.queued = due;
}

void AlarmBook::leave_clock() {
  if (clock == nullptr) return;
  for (const auto& [id, e] : keys_) {
    if (e->queued != kNever) clock->due.erase({e->queued, order, e->id, nullptr});
    e->queued = kNever;
  }
  clock = nullptr;
}

void AlarmBook::enter_clock(EventClock& to) {
  clock = &to;
  for (const auto& [id, e] : keys_) settle(*e);
}

void AlarmBook::bound_evidence() {
  if (evidence_bytes_ <= kMaxEvidenceBytes) return;
  std::vector<KeyEntry*> holders;
  for (const auto& [id, e] : keys_)
    if (e->evidence_bytes > 0) holders.push_back(e.get());
  std::sort(holders.begin(), holders.end(), [](const KeyEntry* a, const KeyEntry* b) {
    return std::make_tuple(!a->quiet_at, a->evidence.newest(), std::string_view(a->id)) <
           std::make_tuple(!b->quiet_at, b->evidence.newest(), std::string_view(b->id));
  });
  for (KeyEntry* e : holders) {
    if (evidence_bytes_ <= kMaxEvidenceBytes / 4 * 3) return;
    e->evidence.clear();
    e->dirty = true;
    settle(*e);
  }
}

}  // namespace tocsin
