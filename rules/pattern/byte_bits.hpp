// SPDX-License-Identifier: Apache-2.0
// Which of 64 bytes are of a kind, a bit each, the first byte's the lowest.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__  // part of every x86-64
#include <emmintrin.h>
#endif

#include "rules/pattern/characters.hpp"

namespace tocsin {

// 64 bytes that are read once and may be asked for several kinds.
class ByteBits {
 public:
  static constexpr std::size_t kSize = 64;

  // The first `size` bytes at `bytes`, no more than 64; those behind them count as 0.
  ByteBits(const char* bytes, std::size_t size) {
    if (size >= kSize) {
      load(bytes);
    } else {
      char padded[kSize] = {};
      std::memcpy(padded, bytes, size);
      load(padded);
    }
  }

#ifdef __SSE2__
  std::uint64_t equal(char c) const {
    const __m128i wanted = _mm_set1_epi8(c);
    return collect([&](__m128i part) { return _mm_cmpeq_epi8(part, wanted); });
  }
  std::uint64_t white() const {
    return collect([](__m128i part) {
      return _mm_or_si128(_mm_cmpeq_epi8(part, _mm_set1_epi8(' ')), within(part, '\t', '\r'));
    });
  }
  std::uint64_t alphanumeric() const {
    return collect([](__m128i part) {
      const __m128i lower = _mm_or_si128(part, _mm_set1_epi8(0x20));
      return _mm_or_si128(within(lower, 'a', 'z'), within(part, '0', '9'));
    });
  }

 private:
  static constexpr std::size_t kPart = sizeof(__m128i);

  static __m128i within(__m128i part, char first, char last) {
    const __m128i from_first = _mm_sub_epi8(part, _mm_set1_epi8(first));
    const __m128i limit = _mm_set1_epi8(static_cast<char>(last - first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_first, limit), from_first);
  }
  template <class IsKind>
  std::uint64_t collect(const IsKind& is_kind) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kSize / kPart; ++i)
      bits |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(is_kind(parts_[i])))}
              << (kPart * i);
    return bits;
  }
  void load(const char* bytes) {
    for (std::size_t i = 0; i < kSize / kPart; ++i)
      parts_[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + kPart * i));
  }

  __m128i parts_[kSize / kPart];
#else
  std::uint64_t equal(char c) const {
    return collect([c](char byte) { return byte == c; });
  }
  std::uint64_t white() const { return collect(is_white); }
  std::uint64_t alphanumeric() const { return collect(is_alphanumeric); }

 private:
  template <class IsKind>
  std::uint64_t collect(const IsKind& is_kind) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < kSize; ++i) bits |= std::uint64_t{is_kind(bytes_[i])} << i;
    return bits;
  }
  void load(const char* bytes) { std::memcpy(bytes_, bytes, kSize); }

  char bytes_[kSize];
#endif
};

}  // namespace tocsin
