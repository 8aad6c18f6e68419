// SPDX-License-Identifier: Apache-2.0
// The text of a configuration, rule or test file before it is parsed: its limits, and the places in
// it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"

namespace tocsin {

inline constexpr std::size_t kSourceBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kSourceDepthMax = 64;
inline constexpr std::size_t kSourceNodesMax = 1'000'000;

// Without a byte order mark.
std::string_view without_bom(std::string_view text);

// Reports a text that is too large, no UTF-8, or has control characters (NUL too: it would end the
// text for some readers and not for others). True if it may be parsed.
bool check_source(std::string_view text, const std::string& file, Diagnostics& out);

// Offsets of a text as lines and columns. The text outlives it.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  SourceLocation at(std::size_t offset, const FileName& file) const;
  std::size_t offset(
      const SourceLocation& where) const;   // of line and column; the end if there is no such line
  std::string_view line(int number) const;  // from 1, without its line break; "" if there is none

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

// Where byte `offset` of the value of the scalar `node` stands in the file: quotes, escapes, block
// and folded lines are looked through as well as can be. node.where if the text does not lead
// there. `source` is the whole file.
SourceLocation locate_in_scalar(const ConfigNode& node, std::size_t offset,
                                std::string_view source);

}  // namespace tocsin
