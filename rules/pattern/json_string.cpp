// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/json_string.hpp"

#include <cstring>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

std::size_t skip_digits(std::string_view token, std::size_t i) {
  while (i < token.size() && is_digit(token[i])) ++i;
  return i;
}

// The four hexadecimal digits of a \u escape at `at`, -1 if they are not there.
int code_unit(std::string_view raw, std::size_t at) {
  if (raw.size() < at + 4) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_value(raw[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high_surrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// `at` stands behind "\u" and is moved behind the escape, or behind both halves of a pair.
bool decode_unicode_escape(std::string_view raw, std::size_t& at, char*& out) {
  const int unit = code_unit(raw, at);
  if (unit < 0) return false;
  at += 4;
  if (is_high_surrogate(unit) && raw.substr(at, 2) == "\\u") {
    const int low = code_unit(raw, at + 2);
    if (is_low_surrogate(low)) {
      at += 6;
      append_utf8(0x10000 + (static_cast<char32_t>(unit - 0xD800) << 10) +
                      static_cast<char32_t>(low - 0xDC00),
                  out);
      return true;
    }
  }
  const bool lone = is_high_surrogate(unit) || is_low_surrogate(unit);
  append_utf8(lone ? 0xFFFD : static_cast<char32_t>(unit), out);
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

bool is_json_number(std::string_view token) {
  std::size_t i = !token.empty() && token.front() == '-' ? 1 : 0;
  if (i >= token.size() || !is_digit(token[i])) return false;
  i = token[i] == '0' ? i + 1 : skip_digits(token, i);
  if (i < token.size() && token[i] == '.') {
    const std::size_t end = skip_digits(token, i + 1);
    if (end == i + 1) return false;
    i = end;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    const std::size_t end = skip_digits(token, i);
    if (end == i) return false;
    i = end;
  }
  return i == token.size();
}

bool decode_json_string(std::string_view raw, char*& out) {
  std::size_t at = 0;
  while (at < raw.size()) {
    const std::size_t escape = std::min(raw.find('\\', at), raw.size());
    std::memcpy(out, raw.data() + at, escape - at);
    out += escape - at;
    at = escape + 2;
    if (escape == raw.size()) return true;
    if (at > raw.size()) return false;
    if (raw[escape + 1] == 'u') {
      if (!decode_unicode_escape(raw, at, out)) return false;
      continue;
    }
    const char c = simple_escape(raw[escape + 1]);
    if (c == '\0') return false;
    *out++ = c;
  }
  return true;
}

bool has_valid_escapes(std::string_view raw) {
  std::size_t at = raw.find('\\');
  while (at != std::string_view::npos) {
    if (at + 1 >= raw.size()) return false;
    const char c = raw[at + 1];
    if (c == 'u' ? code_unit(raw, at + 2) < 0 : simple_escape(c) == '\0') return false;
    at = raw.find('\\', at + 2);
  }
  return true;
}

}  // namespace tocsin
