// SPDX-License-Identifier: Apache-2.0
// A set of event ids in few bytes: an id costs its 16, a place in a table and a number.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <vector>

namespace tocsin {

using EventId = std::array<unsigned char, 16>;

class EventIdSet {
 public:
  bool contains(const EventId& id) const;
  // Not there yet. Returns its number, good until it is erased; numbers are used again.
  std::uint32_t insert(const EventId& id);
  void erase(std::uint32_t number);
  const EventId& operator[](std::uint32_t number) const { return ids_[number]; }
  std::size_t size() const { return ids_.size() - free_.size(); }

 private:
  // Ids are hashes: their first bytes say where the search begins, and are at hand.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t number = 0;  // from 1; 0: empty
  };
  static std::uint32_t tag_of(const EventId& id);
  std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  std::size_t home(std::uint32_t tag) const { return tag & (slots_.size() - 1); }
  void place(const Slot& slot);
  void grow();
  void close_gap(std::size_t gap);

  std::vector<Slot> slots_;  // a power of two; at most three quarters are taken
  std::deque<EventId> ids_;
  std::vector<std::uint32_t> free_;
};

}  // namespace tocsin
