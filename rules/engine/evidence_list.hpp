// SPDX-License-Identifier: Apache-2.0
// The newest log events of a key, oldest first, with the slots that their state rows have. Alarms
// on one metric keep the same events, so they hold one list; whoever changes it takes a copy of his
// own first.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "rules/engine/shared_evidence.hpp"

namespace tocsin {

struct EvidenceList {
  static constexpr std::size_t kMaxEvents = 5;

  std::array<SharedEvidence, kMaxEvents> events;
  std::array<std::uint8_t, kMaxEvents> slots{};  // of the events
  std::uint8_t count = 0;
  std::uint32_t bytes = 0;  // as of recount()
  std::uint32_t holders = 0;
  SharedEvidence current;  // the event being judged, where it is not among the newest

  // The same events in the same slots.
  bool is_like(const EvidenceList& other) const {
    return std::tie(count, current, slots, events) ==
           std::tie(other.count, other.current, other.slots, other.events);
  }
  std::uint8_t free_slot() const {
    const auto used = slots.begin() + count;
    for (std::uint8_t slot = 0; slot < kMaxEvents; ++slot)
      if (std::find(slots.begin(), used, slot) == used) return slot;
    return kMaxEvents;
  }
  // There is room.
  void insert(SharedEvidence event, std::uint8_t slot) {
    const auto is_before = [](const SharedEvidence& a, const SharedEvidence& b) {
      return std::tie(a->event.time, a->arrival) < std::tie(b->event.time, b->arrival);
    };
    std::size_t at = count++;
    for (; at > 0 && is_before(event, events[at - 1]); --at) {
      events[at] = std::move(events[at - 1]);
      slots[at] = slots[at - 1];
    }
    events[at] = std::move(event);
    slots[at] = slot;
  }
  // Returns its slot; the list is not empty.
  std::uint8_t erase_oldest() {
    const std::uint8_t slot = slots[0];
    std::move(events.begin() + 1, events.begin() + count, events.begin());
    std::copy(slots.begin() + 1, slots.begin() + count, slots.begin());
    --count;
    events[count] = {};
    slots[count] = 0;
    return slot;
  }
  void recount() {
    std::size_t sum = current ? current->event.message.size() : 0;
    for (std::size_t i = 0; i < count; ++i)
      sum += events[i]->event.message.size() + events[i]->event.source.size();
    bytes = static_cast<std::uint32_t>(sum);
  }
};

using SharedEvidenceList = Counted<EvidenceList>;

// What one event made of the list of the key that took it last, for the next key that takes it too.
struct EvidenceStep {
  bool repeats = false;  // `before` becomes `after` for any key that keeps `limit` events
  std::size_t limit = 0;
  SharedEvidenceList before;  // empty: none
  SharedEvidenceList after;
  std::uint8_t dirty = 0;  // bits: the slots that it changed
};

}  // namespace tocsin
