// SPDX-License-Identifier: Apache-2.0
// Which matched events of a log group were counted before: spec/time.md section 6. Ids are kept as
// 16 bytes of their SHA-256; about 64 bytes of memory each, so that a group's bound is 128 MB.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/stream/event_id_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

EventId hash_event_id(std::string_view text);
// A hash as a text of 16 bytes, and back.
std::string_view bytes_of(const EventId& id);
EventId event_id_of(std::string_view bytes);

class Repeats {
 public:
  static constexpr std::size_t kMaxIds = 2'000'000;

  explicit Repeats(Duration age = days{7}, std::size_t max_ids = kMaxIds)
      : age_(age), max_ids_(max_ids) {}

  // true: the event was counted before. Else it is remembered.
  bool is_repeat(const EventId& id, Instant time, Instant watermark);
  // Forgets ids older than watermark - age.
  void forget(Instant watermark);
  void set_age(Duration age) { age_ = age; }
  void raise_age(Duration least) { age_ = std::max(age_, least); }
  std::size_t size() const { return ids_.size(); }
  // Ids that had to go although they were young enough.
  std::uint64_t evicted() const { return evicted_; }

  // State: what is new, and the time below which everything has been forgotten.
  std::vector<std::pair<EventId, Instant>> take_new();
  Instant floor() const { return floor_; }
  void restore(const EventId& id, Instant time);

 private:
  struct Aged {
    Instant time;
    std::uint32_t number = 0;  // in ids_
  };
  bool is_younger(const Aged& a, const Aged& b) const;
  void remember(const EventId& id, Instant time);
  void drop_oldest();

  Duration age_;
  std::size_t max_ids_;
  EventIdSet ids_;
  std::vector<Aged> by_age_;  // a heap, the oldest first, equal times by id
  std::vector<std::pair<EventId, Instant>> new_;
  Instant floor_ = kNoTime;
  std::uint64_t evicted_ = 0;
};

}  // namespace tocsin
