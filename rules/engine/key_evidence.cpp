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

std::size_t KeyEvidence::free_slot() const {
  for (std::size_t slot = 0; slot < kMaxEvents; ++slot)
    if (std::none_of(held_.begin(), held_.end(), [&](const Held& h) { return h.slot == slot; }))
      return slot;
  return kMaxEvents;
}

void KeyEvidence::recount() {
  bytes_ = current_.event.message.size();
  for (const Held& h : held_) bytes_ += h.event.message.size() + h.event.source.size();
}

void KeyEvidence::add(Evidence event, const EvidenceSpec& spec) {
  const auto limit = std::min(static_cast<std::size_t>(std::max(spec.events, 0)), kMaxEvents);
  if (limit == 0) return;
  Held next{std::move(event), false, 0, true};
  // A line may be a mebibyte: five of them must not lie about until they are needed.
  if (next.event.message.size() > kStoredEvidenceBytes) trim(next, spec);
  current_ = {};
  if (held_.size() >= limit && next.event.time < held_.front().event.time) {
    current_ = std::move(next);
    return recount();
  }
  next.slot = free_slot();
  if (held_.size() >= limit) {
    next.slot = held_.front().slot;
    held_.erase(held_.begin());
  }
  const auto at = std::upper_bound(held_.begin(), held_.end(), next.event.time,
                                   [](Instant t, const Held& h) { return t < h.event.time; });
  held_.insert(at, std::move(next));
  recount();
}

std::vector<Evidence> KeyEvidence::events(const EvidenceSpec& spec, bool current, Instant at) {
  std::vector<Evidence> out;
  if (current && !current_.event.message.empty()) {
    trim(current_, spec);
    out.push_back(current_.event);
  }
  const bool has_earlier = !held_.empty() && held_.front().event.time <= at;
  for (Held& h : held_) {
    if (has_earlier && h.event.time > at) break;
    trim(h, spec);
    out.push_back(h.event);
  }
  const auto limit = std::min(static_cast<std::size_t>(std::max(spec.events, 0)), kMaxEvents);
  // The event in question stays; of the others the oldest gives way.
  const std::size_t keep_first = current && !current_.event.message.empty() ? 1 : 0;
  while (out.size() > limit)
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(std::min(keep_first, out.size() - 1)));
  recount();
  return out;
}

void KeyEvidence::clear() {
  held_.clear();
  current_ = {};
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
    out.byte(1);
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
  if (slot >= kMaxEvents || in.byte() != 1) return false;
  Held h;
  h.slot = slot;
  h.trimmed = true;
  h.dirty = false;
  h.event.time = in.instant();
  h.event.position = in.number();
  h.event.source = in.text();
  h.event.message = in.text();
  if (!in.ok()) return false;
  const auto at = std::upper_bound(held_.begin(), held_.end(), h.event.time,
                                   [](Instant t, const Held& x) { return t < x.event.time; });
  held_.insert(at, std::move(h));
  stored_[slot] = true;
  recount();
  return true;
}

}  // namespace tocsin
