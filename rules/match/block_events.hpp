// SPDX-License-Identifier: Apache-2.0
// The events of a block, one after the other or only those that may match, without cutting all of
// it into lines first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "rules/match/literals/literal_scan.hpp"
#include "tocsin/log_event.hpp"

namespace tocsin {

// One event of a block; a value that moves. The block outlives it.
class EventCursor {
 public:
  // At the first event.
  explicit EventCursor(const EventBlock& block);

  // Behind the last event: index() is then how many there are.
  bool at_end() const;
  std::uint32_t index() const { return index_; }
  // These not at the end.
  std::string_view message() const;
  // A copy in `memory`, for who parses: the block may lie in a file that somebody writes to, where
  // the same byte need not be the same a second time. The cursor itself bears that.
  std::string_view message(std::string& memory) const;
  std::uint64_t position() const;

  // Not at the end.
  void next();
  // Not at the first event; from the end too.
  void back();
  // To the first event at or behind the present one that holds a literal; else to the end.
  void skip_to(const LiteralScan& literals);
  // Of a block of lines: false if each that was passed, from the first to the present one, is sure
  // to begin with '{'.
  bool has_other_lines() const { return other_lines_; }

 private:
  void enter_line(std::size_t begin);
  std::size_t line_end() const;
  void skip_lines_to(const LiteralScan& literals);
  void skip_slices_to(const LiteralScan& literals);

  const EventBlock* block_;
  std::uint32_t index_ = 0;
  std::size_t begin_ = 0;  // of the line
  // Its end, its break left out; npos: nobody has asked yet. Most lines are only passed.
  mutable std::size_t end_ = std::string_view::npos;
  bool other_lines_ = false;
};

}  // namespace tocsin
