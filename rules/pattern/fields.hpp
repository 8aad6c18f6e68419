// SPDX-License-Identifier: Apache-2.0
// A message split into space-delimited fields, spec/filter-patterns.md 6.2.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tocsin {

struct Field {
  std::string_view text;  // without its delimiters
  std::size_t begin = 0;  // of the field in the message, its opening delimiter included
};

// Splits only as far as somebody asks. A value; a view of the message.
class FieldSplitter {
 public:
  explicit FieldSplitter(std::string_view message = {}) : message_(message) {}

  // Appends the next fields until `fields` has `count` of them or the message ends. All calls
  // together are linear in the message.
  void split(std::size_t count, std::vector<Field>& fields);

 private:
  void enter_piece(std::size_t at);
  template <class Bits>
  std::size_t find(std::size_t at, const Bits& bits);
  std::size_t find_close(std::size_t open);

  std::string_view message_;
  std::size_t at_ = 0;
  // What was seen of the 64 bytes last looked at, a bit each.
  std::size_t piece_ = std::string_view::npos;
  std::uint64_t white_ = 0, quotes_ = 0;
  // What was not found once is not there further on either: without remembering that, a line of
  // opening brackets would be searched to its end for each of them.
  bool no_quote_ = false, no_bracket_ = false;
};

// All of them. Clears `out`. Linear in the message.
void split_fields(std::string_view message, std::vector<Field>& out);

}  // namespace tocsin
