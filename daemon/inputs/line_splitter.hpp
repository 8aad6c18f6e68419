// SPDX-License-Identifier: Apache-2.0
// Cuts bytes into lines without copying them. Shared by everything that reads lines.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tocsin/log_event.hpp"

namespace tocsin {

// What one batch may hold (log_event.hpp).
inline constexpr std::size_t kBatchEventsMax = 2'000;
inline constexpr std::size_t kBatchBytesMax = 1 << 20;
// What some programs begin a text with; no part of its first line.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class LineSplitter {
 public:
  explicit LineSplitter(std::size_t line_bytes_max, bool is_in_long_line = false)
      : line_bytes_max_(line_bytes_max), is_in_long_line_(is_in_long_line) {}

  // Appends to `events` the lines that are whole in `window`, which stands at `position` of the
  // source; their offsets count from the window's begin. Stops when `events` holds kBatchEventsMax.
  // `at_end`: nothing follows, so that a last line without a line break is whole. Returns how many
  // bytes were used; what is left begins the next window.
  std::size_t split(std::string_view window, std::uint64_t position, bool at_end,
                    std::vector<EventSlice>& events);

  // A window of this size is never left unused: a longer line is cut there.
  std::size_t window_bytes_min() const { return line_bytes_max_ + 2; }
  // The window's begin is inside a line whose beginning was handed over.
  bool is_in_long_line() const { return is_in_long_line_; }
  std::uint64_t long_lines() const { return long_lines_; }

 private:
  EventSlice slice(std::string_view line, std::size_t offset, std::uint64_t position);

  std::size_t line_bytes_max_;
  bool is_in_long_line_;
  std::uint64_t long_lines_ = 0;
};

}  // namespace tocsin
