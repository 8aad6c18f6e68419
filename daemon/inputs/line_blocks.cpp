// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/line_blocks.hpp"

namespace tocsin {
namespace {

// How many bytes at the begin of `text` are lines no longer than `line_bytes_max`; `is_last`: the
// last one needs no line break.
std::size_t short_lines(std::string_view text, std::size_t line_bytes_max, bool is_last) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::string_view reach = text.substr(begin, line_bytes_max + 1);
    const std::size_t last = reach.rfind('\n');
    if (last == std::string_view::npos) {
      const bool is_whole = is_last && reach.size() <= line_bytes_max;
      return is_whole ? text.size() : begin;
    }
    begin += last + 1;
  }
  return begin;
}

}  // namespace

bool LineBlocks::next(const ReadWindow& window, bool at_end, EventBlock& block) {
  used_ = 0;
  if (is_done_) return false;
  bool is_last = at_end;
  const std::string_view lines = before_limit(window, is_last);
  if (next_short(lines, window.offset(), is_last, block)) {
    is_done_ = is_last && used_ == lines.size();
    return true;
  }
  slices_.clear();
  used_ = splitter_.split(lines, window.offset(), is_last, slices_);
  is_done_ = (is_last && used_ == lines.size()) ||
             (splitter_.is_in_long_line() && window.offset() + used_ >= limit_);
  block = {lines.substr(0, used_), slices_, 0};
  return !slices_.empty();
}

void LineBlocks::drop_used(ReadWindow& window) {
  window.drop_until(window.offset() + used_);
  used_ = 0;
}

// The window up to the end of the line that reaches the limit; `is_last` if that is in it.
std::string_view LineBlocks::before_limit(const ReadWindow& window, bool& is_last) {
  const std::string_view view = window.view();
  if (window.end_offset() < limit_) return view;
  const std::size_t line_break = view.find('\n', limit_ - 1 - window.offset());
  if (line_break == std::string_view::npos) return view;
  is_last = true;
  return view.substr(0, line_break + 1);
}

bool LineBlocks::next_short(std::string_view lines, std::uint64_t position, bool is_last,
                            EventBlock& block) {
  if (splitter_.is_in_long_line()) return false;
  used_ = short_lines(lines, line_bytes_max_, is_last);
  block = {lines.substr(0, used_), std::nullopt, position};
  return used_ > 0;
}

}  // namespace tocsin
