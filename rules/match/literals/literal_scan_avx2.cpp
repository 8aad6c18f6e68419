// SPDX-License-Identifier: Apache-2.0
#ifdef __x86_64__
#include <immintrin.h>
#define TOCSIN_SCAN_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#endif
#include "rules/match/literals/literal_scan_loop.hpp"

namespace tocsin {

#ifdef __x86_64__
namespace {

class Avx2 {
 public:
  TOCSIN_SCAN_TARGET explicit Avx2(const LiteralTables& tables) {
    for (std::size_t i = 0; i < kWindowBytes; ++i) {
      low_[i] = twice(tables.by_low[i].data());
      high_[i] = twice(tables.by_high[i].data());
    }
  }

  TOCSIN_SCAN_TARGET BlockBits pass(const char* block, std::uint8_t* buckets) const {
    BlockBits bits;
    for (std::size_t half = 0; half < 2; ++half) {
      const std::size_t at = 32 * half;
      const __m256i bytes = load(block + at);
      __m256i there = look_up(bytes, 0);
      for (std::size_t i = 1; i < kWindowBytes; ++i)
        there = _mm256_and_si256(there, look_up(load(block + at + i), i));
      _mm256_store_si256(reinterpret_cast<__m256i*>(buckets + at), there);
      bits.passed |= (~equal(there, 0) & 0xffffffffu) << at;
      const std::uint64_t breaks = equal(bytes, '\n');
      bits.breaks |= breaks << at;
      bits.others |= (breaks & ~equal(load(block + at + 1), '{')) << at;
    }
    return bits;
  }

 private:
  TOCSIN_SCAN_TARGET static __m256i load(const char* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  TOCSIN_SCAN_TARGET static __m256i twice(const std::uint8_t* table) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
  }
  TOCSIN_SCAN_TARGET static std::uint64_t equal(__m256i bytes, char byte) {
    const __m256i same = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(same));
  }
  TOCSIN_SCAN_TARGET __m256i look_up(__m256i bytes, std::size_t place) const {
    const __m256i half = _mm256_set1_epi8(0x0f);
    const __m256i low = _mm256_and_si256(bytes, half);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    return _mm256_and_si256(_mm256_shuffle_epi8(low_[place], low),
                            _mm256_shuffle_epi8(high_[place], high));
  }
  __m256i low_[kWindowBytes], high_[kWindowBytes];
};

}  // namespace

const LiteralScanner* avx2_scanner() {
  static constexpr LiteralScanner scanner = {scan_with<WithPlainRest<Avx2>>,
                                             passed_in<WithPlainRest<Avx2>>};
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
                          __builtin_cpu_supports("lzcnt");
  return has ? &scanner : nullptr;
}
#else
const LiteralScanner* avx2_scanner() { return nullptr; }
#endif

}  // namespace tocsin
