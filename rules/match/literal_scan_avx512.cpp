// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literal_tables.hpp"

#ifdef __x86_64__
#include <immintrin.h>

#include <optional>

namespace tocsin {
namespace {

// Per function: what the headers above define inline must stay fit for any processor.
#define TOCSIN_AVX512                                                           \
  __attribute__((                                                               \
      target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,lzcnt," \
             "popcnt")))

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kGroup = 256;  // positions in it fit a byte

struct alignas(64) Lanes : std::array<std::uint8_t, 64> {};
constexpr Lanes kLanes = [] {
  Lanes lanes{};
  for (std::size_t i = 0; i < 64; ++i) lanes[i] = static_cast<std::uint8_t>(i);
  return lanes;
}();

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

// What stage one says of 64 positions.
struct Block {
  __m512i buckets;
  std::uint64_t hits, breaks;
};

class StageOne {
 public:
  TOCSIN_AVX512 explicit StageOne(const LiteralTables& tables)
      : t0_(_mm512_loadu_si512(tables.by_class[0].data())),
        t1_(_mm512_loadu_si512(tables.by_class[1].data())),
        t2_(_mm512_loadu_si512(tables.by_class[2].data())),
        t3_(_mm512_loadu_si512(tables.by_class[3].data())) {}

  TOCSIN_AVX512 Block inside(std::string_view text, std::size_t at) const {
    return test(load(text, at), load(text, at + 1), load(text, at + 2), load(text, at + 3));
  }
  TOCSIN_AVX512 Block at_end(std::string_view text, std::size_t at) const {
    Block block = test(load_tail(text, at), load_tail(text, at + 1), load_tail(text, at + 2),
                       load_tail(text, at + 3));
    block.hits &= first_lanes(text.size() - at);
    return block;
  }

 private:
  TOCSIN_AVX512 static __m512i look_up(__m512i bytes, __m512i table) {
    return _mm512_maskz_permutexvar_epi8(~__mmask64{0}, bytes, table);
  }
  TOCSIN_AVX512 Block test(__m512i b0, __m512i b1, __m512i b2, __m512i b3) const {
    constexpr int all_three = 0x80;
    const __m512i two = _mm512_and_si512(look_up(b0, t0_), look_up(b1, t1_));
    const __m512i buckets =
        _mm512_ternarylogic_epi32(two, look_up(b2, t2_), look_up(b3, t3_), all_three);
    return {buckets, _mm512_test_epi8_mask(buckets, buckets),
            _mm512_cmpeq_epi8_mask(b0, _mm512_set1_epi8('\n'))};
  }
  __m512i t0_, t1_, t2_, t3_;
};

// The positions of a group that stage one lets pass.
struct Survivors {
  alignas(64) std::array<std::uint8_t, kGroup> buckets;
  std::array<std::uint8_t, kGroup + 64> positions;
  std::size_t count = 0;

  TOCSIN_AVX512 void add(std::size_t number, const Block& block, __m512i lanes) {
    _mm512_store_si512(buckets.data() + 64 * number, block.buckets);
    const __m512i numbered =
        _mm512_or_si512(lanes, _mm512_set1_epi8(static_cast<char>(64 * number)));
    _mm512_storeu_si512(positions.data() + count, _mm512_maskz_compress_epi8(block.hits, numbered));
    count += static_cast<std::size_t>(_mm_popcnt_u64(block.hits));
  }
};

class Scan {
 public:
  Scan(const LiteralTables& tables, std::string_view text, std::size_t from,
       std::vector<std::uint32_t>* found)
      : tables_(tables), text_(text), from_(from), found_(found), lines_(text, from) {}

  TOCSIN_AVX512 LiteralScan::Find run() {
    const StageOne stage_one(tables_);
    std::size_t at = from_;
    // Keys begin up to four bytes before a position.
    if (at < 4 && at < text_.size() && !pass_block(stage_one.at_end(text_, at), at)) at += 64;
    if (!find_ && at + kGroup + 16 <= text_.size()) at = pass_groups(stage_one, at);
    for (; !find_ && at < text_.size(); at += 64) pass_block(stage_one.at_end(text_, at), at);
    return find_ ? *find_ : lines_.end();
  }

 private:
  TOCSIN_AVX512 std::size_t pass_groups(const StageOne& stage_one, std::size_t at) {
    const __m512i lanes = _mm512_load_si512(kLanes.data());
    Survivors survivors;
    for (; at + kGroup + 16 <= text_.size(); at += kGroup) {
      const Block blocks[] = {stage_one.inside(text_, at), stage_one.inside(text_, at + 64),
                              stage_one.inside(text_, at + 128), stage_one.inside(text_, at + 192)};
      if ((blocks[0].hits | blocks[1].hits | blocks[2].hits | blocks[3].hits) != 0) {
        survivors.count = 0;
        for (std::size_t i = 0; i < 4; ++i) survivors.add(i, blocks[i], lanes);
        std::size_t position = 0;
        const std::size_t begin = find(survivors, at, position);
        if (begin != kNone) {
          const std::size_t last = position / 64;
          for (std::size_t i = 0; i < last; ++i) lines_.add(at + 64 * i, blocks[i].breaks);
          lines_.add(at + 64 * last,
                     _bzhi_u64(blocks[last].breaks, static_cast<unsigned>(position % 64)));
          find_ = lines_.found(from_, begin, at + position);
          return at;
        }
      }
      for (std::size_t i = 0; i < 4; ++i) lines_.add(at + 64 * i, blocks[i].breaks);
    }
    return at;
  }

  // Where a literal begins whose window is one of the survivors of the group at `at`, kNone if
  // there is none; `position` is then that of the window.
  TOCSIN_AVX512 std::size_t find(const Survivors& survivors, std::size_t at,
                                 std::size_t& position) const {
    for (std::size_t i = 0; i < survivors.count; ++i) {
      position = survivors.positions[i];
      const std::uint8_t buckets = survivors.buckets[position];
      const LiteralTables::KeyRule& rule = tables_.rules[buckets];
      std::uint64_t bytes;
      std::memcpy(&bytes, text_.data() + at + position + rule.begin, 8);
      const bool hit = tables_.has_bit(LiteralTables::hash_key(bytes, rule));
      if (!(hit | rule.undecided)) continue;
      const std::size_t begin = tables_.compare(text_, from_, at + position, buckets, found_);
      if (begin != kNone) return begin;
    }
    return kNone;
  }

  TOCSIN_AVX512 bool pass_block(const Block& block, std::size_t at) {
    if (block.hits != 0) {
      alignas(64) std::array<std::uint8_t, 64> buckets;
      _mm512_store_si512(buckets.data(), block.buckets);
      for (std::uint64_t hits = block.hits; hits != 0; hits &= hits - 1) {
        const auto lane = static_cast<unsigned>(_tzcnt_u64(hits));
        if (!tables_.may_hold(text_, at + lane, buckets[lane])) continue;
        const std::size_t begin = tables_.compare(text_, from_, at + lane, buckets[lane], found_);
        if (begin == kNone) continue;
        lines_.add(at, _bzhi_u64(block.breaks, lane));
        find_ = lines_.found(from_, begin, at + lane);
        return true;
      }
    }
    lines_.add(at, block.breaks);
    return false;
  }

  const LiteralTables& tables_;
  std::string_view text_;
  std::size_t from_;
  std::vector<std::uint32_t>* found_;
  LineCount lines_;
  std::optional<LiteralScan::Find> find_;
};

TOCSIN_AVX512 LiteralScan::Find scan(const LiteralTables& tables, std::string_view text,
                                     std::size_t from, std::vector<std::uint32_t>* found) {
  return Scan(tables, text, from, found).run();
}

}  // namespace

const LiteralScanner* avx512_scanner() {
  static constexpr LiteralScanner scanner = {scan};
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") &&
                          __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2");
  return has ? &scanner : nullptr;
}

}  // namespace tocsin

#else

namespace tocsin {
const LiteralScanner* avx512_scanner() { return nullptr; }
}  // namespace tocsin

#endif
