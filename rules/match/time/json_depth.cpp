// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/json_depth.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tocsin {
namespace {

std::optional<int> depth_slowly(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"';) i += text[i] == '\\' ? 2 : 1;
      if (i >= text.size()) return std::nullopt;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
  return depth;
}

#ifdef __SSE2__  // part of every x86-64
constexpr std::size_t kChunk = 64;

// One bit for each of 64 bytes that is such a character.
struct Structure {
  std::uint64_t quotes = 0, opens = 0, closes = 0, backslashes = 0;
};

Structure structure_of(const char* bytes) {
  Structure found;
  for (std::size_t at = 0; at < kChunk; at += sizeof(__m128i)) {
    const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
    // Sets the one bit in which [ and { differ, and ] and }.
    const __m128i folded = _mm_or_si128(chunk, _mm_set1_epi8(0x20));
    const auto bits = [&](__m128i of, char c) {
      const int equal = _mm_movemask_epi8(_mm_cmpeq_epi8(of, _mm_set1_epi8(c)));
      return static_cast<std::uint64_t>(equal) << at;
    };
    found.quotes |= bits(chunk, '"');
    found.opens |= bits(folded, '{');
    found.closes |= bits(folded, '}');
    found.backslashes |= bits(chunk, '\\');
  }
  return found;
}

// Bit i: how many of the bits up to i are set, odd or even.
std::uint64_t parity_up_to(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

std::optional<int> depth_of(std::string_view text) {
  int depth = 0;
  std::uint64_t in_string = 0;  // all bits or none: whether a chunk begins within a string
  for (std::size_t at = 0; at < text.size(); at += kChunk) {
    char last[kChunk] = {};
    const bool is_whole = text.size() - at >= kChunk;
    if (!is_whole) std::memcpy(last, text.data() + at, text.size() - at);
    const Structure found = structure_of(is_whole ? text.data() + at : last);
    if (found.backslashes != 0) return depth_slowly(text);
    const std::uint64_t inside = parity_up_to(found.quotes) ^ in_string;
    depth += std::popcount(found.opens & ~inside) - std::popcount(found.closes & ~inside);
    in_string = std::uint64_t{0} - (inside >> 63);
  }
  if (in_string != 0) return std::nullopt;
  return depth;
}
#else
std::optional<int> depth_of(std::string_view text) { return depth_slowly(text); }
#endif

}  // namespace

std::optional<int> json_depth(std::string_view text) { return depth_of(text); }

}  // namespace tocsin
