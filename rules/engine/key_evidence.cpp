// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/key_evidence.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/row_codec.hpp"
#include "rules/message/evidence.hpp"

namespace tocsin {

void KeyEvidence::trim(Held& held, const EvidenceSpec& spec) {
  if (held.trimmed) return;
  held.event.message = trim_evidence(held.event.message, spec, kStoredEvidenceBytes);
  held.trimmed = true;
}

// Appends what is held, and its text if that has to be asked for.
void KeyEvidence::tell(Held& held, const EvidenceSpec& spec, std::vector<Evidence>& out) {
  if (held.text == nullptr) {
    trim(held, spec);
    return out.push_back(held.event);
  }
  const std::string message = (*held.text)(held.event);
  if (message.empty()) return;
  out.push_back(held.event);
  out.back().message = trim_evidence(message, spec, kStoredEvidenceBytes);
}

std::size_t KeyEvidence::free_slot() const {
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if (std::none_of(held_.begin(), held_.end(), [&](const Held& h) { return h.slot == slot; }))
      return slot;
  return kMaxEvents;
}

void KeyEvidence::recount() {
  bytes_ = current_ ? current_->event.message.size() : 0;
  for (const Held& h : held_) bytes_ += h.event.message.size() + h.event.source.size();
}

void KeyEvidence::add(Evidence event, const EvidenceSpec& spec, const EvidenceText* text) {
  const auto limit = std::min(static_cast<std::size_t>(std::max(spec.events, 0)), kMaxEvents);
  if (limit == 0) return;
  Held next{std::move(event), false, 0, true, text, ++arrivals_};
  // A line may be a mebibyte: five of them must not lie about until they are needed.
  if (next.event.message.size() > kStoredEvidenceBytes) trim(next, spec);
  current_.reset();
  if (held_.size() >= limit && next.event.time < held_.front().event.time) {
    current_ = std::move(next);
    return recount();
  }
  next.slot = free_slot();
  if (held_.size() >= limit) {
    next.slot = held_.front().slot;
    held_.erase(held_.begin());
  }
  insert(std::move(next));
  recount();
}

void KeyEvidence::insert(Held held) {
  const auto at = std::upper_bound(held_.begin(), held_.end(), held);
  held_.insert(at, std::move(held));
}

void KeyEvidence::add_nothing() {
  current_.reset();
  recount();
}

std::vector<Evidence> KeyEvidence::events(const EvidenceSpec& spec, bool current, Instant at) {
  std::vector<Evidence> out;
  if (current && current_) tell(*current_, spec, out);
  const std::size_t keep_first = out.size();  // the event in question
  const bool has_earlier = !held_.empty() && held_.front().event.time <= at;
  for (Held& h : held_) {
    if (has_earlier && h.event.time > at) break;
    tell(h, spec, out);
  }
  const auto limit = std::min(static_cast<std::size_t>(std::max(spec.events, 0)), kMaxEvents);
  // It stays; of the others the oldest gives way.
  while (out.size() > limit)
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(std::min(keep_first, out.size() - 1)));
  recount();
  return out;
}

void KeyEvidence::clear() {
  held_.clear();
  current_.reset();
  bytes_ = 0;
}

Instant KeyEvidence::newest() const { return held_.empty() ? kNoTime : held_.back().event.time; }

void KeyEvidence::collect(const EvidenceSpec& spec, const Changed& changed, const Gone& gone) {
  std::array<bool, kMaxEvents> used{};
  for (Held& h : held_) {
    used[h.slot] = true;
    if (!h.dirty) continue;
    trim(h, spec);
    RowWriter out;
    out.byte(2);
    out.number(h.arrival);
    out.instant(h.event.time);
    out.number(h.event.position);
    out.text(h.event.source);
    out.text(h.event.message);
    changed(h.slot, out.take());
    h.dirty = false;
  }
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if (stored_[slot] && !used[slot]) gone(slot);
  stored_ = used;
  recount();
}

void KeyEvidence::stored_slots(const Gone& each) const {
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if (stored_[slot]) each(slot);
}

void KeyEvidence::rewrite() {
  stored_ = {};
  for (Held& h : held_) h.dirty = true;
}

bool KeyEvidence::restore(std::size_t slot, std::string_view bytes) {
  RowReader in(bytes);
  const unsigned version = in.byte();
  if (slot >= kMaxEvents || (version != 1 && version != 2)) return false;
  Held h;
  if (version == 2) h.arrival = in.number();
  h.slot = slot;
  h.trimmed = true;
  h.dirty = false;
  h.event.time = in.instant();
  h.event.position = in.number();
  h.event.source = in.text();
  h.event.message = in.text();
  if (!in.ok()) return false;
  arrivals_ = std::max(arrivals_, h.arrival);
  insert(std::move(h));
  stored_[slot] = true;
  recount();
  return true;
}

}  // namespace tocsin
