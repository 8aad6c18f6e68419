// SPDX-License-Identifier: Apache-2.0
// Which matched events of a log group were counted before: spec/time.md section 6. Ids are kept as
// 16 bytes of their SHA-256.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

using EventId = std::array<unsigned char, 16>;
EventId hash_event_id(std::string_view text);

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
  struct Hash {
    std::size_t operator()(const EventId& id) const {
      std::size_t out = 0;
      std::memcpy(&out, id.data(), sizeof out);
      return out;
    }
  };
  using Aged = std::pair<Instant, EventId>;
  void remember(const EventId& id, Instant time);
  void drop_oldest();

  Duration age_;
  std::size_t max_ids_;
  std::unordered_map<EventId, Instant, Hash> ids_;
  std::priority_queue<Aged, std::vector<Aged>, std::greater<>> by_age_;
  std::vector<std::pair<EventId, Instant>> new_;
  Instant floor_ = kNoTime;
  std::uint64_t evicted_ = 0;
};

}  // namespace tocsin
