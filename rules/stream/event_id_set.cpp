// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/event_id_set.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tocsin {
namespace {

constexpr std::size_t kSlotsMin = 64;

}  // namespace

std::uint32_t EventIdSet::tag_of(const EventId& id) {
  std::uint32_t tag = 0;
  std::memcpy(&tag, id.data(), sizeof tag);
  return tag;
}

bool EventIdSet::contains(const EventId& id) const {
  if (slots_.empty()) return false;
  const std::uint32_t tag = tag_of(id);
  for (std::size_t at = home(tag); slots_[at].number != 0; at = next(at))
    if (slots_[at].tag == tag && ids_[slots_[at].number - 1] == id) return true;
  return false;
}

std::uint32_t EventIdSet::insert(const EventId& id) {
  if ((size() + 1) * 4 > slots_.size() * 3) grow();
  std::uint32_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(ids_.size());
    ids_.push_back(id);
  } else {
    number = free_.back();
    free_.pop_back();
    ids_[number] = id;
  }
  place({tag_of(id), number + 1});
  return number;
}

void EventIdSet::place(const Slot& slot) {
  std::size_t at = home(slot.tag);
  while (slots_[at].number != 0) at = next(at);
  slots_[at] = slot;
}

void EventIdSet::grow() {
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(std::max(slots_.size() * 2, kSlotsMin)));
  for (const Slot& slot : old)
    if (slot.number != 0) place(slot);
}

void EventIdSet::erase(std::uint32_t number) {
  std::size_t at = home(tag_of(ids_[number]));
  while (slots_[at].number != number + 1) at = next(at);
  close_gap(at);
  free_.push_back(number);
}

// Moves back what a search would miss behind an empty slot.
void EventIdSet::close_gap(std::size_t gap) {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = next(gap); slots_[at].number != 0; at = next(at)) {
    const std::size_t from_home = (at - home(slots_[at].tag)) & mask;
    if (from_home < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
}

}  // namespace tocsin
