// SPDX-License-Identifier: Apache-2.0
#include "rules/match/block_events.hpp"

#include <algorithm>
#include <cstring>

namespace tocsin {
namespace {

constexpr std::size_t kNotKnown = std::string_view::npos;

// While an event is parsed nobody reads on: what the scan will read after it is fetched meanwhile.
void fetch_behind(std::string_view bytes, std::size_t begin, std::size_t end) {
  constexpr std::size_t kAhead = 4096, kMost = 4096, kCacheLine = 64;
  const std::size_t last = std::min(std::min(end, begin + kMost) + kAhead, bytes.size());
  for (std::size_t at = begin + kAhead; at < last; at += kCacheLine)
    __builtin_prefetch(bytes.data() + at);
}

}  // namespace

EventCursor::EventCursor(const EventBlock& block) : block_(&block) {
  if (!block.events) enter_line(0);
}

bool EventCursor::at_end() const {
  return block_->events ? index_ == block_->events->size() : begin_ >= block_->bytes.size();
}

std::string_view EventCursor::message() const {
  if (block_->events) {
    const EventSlice& slice = (*block_->events)[index_];
    return block_->bytes.substr(slice.offset, slice.length);
  }
  std::string_view line = block_->bytes.substr(begin_, line_end() - begin_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view EventCursor::message(std::string& memory) const {
  const std::string_view found = message();
  const auto begin = static_cast<std::size_t>(found.data() - block_->bytes.data());
  fetch_behind(block_->bytes, begin, begin + found.size());
  memory.assign(found);
  return memory;
}

std::uint64_t EventCursor::position() const {
  return block_->events ? (*block_->events)[index_].position : block_->position + begin_;
}

void EventCursor::enter_line(std::size_t begin) {
  const std::size_t size = block_->bytes.size();
  begin_ = std::min(begin, size);
  end_ = kNotKnown;
  other_lines_ = other_lines_ || (begin_ < size && block_->bytes[begin_] != '{');
}

std::size_t EventCursor::line_end() const {
  if (end_ == kNotKnown) end_ = std::min(block_->bytes.find('\n', begin_), block_->bytes.size());
  return end_;
}

void EventCursor::next() {
  ++index_;
  if (!block_->events) enter_line(line_end() + 1);
}

void EventCursor::back() {
  --index_;
  if (block_->events) return;
  const bool ends_open = begin_ == block_->bytes.size() && !block_->bytes.ends_with('\n');
  end_ = ends_open || begin_ == 0 ? begin_ : begin_ - 1;
  // Unlike rfind() it looks at many bytes at a time.
  const char* const bytes = block_->bytes.data();
  const auto* const before =
      static_cast<const char*>(end_ == 0 ? nullptr : memrchr(bytes, '\n', end_));
  begin_ = before == nullptr ? 0 : static_cast<std::size_t>(before - bytes) + 1;
}

void EventCursor::skip_to(const LiteralScan& literals) {
  if (at_end()) return;
  if (block_->events)
    skip_slices_to(literals);
  else
    skip_lines_to(literals);
}

void EventCursor::skip_lines_to(const LiteralScan& literals) {
  const LiteralScan::Find find = literals.next(block_->bytes, begin_);
  index_ += static_cast<std::uint32_t>(find.line_breaks);
  other_lines_ = other_lines_ || find.other_lines;
  if (find.at != std::string_view::npos) return enter_line(find.line_begin);
  if (!block_->bytes.ends_with('\n')) ++index_;
  begin_ = end_ = block_->bytes.size();
}

void EventCursor::skip_slices_to(const LiteralScan& literals) {
  const std::span<const EventSlice> slices = *block_->events;
  std::size_t from = slices[index_].offset;
  while (true) {
    from = literals.next(block_->bytes, from).at;
    while (index_ < slices.size() && slices[index_].offset + slices[index_].length <= from)
      ++index_;
    if (index_ == slices.size() || slices[index_].offset <= from) return;
    from = slices[index_].offset;  // it stood between events
  }
}

}  // namespace tocsin
