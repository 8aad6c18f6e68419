// SPDX-License-Identifier: Apache-2.0
#ifdef __x86_64__
#include <immintrin.h>
#define TOCSIN_SCAN_TARGET                                                                        \
  __attribute__((                                                                                 \
      target("avx512f,avx512bw,avx512vl,avx512cd,avx512dq,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt," \
             "popcnt")))
#endif
#include "rules/match/literals/literal_scan_loop.hpp"

namespace tocsin {

#ifdef __x86_64__
namespace {

struct alignas(kBlockBytes) Numbers : std::array<std::uint8_t, kBlockBytes> {};
constexpr Numbers kNumbers = [] {
  Numbers numbers{};
  for (std::size_t i = 0; i < kBlockBytes; ++i) numbers[i] = static_cast<std::uint8_t>(i);
  return numbers;
}();

class Avx512 {
 public:
  TOCSIN_SCAN_TARGET explicit Avx512(const LiteralTables& tables)
      : numbers_(_mm512_load_si512(kNumbers.data())) {
    for (std::size_t i = 0; i < kWindowBytes; ++i)
      tables_[i] = _mm512_loadu_si512(tables.by_class[i].data());
  }

  TOCSIN_SCAN_TARGET BlockBits pass(const char* block, std::uint8_t* buckets) const {
    const __m512i bytes = _mm512_loadu_si512(block);
    __m512i there = look_up(bytes, 0);
#pragma GCC unroll 8
    for (std::size_t i = 1; i < kWindowBytes; ++i)
      there = _mm512_and_si512(there, look_up(_mm512_loadu_si512(block + i), i));
    return result(bytes, there, _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(block + 1), brace()),
                  buckets);
  }
  // Masked lanes are not read.
  TOCSIN_SCAN_TARGET BlockBits pass_end(const char* block, std::size_t left,
                                        std::uint8_t* buckets) const {
    __mmask64 mask = left < 64 ? _bzhi_u64(~0ULL, static_cast<unsigned>(left)) : ~__mmask64{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(mask, block);
    __m512i there = look_up(bytes, 0);
    const __mmask64 next =
        left < 65 ? _bzhi_u64(~0ULL, static_cast<unsigned>(left - 1)) : ~__mmask64{0};
    const __mmask64 others =
        _mm512_mask_cmpneq_epi8_mask(next, _mm512_maskz_loadu_epi8(next, block + 1), brace());
#pragma GCC unroll 8
    for (std::size_t i = 1; i < kWindowBytes; ++i) {
      const std::size_t lanes = left < i ? 0 : left - i;
      mask = lanes < 64 ? _bzhi_u64(~0ULL, static_cast<unsigned>(lanes)) : ~__mmask64{0};
      there = _mm512_and_si512(there, look_up(_mm512_maskz_loadu_epi8(mask, block + i), i));
    }
    return result(bytes, there, others, buckets);
  }
  TOCSIN_SCAN_TARGET void append(std::uint64_t bits, std::size_t first, const std::uint8_t* buckets,
                                 Passed& to) const {
    const __m512i packed = _mm512_maskz_compress_epi8(bits, numbers_);
    const __m512i begin = _mm512_set1_epi16(static_cast<short>(first));
    std::uint16_t* const out = to.positions.data() + to.count;
    const __m512i low =
        _mm512_maskz_cvtepu8_epi16(kAll32, _mm512_maskz_extracti64x4_epi64(0xf, packed, 0));
    _mm512_storeu_si512(out, _mm512_add_epi16(low, begin));
    const __m512i high =
        _mm512_maskz_cvtepu8_epi16(kAll32, _mm512_maskz_extracti64x4_epi64(0xf, packed, 1));
    _mm512_storeu_si512(out + 32, _mm512_add_epi16(high, begin));
    _mm512_storeu_si512(to.buckets.data() + to.count,
                        _mm512_maskz_compress_epi8(bits, _mm512_load_si512(buckets)));
    to.count += static_cast<std::size_t>(_mm_popcnt_u64(bits));
  }
  // Eight positions at a time.
  TOCSIN_SCAN_TARGET std::size_t keep_likely(const LiteralTables& tables, const char* text,
                                             Passed& passed, Likely& likely) const {
    const __m512i masks = _mm512_loadu_si512(tables.vector_rules.masks.data());
    const __m512i begins = _mm512_loadu_si512(tables.vector_rules.begins.data());
    const __m512i alikes = _mm512_loadu_si512(tables.vector_rules.alikes.data());
    const __m512i name_buckets =
        _mm512_set1_epi64(static_cast<long long>(tables.vector_rules.names));
    const __m512i factor = _mm512_set1_epi64(static_cast<long long>(LiteralTables::kHashFactor));
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(tables.bitmap_shift));
    const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi64(1);
    std::size_t kept = 0, left = 0;
    for (std::size_t i = 0; i < passed.count; i += 8) {
      const auto lanes = static_cast<__mmask8>(
          _bzhi_u32(0xff, static_cast<unsigned>(std::min<std::size_t>(passed.count - i, 8))));
      const __m512i positions = _mm512_maskz_cvtepu16_epi64(
          kAll8, _mm_loadu_si128(reinterpret_cast<const __m128i*>(passed.positions.data() + i)));
      const __m512i buckets = _mm512_maskz_cvtepu8_epi64(
          kAll8, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(passed.buckets.data() + i)));
      const __m512i lowest = _mm512_and_si512(buckets, _mm512_sub_epi64(zero, buckets));
      const __m512i rule = _mm512_maskz_lzcnt_epi64(kAll8, lowest);
      const __m512i mask = _mm512_maskz_permutexvar_epi64(kAll8, rule, masks);
      const __m512i begin = _mm512_maskz_permutexvar_epi64(kAll8, rule, begins);
      const __m512i alike = _mm512_maskz_permutexvar_epi64(kAll8, rule, alikes);
      const __m512i bytes =
          _mm512_mask_i64gather_epi64(zero, lanes, _mm512_add_epi64(positions, begin), text, 1);
      const __m512i key =
          _mm512_xor_si512(_mm512_and_si512(bytes, mask), _mm512_maskz_srli_epi64(kAll8, mask, 7));
      const __m512i hash = _mm512_mullo_epi64(key, factor);
      const __m512i bit = _mm512_maskz_srl_epi64(kAll8, hash, shift);
      const __m512i words = _mm512_mask_i64gather_epi64(
          zero, lanes, _mm512_maskz_srli_epi64(kAll8, bit, 6), tables.bitmap.data(), 8);
      __mmask8 hits = _mm512_test_epi64_mask(words, _mm512_maskz_rolv_epi64(kAll8, one, bit));
      const __mmask8 names = _mm512_mask_test_epi64_mask(hits, lowest, name_buckets);
      if (names != 0)
        hits ^= unlike(tables.values, text, positions, _mm512_and_si512(bytes, mask), names);
      _mm512_storeu_si512(likely.positions.data() + kept,
                          _mm512_maskz_compress_epi64(hits, positions));
      _mm512_storeu_si512(likely.hashes.data() + kept, _mm512_maskz_compress_epi64(hits, hash));
      kept += static_cast<std::size_t>(_mm_popcnt_u32(hits));
      const __m512i others = _mm512_maskz_andnot_epi64(lanes, alike, buckets);
      const __mmask8 more = _mm512_test_epi64_mask(others, others);
      _mm_storeu_si128(
          reinterpret_cast<__m128i*>(passed.positions.data() + left),
          _mm512_maskz_cvtepi64_epi16(kAll8, _mm512_maskz_compress_epi64(more, positions)));
      _mm_storel_epi64(
          reinterpret_cast<__m128i*>(passed.buckets.data() + left),
          _mm512_maskz_cvtepi64_epi8(kAll8, _mm512_maskz_compress_epi64(more, others)));
      left += static_cast<std::size_t>(_mm_popcnt_u32(more));
    }
    passed.count = left;
    return kept;
  }

 private:
  static constexpr __mmask32 kAll32 = 0xffffffff;
  static constexpr __mmask8 kAll8 = 0xff;
  TOCSIN_SCAN_TARGET static __m512i all(std::uint64_t number) {
    return _mm512_set1_epi64(static_cast<long long>(number));
  }
  // As ValueFilter::where().
  TOCSIN_SCAN_TARGET static __m512i where(__m512i bytes, char byte) {
    const __m512i ones = all(ValueFilter::kOnes);
    const __m512i others = _mm512_xor_si512(bytes, _mm512_set1_epi8(byte));
    const __m512i highest =
        _mm512_and_si512(_mm512_sub_epi64(others, ones), all(ValueFilter::kOnes << 7));
    return _mm512_maskz_andnot_epi64(kAll8, others, highest);
  }
  TOCSIN_SCAN_TARGET static __m512i up_to(__m512i bytes, __m512i end) {
    return _mm512_and_si512(bytes, _mm512_xor_si512(end, _mm512_sub_epi64(end, all(1))));
  }
  // Of `lanes`, whose names end where their windows do, those that ValueFilter::may_hold() denies.
  TOCSIN_SCAN_TARGET static __mmask8 unlike(const ValueFilter& values, const char* text,
                                            __m512i windows, __m512i names, __mmask8 lanes) {
    const __m512i zero = _mm512_setzero_si512(), byte = all(0xff);
    const __m512i head = _mm512_mask_i64gather_epi64(zero, lanes, windows, text + kWindowBytes, 1);
    const __m512i next = _mm512_and_si512(_mm512_maskz_srli_epi64(kAll8, head, 8), byte);
    const __mmask8 blank = _mm512_cmpeq_epi64_mask(next, all(' '));
    const __m512i begin = _mm512_mask_mov_epi64(
        next, blank, _mm512_and_si512(_mm512_maskz_srli_epi64(kAll8, head, 16), byte));
    const __mmask8 strings =
        _mm512_mask_cmpeq_epi64_mask(lanes, _mm512_and_si512(head, byte), all(':')) &
        _mm512_cmpeq_epi64_mask(begin, all('"'));
    const __m512i at = _mm512_mask_add_epi64(windows, blank, windows, all(1));
    const char* const text_of = text + kWindowBytes + 2;
    __m512i first = _mm512_mask_i64gather_epi64(zero, lanes, at, text_of, 1);
    __m512i second = _mm512_mask_i64gather_epi64(zero, lanes, at, text_of + 8, 1);
    const __m512i escapes = _mm512_or_si512(where(first, '\\'), where(second, '\\'));
    const __mmask8 plain = _mm512_mask_testn_epi64_mask(strings, escapes, escapes);
    const __m512i close = where(first, '"');
    first = up_to(first, close);
    second = _mm512_maskz_mov_epi64(_mm512_testn_epi64_mask(close, close),
                                    up_to(second, where(second, '"')));
    const __m512i name = _mm512_maskz_mul_epu32(kAll8, names, all(ValueFilter::kNameFactor));
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(values.shift()));
    __mmask8 unlike = plain;
    for (const ValueFilter::Mask& mask : values.masks()) {
      const __m512i turned = _mm512_maskz_rol_epi64(
          kAll8, _mm512_and_si512(second, all(mask.second)), ValueFilter::kTurn);
      const __m512i value = _mm512_xor_si512(_mm512_and_si512(first, all(mask.first)), turned);
      const __m512i hash =
          _mm512_mullo_epi64(_mm512_add_epi64(value, name), all(ValueFilter::kHashFactor));
      const __m512i bit = _mm512_maskz_srl_epi64(kAll8, hash, shift);
      const __m512i words = _mm512_mask_i64gather_epi64(
          zero, unlike, _mm512_maskz_srli_epi64(kAll8, bit, 6), values.bits(), 8);
      unlike =
          _mm512_mask_testn_epi64_mask(unlike, words, _mm512_maskz_rolv_epi64(kAll8, all(1), bit));
    }
    return unlike;
  }
  // Unmasked, g++ 12 takes the intrinsic's unused operand for uninitialized.
  TOCSIN_SCAN_TARGET __m512i look_up(__m512i bytes, std::size_t place) const {
    return _mm512_maskz_permutexvar_epi8(~__mmask64{0}, bytes, tables_[place]);
  }
  TOCSIN_SCAN_TARGET static __m512i brace() { return _mm512_set1_epi8('{'); }
  // `others`: positions that no '{' follows.
  TOCSIN_SCAN_TARGET static BlockBits result(__m512i bytes, __m512i there, __mmask64 others,
                                             std::uint8_t* buckets) {
    _mm512_store_si512(buckets, there);
    const __mmask64 breaks = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
    return {_mm512_test_epi8_mask(there, there), breaks, breaks & others};
  }

  __m512i tables_[kWindowBytes];
  __m512i numbers_;
};

}  // namespace

const LiteralScanner* avx512_scanner() {
  static constexpr LiteralScanner scanner = {scan_with<Avx512>, passed_in<Avx512>};
  static const bool has =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
  return has ? &scanner : nullptr;
}
#else
const LiteralScanner* avx512_scanner() { return nullptr; }
#endif

}  // namespace tocsin
