// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/json_nesting.hpp"

#include <bit>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tocsin {
namespace {

// '[' and '{', ']' and '}' differ in one bit.
bool is_open(char c) { return (c | 0x20) == '{'; }
bool is_close(char c) { return (c | 0x20) == '}'; }

#if defined(__x86_64__)
#define TOCSIN_AVX2 __attribute__((target("avx2,bmi,pclmul,popcnt")))
#define TOCSIN_AVX512 __attribute__((target("avx512f,avx512bw,bmi,pclmul,popcnt")))

constexpr std::size_t kBlock = 64;

struct BlockMasks {
  std::uint64_t quote = 0, backslash = 0, open = 0, close = 0;
};

BlockMasks classify(const char* bytes) {
  BlockMasks masks;
  const __m128i fold = _mm_set1_epi8(0x20);
  for (unsigned part = 0; part < 4; ++part) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + part * 16));
    const __m128i folded = _mm_or_si128(v, fold);
    const auto bits = [part](__m128i equal) {
      return std::uint64_t(std::uint32_t(_mm_movemask_epi8(equal))) << (part * 16);
    };
    masks.quote |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    masks.backslash |= bits(_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    masks.open |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{')));
    masks.close |= bits(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
  }
  return masks;
}

TOCSIN_AVX2 std::uint64_t equal_avx2(__m256i low, __m256i high, char c) {
  const __m256i wanted = _mm256_set1_epi8(c);
  const auto bits = std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto more = std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return bits | std::uint64_t{more} << 32;
}

TOCSIN_AVX2 BlockMasks classify_avx2(const char* bytes) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
  const __m256i fold = _mm256_set1_epi8(0x20);
  const __m256i low_folded = _mm256_or_si256(low, fold), high_folded = _mm256_or_si256(high, fold);
  return {equal_avx2(low, high, '"'), equal_avx2(low, high, '\\'),
          equal_avx2(low_folded, high_folded, '{'), equal_avx2(low_folded, high_folded, '}')};
}

TOCSIN_AVX512 BlockMasks classify_avx512(const char* bytes) {
  const __m512i v = _mm512_loadu_si512(bytes);
  const __m512i folded = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
  return {_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')),
          _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\')),
          _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('{')),
          _mm512_cmpeq_epi8_mask(folded, _mm512_set1_epi8('}'))};
}

// The bytes that a backslash before them escapes.
std::uint64_t escaped_bytes(std::uint64_t backslash, bool& carry) {
  std::uint64_t escaped = carry ? 1 : 0;
  carry = false;
  for (; backslash != 0; backslash &= backslash - 1) {
    const int at = std::countr_zero(backslash);
    if ((escaped >> at & 1) != 0) continue;
    if (at == 63)
      carry = true;
    else
      escaped |= std::uint64_t{2} << at;
  }
  return escaped;
}

// Bit i: the exclusive or of all bits up to i.
std::uint64_t prefix_xor(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Of AVX-512 too.
TOCSIN_AVX2 std::uint64_t prefix_xor_avx2(std::uint64_t bits) {
  const __m128i sum =
      _mm_clmulepi64_si128(_mm_set_epi64x(0, static_cast<long long>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(sum));
}

// Takes a block; `string`: its bytes inside strings, from the opening quote on. True if depth
// comes to 0 in it: `used` is how many of its bytes that takes.
[[gnu::always_inline]] inline bool close_in(const BlockMasks& masks, std::uint64_t string,
                                            JsonNesting& nesting, std::size_t& used) {
  nesting.in_string = (string >> 63) != 0;
  const std::uint64_t open = masks.open & ~string, close = masks.close & ~string;
  const auto closed = std::uint64_t(std::popcount(close));
  if (nesting.depth > closed) {
    nesting.depth += std::uint64_t(std::popcount(open)) - closed;
    return false;
  }
  for (std::uint64_t both = open | close; both != 0; both &= both - 1) {
    const int bit = std::countr_zero(both);
    nesting.depth += (open >> bit & 1) != 0 ? 1 : std::uint64_t(-1);
    if (nesting.depth > 0) continue;
    nesting.in_string = nesting.is_escaped = false;
    used = std::size_t(bit) + 1;
    return true;
  }
  return false;
}

// Takes whole blocks of `bytes`, `at` counts the bytes. True if depth comes to 0 in them. Inlined
// into functions whose attributes allow what `classify` and `sums` need.
template <auto classify, auto sums>
[[gnu::always_inline]] inline bool close_with(std::string_view bytes, JsonNesting& nesting,
                                              std::size_t& at) {
  JsonNesting now = nesting;  // in registers
  std::size_t used = 0;
  bool closed = false;
  for (; !closed && at + kBlock <= bytes.size(); at += closed ? used : kBlock) {
    const BlockMasks masks = classify(bytes.data() + at);
    std::uint64_t quote = masks.quote;
    if (masks.backslash != 0 || now.is_escaped)
      quote &= ~escaped_bytes(masks.backslash, now.is_escaped);
    const std::uint64_t string = sums(quote) ^ (now.in_string ? ~std::uint64_t{0} : 0);
    closed = close_in(masks, string, now, used);
  }
  nesting = now;
  return closed;
}

using CloseBlocks = bool (*)(std::string_view bytes, JsonNesting& nesting, std::size_t& at);

bool close_blocks(std::string_view bytes, JsonNesting& nesting, std::size_t& at) {
  return close_with<classify, prefix_xor>(bytes, nesting, at);
}
TOCSIN_AVX2 bool close_blocks_avx2(std::string_view bytes, JsonNesting& nesting, std::size_t& at) {
  return close_with<classify_avx2, prefix_xor_avx2>(bytes, nesting, at);
}
TOCSIN_AVX512 bool close_blocks_avx512(std::string_view bytes, JsonNesting& nesting,
                                       std::size_t& at) {
  return close_with<classify_avx512, prefix_xor_avx2>(bytes, nesting, at);
}

CloseBlocks best_close_blocks() {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") ||
      !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("popcnt"))
    return close_blocks;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  return wide ? close_blocks_avx512 : close_blocks_avx2;
}

bool close_in_blocks(std::string_view bytes, JsonNesting& nesting, std::size_t& at) {
  static const CloseBlocks close = best_close_blocks();
  return close(bytes, nesting, at);
}
#else
bool close_in_blocks(std::string_view, JsonNesting&, std::size_t&) { return false; }
#endif

}  // namespace

bool JsonNesting::step(char c) {
  const bool was_escaped = is_escaped;
  is_escaped = !was_escaped && c == '\\';
  if (c == '"' && !was_escaped) {
    in_string = !in_string;
    return false;
  }
  if (in_string) return false;
  if (is_open(c)) ++depth;
  if (is_close(c)) --depth;
  return true;
}

std::size_t JsonNesting::close(std::string_view bytes) {
  std::size_t at = 0;
  if (close_in_blocks(bytes, *this, at)) return at;
  while (at < bytes.size())
    if (step(bytes[at++]) && depth == 0) break;
  return at;
}

}  // namespace tocsin
