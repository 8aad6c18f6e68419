// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/line_splitter.hpp"

namespace tocsin {

std::size_t LineSplitter::split(std::string_view window, std::uint64_t position, bool at_end,
                                std::vector<EventSlice>& events) {
  std::size_t used = 0;
  while (used < window.size() && events.size() < kBatchEventsMax) {
    const std::size_t line_break = window.find('\n', used);
    const bool has_break = line_break != std::string_view::npos;
    const std::string_view line = window.substr(used, has_break ? line_break - used : line_break);
    const std::size_t line_end = used + line.size() + (has_break ? 1 : 0);
    if (is_in_long_line_) {
      is_in_long_line_ = !has_break && !at_end;
    } else if (has_break || at_end) {
      events.push_back(slice(line, used, position));
    } else if (line.size() >= window_bytes_min()) {
      events.push_back(slice(line, used, position));
      is_in_long_line_ = true;
    } else {
      break;
    }
    used = line_end;
  }
  return used;
}

EventSlice LineSplitter::slice(std::string_view line, std::size_t offset, std::uint64_t position) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > line_bytes_max_) {
    line = line.substr(0, line_bytes_max_);
    ++long_lines_;
  }
  return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(line.size()),
          position + offset};
}

}  // namespace tocsin
