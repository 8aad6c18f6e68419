// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_tables.hpp"

#ifdef __x86_64__
#include <immintrin.h>

namespace tocsin {
namespace {

#define TOCSIN_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,bmi2,lzcnt,popcnt")))

constexpr std::size_t kNone = std::string_view::npos;

TOCSIN_AVX512 inline __mmask64 first_lanes(std::size_t count) {
  return count >= 64 ? ~__mmask64{0} : _bzhi_u64(~0ULL, static_cast<unsigned>(count));
}

// The 64 bytes at `at`, zeros behind the end of the text.
TOCSIN_AVX512 inline __m512i load_tail(std::string_view text, std::size_t at) {
  return at < text.size() ? _mm512_maskz_loadu_epi8(first_lanes(text.size() - at), text.data() + at)
                          : _mm512_setzero_si512();
}

TOCSIN_AVX512 inline __m512i load(std::string_view text, std::size_t at) {
  return _mm512_loadu_si512(text.data() + at);
}

struct StageOne {
  TOCSIN_AVX512 explicit StageOne(const LiteralTables& tables)
      : t0(_mm512_loadu_si512(tables.by_class[0].data())),
        t1(_mm512_loadu_si512(tables.by_class[1].data())),
        t2(_mm512_loadu_si512(tables.by_class[2].data())),
        t3(_mm512_loadu_si512(tables.by_class[3].data())) {}
  TOCSIN_AVX512 __m512i buckets(__m512i b0, __m512i b1, __m512i b2, __m512i b3) const {
    const __m512i low = _mm512_and_si512(_mm512_maskz_permutexvar_epi8(~__mmask64{0}, b0, t0),  //
                                         _mm512_maskz_permutexvar_epi8(~__mmask64{0}, b1, t1));
    return _mm512_ternarylogic_epi32(low, _mm512_maskz_permutexvar_epi8(~__mmask64{0}, b2, t2),
                                     _mm512_maskz_permutexvar_epi8(~__mmask64{0}, b3, t3), 0x80);
  }
  __m512i t0, t1, t2, t3;
};

TOCSIN_AVX512 inline std::size_t find_whole(const LiteralTables& tables, std::string_view text,
                                            std::size_t from, std::size_t at,
                                            std::vector<std::uint32_t>* found) {
  const std::uint64_t quotes =
      _mm512_cmpeq_epi8_mask(load_tail(text, at + 1), _mm512_set1_epi8('"'));
  const std::size_t length = static_cast<std::size_t>(_tzcnt_u64(quotes)) + 2;
  if (length > kWholeBytesMax) return kNone;
  const std::uint64_t hash = hash_of_whole(text, at, length);
  return tables.may_hold(hash) ? tables.compare(text, from, at, hash, found) : kNone;
}

TOCSIN_AVX512 LiteralScan::Find scan(const LiteralTables& tables, std::string_view text,
                                     std::size_t from, std::vector<std::uint32_t>* found) {
  const StageOne stage_one(tables);
  const __m512i line_break = _mm512_set1_epi8('\n');
  LineCount lines(text, from);
  for (std::size_t at = from; at < text.size(); at += 64) {
    __m512i bytes, buckets;
    std::uint64_t hits;
    if (at + 64 + kWindowBytes <= text.size()) {
      bytes = load(text, at);
      buckets =
          stage_one.buckets(bytes, load(text, at + 1), load(text, at + 2), load(text, at + 3));
      hits = _mm512_test_epi8_mask(buckets, buckets);
    } else {
      bytes = load_tail(text, at);
      buckets = stage_one.buckets(bytes, load_tail(text, at + 1), load_tail(text, at + 2),
                                  load_tail(text, at + 3));
      hits = _mm512_test_epi8_mask(buckets, buckets) & first_lanes(text.size() - at);
    }
    const std::uint64_t breaks = _mm512_cmpeq_epi8_mask(bytes, line_break);
    if (hits != 0) {
      alignas(64) std::array<std::uint8_t, 64> bucket_of;
      _mm512_store_si512(bucket_of.data(), buckets);
      for (; hits != 0; hits &= hits - 1) {
        const auto lane = static_cast<unsigned>(_tzcnt_u64(hits));
        std::size_t begin = kNone;
        if ((bucket_of[lane] & tables.buckets[0]) != 0)
          begin = find_whole(tables, text, from, at + lane, found);
        if (begin == kNone)
          begin = find_by_keys(tables, text, from, at + lane, bucket_of[lane], found);
        if (begin == kNone) continue;
        lines.add(at, _bzhi_u64(breaks, lane));
        return lines.found(from, begin, at + lane);
      }
    }
    lines.add(at, breaks);
  }
  return lines.end();
}

}  // namespace

const LiteralScanner* avx512_scanner() {
  static constexpr LiteralScanner scanner = {scan};
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi2");
  return has ? &scanner : nullptr;
}

}  // namespace tocsin

#else

namespace tocsin {
const LiteralScanner* avx512_scanner() { return nullptr; }
}  // namespace tocsin

#endif
