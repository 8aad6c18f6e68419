// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/key_evidence.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rules/engine/row_codec.hpp"
#include "rules/message/evidence.hpp"

namespace tocsin {
namespace {

std::uint8_t bit(std::size_t slot) { return static_cast<std::uint8_t>(1U << slot); }

bool is_before(const SharedEvidence& a, const SharedEvidence& b) {
  return std::tie(a->event.time, a->arrival) < std::tie(b->event.time, b->arrival);
}

// Alarms whose evidence is whole share its text; any other trims a copy of its own.
bool is_whole(const EvidenceSpec& spec) { return spec.fields.empty() && spec.drop.empty(); }

std::size_t limit_of(const EvidenceSpec& spec) {
  return std::min(static_cast<std::size_t>(std::max(spec.events, 0)), KeyEvidence::kMaxEvents);
}

void trim(HeldEvidence& held, const EvidenceSpec& spec) {
  if (held.trimmed) return;
  held.event.message = trim_evidence(held.event.message, spec, kStoredEvidenceBytes);
  held.trimmed = true;
}

// Appends what is held, and its text if that has to be asked for.
void tell(HeldEvidence& held, const EvidenceSpec& spec, std::vector<Evidence>& out) {
  if (held.text == nullptr) {
    trim(held, spec);
    return out.push_back(held.event.told());
  }
  Evidence told = held.event.told();
  const std::string message = (*held.text)(told);
  if (message.empty()) return;
  told.message = trim_evidence(message, spec, kStoredEvidenceBytes);
  out.push_back(std::move(told));
}

}  // namespace

KeyEvidence::Kept& KeyEvidence::kept() {
  if (!kept_) kept_ = std::make_unique<Kept>();
  return *kept_;
}

std::uint8_t KeyEvidence::free_slot(const Kept& kept) {
  const auto used = kept.slots.begin() + kept.count;
  for (std::uint8_t slot = 0; slot < kMaxEvents; ++slot)
    if (std::find(kept.slots.begin(), used, slot) == used) return slot;
  return kMaxEvents;
}

// There is room.
void KeyEvidence::insert(Kept& kept, SharedEvidence event, std::uint8_t slot) {
  std::size_t at = kept.count++;
  for (; at > 0 && is_before(event, kept.events[at - 1]); --at) {
    kept.events[at] = std::move(kept.events[at - 1]);
    kept.slots[at] = kept.slots[at - 1];
  }
  kept.events[at] = std::move(event);
  kept.slots[at] = slot;
}

void KeyEvidence::erase_oldest(Kept& kept) {
  std::move(kept.events.begin() + 1, kept.events.begin() + kept.count, kept.events.begin());
  std::copy(kept.slots.begin() + 1, kept.slots.begin() + kept.count, kept.slots.begin());
  kept.events[--kept.count] = {};
}

void KeyEvidence::recount() {
  std::size_t bytes = kept_->current ? kept_->current->event.message.size() : 0;
  for (std::size_t i = 0; i < kept_->count; ++i) {
    const KeptEvent& e = kept_->events[i]->event;
    bytes += e.message.size() + e.source.size();
  }
  kept_->bytes = static_cast<std::uint32_t>(bytes);
}

void KeyEvidence::add_nothing() {
  if (!kept_) return;
  kept_->current = {};
  recount();
}

void KeyEvidence::add(SharedEvidence event, const EvidenceSpec& spec, const EvidenceText* text) {
  const std::size_t limit = limit_of(spec);
  if (limit == 0) return;
  event->text = text;
  if (!is_whole(spec)) {
    event = SharedEvidence(event->event, event->arrival);
    event->text = text;
  }
  // A line may be a mebibyte: five of them must not lie about until they are needed.
  if (event->event.message.size() > kStoredEvidenceBytes) trim(*event, spec);
  Kept& k = kept();
  k.current = {};
  if (k.count >= limit && event->event.time < k.events[0]->event.time) {
    k.current = std::move(event);
    return recount();
  }
  std::uint8_t slot = free_slot(k);
  if (k.count >= limit) {
    slot = k.slots[0];
    erase_oldest(k);
  }
  insert(k, std::move(event), slot);
  k.dirty |= bit(slot);
  recount();
}

std::vector<Evidence> KeyEvidence::events(const EvidenceSpec& spec, bool current, Instant at) {
  std::vector<Evidence> out;
  if (!kept_) return out;
  Kept& k = *kept_;
  if (current && k.current) tell(*k.current, spec, out);
  const std::size_t keep_first = out.size();  // the event in question
  const bool has_earlier = k.count > 0 && k.events[0]->event.time <= at;
  for (std::size_t i = 0; i < k.count; ++i) {
    if (has_earlier && k.events[i]->event.time > at) break;
    tell(*k.events[i], spec, out);
  }
  // It stays; of the others the oldest gives way.
  while (out.size() > limit_of(spec))
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(std::min(keep_first, out.size() - 1)));
  recount();
  return out;
}

void KeyEvidence::clear() {
  if (!kept_) return;
  kept_->bytes = 0;
  while (kept_->count > 0) kept_->events[--kept_->count] = {};
  kept_->current = {};
  kept_->dirty = 0;
}

std::uint64_t KeyEvidence::newest_arrival() const {
  std::uint64_t out = 0;
  for (std::size_t i = 0; kept_ && i < kept_->count; ++i)
    out = std::max(out, kept_->events[i]->arrival);
  return out;
}

Instant KeyEvidence::newest() const {
  return !kept_ || kept_->count == 0 ? kNoTime : kept_->events[kept_->count - 1U]->event.time;
}

void KeyEvidence::collect(const EvidenceSpec& spec, const Changed& changed, const Gone& gone) {
  if (!kept_) return;
  std::uint8_t used = 0;
  for (std::size_t i = 0; i < kept_->count; ++i) {
    const std::size_t slot = kept_->slots[i];
    HeldEvidence& h = *kept_->events[i];
    used |= bit(slot);
    if ((kept_->dirty & bit(slot)) == 0) continue;
    trim(h, spec);
    RowWriter out;
    out.byte(2);
    out.number(h.arrival);
    out.instant(h.event.time);
    out.number(h.event.position);
    out.text(h.event.source);
    out.text(h.event.message);
    changed(slot, out.take());
  }
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if ((kept_->stored & ~used & bit(slot)) != 0) gone(slot);
  kept_->stored = used;
  kept_->dirty = 0;
  recount();
}

void KeyEvidence::stored_slots(const Gone& each) const {
  for (std::size_t slot = 0; kept_ && slot < kMaxEvents; ++slot)
    if ((kept_->stored & bit(slot)) != 0) each(slot);
}

void KeyEvidence::rewrite() {
  if (!kept_) return;
  kept_->stored = 0;
  for (std::size_t i = 0; i < kept_->count; ++i) kept_->dirty |= bit(kept_->slots[i]);
}

bool KeyEvidence::restore(std::size_t slot, std::string_view bytes, RestoredEvidence* others) {
  RowReader in(bytes);
  const unsigned version = in.byte();
  if (slot >= kMaxEvents || (version != 1 && version != 2)) return false;
  const std::uint64_t arrival = version == 2 ? in.number() : 0;
  KeptEvent event;
  event.time = in.instant();
  event.position = in.number();
  event.source = in.text();
  event.message = in.text();
  if (!in.ok() || (kept_ && (kept_->stored & bit(slot)) != 0)) return false;
  SharedEvidence held(std::move(event), arrival);
  held->trimmed = true;
  if (others != nullptr) held = others->share(std::move(held));
  Kept& k = kept();
  insert(k, std::move(held), static_cast<std::uint8_t>(slot));
  k.stored |= bit(slot);
  recount();
  return true;
}

}  // namespace tocsin
