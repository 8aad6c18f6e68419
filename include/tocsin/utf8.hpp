// SPDX-License-Identifier: Apache-2.0
// The characters of UTF-8 by their bytes.
#pragma once
#include <cstddef>
#include <string_view>

namespace tocsin {

// Length in bytes of the UTF-8 sequence at the start of `text`, which is not empty; 0 if it is
// invalid.
constexpr std::size_t code_point_length(std::string_view text) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte_at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte_at(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second >= 0xA0;
  const bool too_large = first == 0xF4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace tocsin
