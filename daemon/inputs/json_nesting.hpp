// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin {

// How deep in brackets and whether inside a string; survives from chunk to chunk.
struct JsonNesting {
  std::uint64_t depth = 0;
  bool in_string = false;
  bool is_escaped = false;  // the next byte is escaped by a backslash

  // Reads until the bracket that brings depth to 0; at depth 0 the first byte opens one. Returns
  // how many bytes were used.
  std::size_t close(std::string_view bytes);
  // One byte; true if it was no part of a string.
  bool step(char c);
};

}  // namespace tocsin
