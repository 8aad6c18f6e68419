// SPDX-License-Identifier: Apache-2.0
// Cuts what is read into blocks of whole lines, where they lie: no line of a block is looked at
// one by one, unless it is too long.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "daemon/inputs/line_splitter.hpp"
#include "daemon/inputs/read_window.hpp"
#include "tocsin/log_event.hpp"

namespace tocsin {

class LineBlocks {
 public:
  // Only lines that begin before `limit` are handed over.
  explicit LineBlocks(std::size_t line_bytes_max,
                      std::uint64_t limit = std::numeric_limits<std::uint64_t>::max())
      : line_bytes_max_(line_bytes_max), limit_(limit), splitter_(line_bytes_max) {}

  // Points `block` to the next lines that are whole in `window`; false if there is none, or more
  // must be read first. `at_end`: nothing follows, so that a last line without a line break is
  // whole. Call drop_used() before the window is filled.
  bool next(const ReadWindow& window, bool at_end, EventBlock& block);
  void drop_used(ReadWindow& window);

  // The last line that begins before `limit` has been handed over.
  bool is_done() const { return is_done_; }
  std::uint64_t long_lines() const { return splitter_.long_lines(); }

 private:
  std::string_view before_limit(const ReadWindow& window, bool& is_last);
  bool next_short(std::string_view lines, std::uint64_t position, bool is_last, EventBlock& block);

  std::size_t line_bytes_max_;
  std::uint64_t limit_;
  LineSplitter splitter_;  // for long lines, and those that stand in a block with one
  std::vector<EventSlice> slices_;
  std::size_t used_ = 0;
  bool is_done_ = false;
};

}  // namespace tocsin
