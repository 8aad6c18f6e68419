// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/characters.hpp"

#include <cstring>

namespace tocsin {

bool contains(std::string_view text, std::string_view needle) {
  if (needle.empty()) return true;
  if (text.size() < needle.size()) return false;
  return memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

namespace {

struct Lead {
  std::size_t length;
  unsigned bits;  // of the first byte
  unsigned second_min,
      second_max;  // excludes overlong forms, surrogates and what is beyond U+10FFFF
};

bool read_lead(unsigned byte, Lead& lead) {
  if (byte >= 0xC2 && byte <= 0xDF) return lead = {2, byte & 0x1Fu, 0x80, 0xBF}, true;
  if (byte == 0xE0) return lead = {3, 0, 0xA0, 0xBF}, true;
  if (byte == 0xED) return lead = {3, 0xD, 0x80, 0x9F}, true;
  if (byte >= 0xE1 && byte <= 0xEF) return lead = {3, byte & 0xFu, 0x80, 0xBF}, true;
  if (byte == 0xF0) return lead = {4, 0, 0x90, 0xBF}, true;
  if (byte >= 0xF1 && byte <= 0xF3) return lead = {4, byte & 0x7u, 0x80, 0xBF}, true;
  if (byte == 0xF4) return lead = {4, 4, 0x80, 0x8F}, true;
  return false;
}

}  // namespace

Utf8Step decode_utf8(std::string_view text, std::size_t offset) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Utf8Step broken{0xFFFD, offset + 1, false};
  const unsigned first = byte_at(offset);
  if (first < 0x80) return {first, offset + 1, true};
  Lead lead{};
  if (!read_lead(first, lead) || text.size() - offset < lead.length) return broken;
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const unsigned byte = byte_at(offset + i);
    const unsigned least = i == 1 ? lead.second_min : 0x80;
    const unsigned most = i == 1 ? lead.second_max : 0xBF;
    if (byte < least || byte > most) return broken;
    code_point = (code_point << 6) | (byte & 0x3Fu);
  }
  return {code_point, offset + lead.length, true};
}

void append_utf8(char32_t code_point, char*& out) {
  const auto put = [&](char32_t byte) { *out++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

}  // namespace tocsin
