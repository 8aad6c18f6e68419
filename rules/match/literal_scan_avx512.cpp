// SPDX-License-Identifier: Apache-2.0
#ifdef __x86_64__
#include <immintrin.h>
#define TOCSIN_SCAN_TARGET                                                      \
  __attribute__((                                                               \
      target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt," \
             "popcnt")))
#endif
#include "rules/match/literal_scan_loop.hpp"

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
    return result(bytes, there, buckets);
  }
  // Masked lanes are not read.
  TOCSIN_SCAN_TARGET BlockBits pass_end(const char* block, std::size_t left,
                                        std::uint8_t* buckets) const {
    __mmask64 mask = left < 64 ? _bzhi_u64(~0ULL, static_cast<unsigned>(left)) : ~__mmask64{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(mask, block);
    __m512i there = look_up(bytes, 0);
#pragma GCC unroll 8
    for (std::size_t i = 1; i < kWindowBytes; ++i) {
      const std::size_t lanes = left < i ? 0 : left - i;
      mask = lanes < 64 ? _bzhi_u64(~0ULL, static_cast<unsigned>(lanes)) : ~__mmask64{0};
      there = _mm512_and_si512(there, look_up(_mm512_maskz_loadu_epi8(mask, block + i), i));
    }
    return result(bytes, there, buckets);
  }
  TOCSIN_SCAN_TARGET std::size_t positions(std::uint64_t bits, std::size_t first,
                                           std::uint8_t* out) const {
    const __m512i numbered = _mm512_add_epi8(numbers_, _mm512_set1_epi8(static_cast<char>(first)));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(bits, numbered));
    return static_cast<std::size_t>(_mm_popcnt_u64(bits));
  }

 private:
  // Unmasked, g++ 12 takes the intrinsic's unused operand for uninitialized.
  TOCSIN_SCAN_TARGET __m512i look_up(__m512i bytes, std::size_t place) const {
    return _mm512_maskz_permutexvar_epi8(~__mmask64{0}, bytes, tables_[place]);
  }
  TOCSIN_SCAN_TARGET static BlockBits result(__m512i bytes, __m512i there, std::uint8_t* buckets) {
    _mm512_store_si512(buckets, there);
    return {_mm512_test_epi8_mask(there, there),
            _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'))};
  }

  __m512i tables_[kWindowBytes];
  __m512i numbers_;
};

}  // namespace

const LiteralScanner* avx512_scanner() {
  static constexpr LiteralScanner scanner = {scan_with<Avx512>};
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") &&
                          __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
  return has ? &scanner : nullptr;
}
#else
const LiteralScanner* avx512_scanner() { return nullptr; }
#endif

}  // namespace tocsin
