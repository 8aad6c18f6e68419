// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/key_evidence.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/row_codec.hpp"
#include "rules/message/evidence.hpp"

namespace tocsin {
namespace {

std::uint8_t bit(std::size_t slot) { return static_cast<std::uint8_t>(1U << slot); }

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

EvidenceList& KeyEvidence::own() {
  if (!list_)
    list_ = SharedEvidenceList(EvidenceList{});
  else if (list_.is_shared())
    list_ = SharedEvidenceList(*list_);
  return *list_;
}

void KeyEvidence::add_nothing() {
  if (!list_ || !list_->current) return;
  own().current = {};
  list_->recount();
}

std::uint8_t KeyEvidence::take(EvidenceList& list, SharedEvidence event, std::size_t limit) {
  list.current = {};
  if (list.count >= limit && event->event.time < list.events[0]->event.time) {
    list.current = std::move(event);
    return 0;
  }
  const std::uint8_t slot = list.count >= limit ? list.erase_oldest() : list.free_slot();
  list.insert(std::move(event), slot);
  return bit(slot);
}

void KeyEvidence::add(SharedEvidence event, const EvidenceSpec& spec, const EvidenceText* text,
                      EvidenceStep* step) {
  const std::size_t limit = limit_of(spec);
  if (limit == 0) return;
  event->text = text;
  if (!is_whole(spec)) {
    event = share_evidence(event->event, event->arrival);
    event->text = text;
    step = nullptr;
  }
  // A line may be a mebibyte: five of them must not lie about until they are needed.
  if (event->event.message.size() > kStoredEvidenceBytes) trim(*event, spec);
  if (step != nullptr && step->repeats && step->limit == limit && step->before == list_) {
    list_ = step->after;
    dirty_ |= step->dirty;
    return;
  }
  // A list that is this key's alone is changed in place: no other key will come with it.
  const bool repeats = !list_ || list_.is_shared();
  const SharedEvidenceList before = repeats ? list_ : SharedEvidenceList();
  const std::uint8_t changed = take(own(), std::move(event), limit);
  dirty_ |= changed;
  list_->recount();
  if (step == nullptr) return;
  // After a restart, or where a key has missed an event, lists become one again.
  if (step->after && list_->is_like(*step->after))
    list_ = step->after;
  else if (repeats || !step->repeats)
    *step = {repeats, limit, before, list_, changed};
}

std::vector<Evidence> KeyEvidence::events(const EvidenceSpec& spec, bool current, Instant at) {
  std::vector<Evidence> out;
  if (!list_) return out;
  const EvidenceList& k = *list_;
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
  list_->recount();
  return out;
}

void KeyEvidence::clear() {
  list_ = {};
  dirty_ = 0;
}

std::uint64_t KeyEvidence::newest_arrival() const {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < size(); ++i) out = std::max(out, list_->events[i]->arrival);
  return out;
}

Instant KeyEvidence::newest() const {
  return size() == 0 ? kNoTime : list_->events[size() - 1]->event.time;
}

void KeyEvidence::collect(const EvidenceSpec& spec, const Changed& changed, const Gone& gone) {
  std::uint8_t used = 0;
  for (std::size_t i = 0; i < size(); ++i) {
    const std::size_t slot = list_->slots[i];
    HeldEvidence& h = *list_->events[i];
    used |= bit(slot);
    if ((dirty_ & bit(slot)) == 0) continue;
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
    if ((stored_ & ~used & bit(slot)) != 0) gone(slot);
  stored_ = used;
  dirty_ = 0;
  if (list_) list_->recount();
}

void KeyEvidence::stored_slots(const Gone& each) const {
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if ((stored_ & bit(slot)) != 0) each(slot);
}

void KeyEvidence::rewrite() {
  stored_ = 0;
  for (std::size_t i = 0; i < size(); ++i) dirty_ |= bit(list_->slots[i]);
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
  if (!in.ok() || (stored_ & bit(slot)) != 0) return false;
  SharedEvidence held = share_evidence(std::move(event), arrival);
  held->trimmed = true;
  if (others != nullptr) held = others->share(std::move(held));
  own().insert(std::move(held), static_cast<std::uint8_t>(slot));
  stored_ |= bit(slot);
  list_->recount();
  return true;
}

}  // namespace tocsin
