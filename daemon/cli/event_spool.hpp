// SPDX-License-Identifier: Apache-2.0
// Matched events on their way from many files into one order: by event time, equal times by log
// group, path and offset (spec/time.md section 9). Memory is bounded: what goes beyond is written,
// sorted, to an unlinked temporary file and merged from there.
#pragma once
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/match.hpp"
#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// `group` and `file` are ranks: of the group's name, and of the file's path within the group.
struct SpooledEvent {
  Instant time;
  std::uint32_t group = 0;
  std::uint32_t file = 0;
  MatchedEvent event;  // no samples: it only says that the group had an event then
};

class EventSpool {
 public:
  static constexpr std::size_t kMemoryMax = std::size_t{64} << 20;

  explicit EventSpool(std::size_t memory_max = kMemoryMax);
  ~EventSpool();

  // Error: "disk-full" or "io", naming the folder of temporary files.
  Status add(SpooledEvent event);
  // All events in order; none may be added afterwards. Stops when `take` returns false.
  Status drain(const std::function<bool(SpooledEvent)>& take);

  std::size_t runs_on_disk() const;

 private:
  struct Run;
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Status spill();

  std::size_t memory_max_;
  std::size_t memory_ = 0;
  std::vector<SpooledEvent> held_;
  std::vector<Run> runs_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace tocsin
