// SPDX-License-Identifier: Apache-2.0
// Matched events on their way from many files into one order: by event time, equal times by log
// group, path and offset (spec/time.md section 9). Memory is bounded: what goes beyond is written,
// sorted, to an unlinked temporary file and merged from there.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/temporary_file.hpp"
#include "tocsin/match.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What events are put in order by. `group` and `file` are ranks: of the group's name, and of the
// file's path within the group.
struct EventPlace {
  Instant time;
  std::uint32_t group = 0;
  std::uint32_t file = 0;
  std::uint64_t position = 0;

  auto operator<=>(const EventPlace&) const = default;
};

struct SpooledEvent {
  Instant time;
  std::uint32_t group = 0;
  std::uint32_t file = 0;
  // Without message: it is read again. No samples: it only says that the group had an event then.
  MatchedEvent event;
};

class EventSpool {
 public:
  static constexpr std::size_t kMemoryMax = std::size_t{8} << 20;

  explicit EventSpool(std::size_t memory_max = kMemoryMax);
  ~EventSpool();

  // `event`: as encode_event() has written it, which is copied; empty: the group had an event then.
  // Errors: those of TemporaryFile.
  Status add(const EventPlace& place, std::string_view event);
  // All events in order; none may be added afterwards. Stops when `take` returns false. The event
  // that it gets is used again for the next one.
  Status drain(const std::function<bool(SpooledEvent&)>& take);

  std::size_t runs_on_disk() const;

 private:
  struct Coded {
    EventPlace place;
    std::uint64_t offset = 0, size = 0;  // in bytes_; behind the place itself in a run
  };
  struct Run;
  class Merge;
  void sort();
  Status spill();

  std::size_t memory_max_;
  std::vector<Coded> places_;
  std::string bytes_;
  std::vector<Run> runs_;
  TemporaryFile file_;
};

}  // namespace tocsin
