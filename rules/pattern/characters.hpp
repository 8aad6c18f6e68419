// SPDX-License-Identifier: Apache-2.0
// Characters as filter patterns see them: ASCII, independent of locale (spec/filter-patterns.md
// section 3).
#pragma once
#include <cstddef>
#include <string_view>

namespace tocsin {

inline constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

constexpr bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

// The numeric value of a hexadecimal digit, -1 if it is none.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view trim_start(std::string_view text, std::string_view white = kWhiteSpace) {
  const std::size_t first = text.find_first_not_of(white);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}
constexpr std::string_view trim_end(std::string_view text, std::string_view white = kWhiteSpace) {
  return text.substr(0, text.find_last_not_of(white) + 1);
}
constexpr std::string_view trim(std::string_view text, std::string_view white = kWhiteSpace) {
  return trim_end(trim_start(text, white), white);
}

// Whether `needle` stands in `text`, byte by byte.
bool contains(std::string_view text, std::string_view needle);

// One character of UTF-8 at `text[offset]`: its code point, and the offset behind it. A byte that
// begins no valid sequence is a character of its own with code point U+FFFD.
struct Utf8Step {
  char32_t code_point = 0;
  std::size_t next = 0;
  bool valid = true;
};
Utf8Step decode_utf8(std::string_view text, std::size_t offset);
void append_utf8(char32_t code_point, char*& out);

}  // namespace tocsin
