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
      : t0_(_mm512_loadu_si512(tables.by_class[0].data())),
        t1_(_mm512_loadu_si512(tables.by_class[1].data())),
        t2_(_mm512_loadu_si512(tables.by_class[2].data())),
        t3_(_mm512_loadu_si512(tables.by_class[3].data())),
        numbers_(_mm512_load_si512(kNumbers.data())) {}

  TOCSIN_SCAN_TARGET BlockBits pass(const char* block, std::uint8_t* buckets) const {
    return test(_mm512_loadu_si512(block), _mm512_loadu_si512(block + 1),
                _mm512_loadu_si512(block + 2), _mm512_loadu_si512(block + 3), buckets);
  }
  TOCSIN_SCAN_TARGET BlockBits pass_end(const char* block, std::size_t left,
                                        std::uint8_t* buckets) const {
    return test(load_end(block, left, 0), load_end(block, left, 1), load_end(block, left, 2),
                load_end(block, left, 3), buckets);
  }
  TOCSIN_SCAN_TARGET std::size_t positions(std::uint64_t bits, std::size_t first,
                                           std::uint8_t* out) const {
    const __m512i numbered = _mm512_add_epi8(numbers_, _mm512_set1_epi8(static_cast<char>(first)));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(bits, numbered));
    return static_cast<std::size_t>(_mm_popcnt_u64(bits));
  }

 private:
  // Zeros behind the end: masked lanes are not read.
  TOCSIN_SCAN_TARGET static __m512i load_end(const char* block, std::size_t left,
                                             std::size_t place) {
    const std::size_t lanes = left < place ? 0 : left - place;
    const __mmask64 mask =
        lanes >= 64 ? ~__mmask64{0} : _bzhi_u64(~0ULL, static_cast<unsigned>(lanes));
    return _mm512_maskz_loadu_epi8(mask, block + place);
  }
  TOCSIN_SCAN_TARGET BlockBits test(__m512i b0, __m512i b1, __m512i b2, __m512i b3,
                                    std::uint8_t* buckets) const {
    constexpr int all_three = 0x80;
    const __m512i two = _mm512_and_si512(look_up(b0, t0_), look_up(b1, t1_));
    const __m512i there =
        _mm512_ternarylogic_epi32(two, look_up(b2, t2_), look_up(b3, t3_), all_three);
    _mm512_store_si512(buckets, there);
    return {_mm512_test_epi8_mask(there, there),
            _mm512_cmpeq_epi8_mask(b0, _mm512_set1_epi8('\n'))};
  }
  // Unmasked, g++ 12 takes the intrinsic's unused operand for uninitialized.
  TOCSIN_SCAN_TARGET static __m512i look_up(__m512i bytes, __m512i table) {
    return _mm512_maskz_permutexvar_epi8(~__mmask64{0}, bytes, table);
  }
  __m512i t0_, t1_, t2_, t3_, numbers_;
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
