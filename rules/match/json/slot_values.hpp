// SPDX-License-Identifier: Apache-2.0
// What the selectors of a set select in one event: per slot its nodes, in the event's order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

struct SlotValue {
  JsonNode::Kind kind = JsonNode::Kind::null;
  bool boolean = false;
  std::uint32_t next = 0;  // see SlotValues
  std::string_view text;   // string: decoded; number: as it stood

  bool is_text() const { return kind == JsonNode::Kind::string || kind == JsonNode::Kind::number; }
};

// Reused from event to event without being cleared: what an earlier event left is known by its
// stamp. One thread.
class SlotValues {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  // A new event.
  void begin(std::size_t slots) {
    if (slots_.size() < slots) slots_.resize(slots);
    if (values_.capacity() > kValuesKept && values_.size() <= kValuesKept) {
      values_.clear();
      values_.shrink_to_fit();
    }
    values_.clear();
    filled_.clear();
    ++event_;
  }

  void add(std::uint32_t slot, SlotValue value) {
    value.next = kNone;
    const auto index = static_cast<std::uint32_t>(values_.size());
    values_.push_back(value);
    Slot& s = slots_[slot];
    if (s.event == event_) {
      values_[s.last].next = index;
      s.last = index;
      return;
    }
    s = {event_, index, index};
    filled_.push_back(slot);
  }

  // Slots with a node, in the order of their first ones.
  const std::vector<std::uint32_t>& filled() const { return filled_; }
  bool has(std::uint32_t slot) const { return slots_[slot].event == event_; }

  // Calls `accepts` on the slot's nodes until one is accepted; whether one was.
  template <class Accepts>
  bool any(std::uint32_t slot, const Accepts& accepts) const {
    if (!has(slot)) return false;
    for (std::uint32_t i = slots_[slot].first; i != kNone; i = values_[i].next)
      if (accepts(values_[i])) return true;
    return false;
  }

 private:
  struct Slot {
    std::uint64_t event = 0;
    std::uint32_t first = 0, last = 0;
  };
  static constexpr std::size_t kValuesKept = 16 * 1024;

  std::uint64_t event_ = 0;
  std::vector<Slot> slots_;
  std::vector<SlotValue> values_;
  std::vector<std::uint32_t> filled_;
};

}  // namespace tocsin
