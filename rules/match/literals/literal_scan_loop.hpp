// SPDX-License-Identifier: Apache-2.0
// The pass of LiteralScan, to be compiled for one processor after the other: who includes this may
// define TOCSIN_SCAN_TARGET before, the attribute of functions that use its instructions. (With
// compiler options for a whole file, inline functions of the standard library would be compiled for
// it too, and the linker might keep those for everybody.)
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "rules/match/literals/literal_tables.hpp"

#ifndef TOCSIN_SCAN_TARGET
#define TOCSIN_SCAN_TARGET
#endif

namespace tocsin {
namespace {

constexpr std::size_t kBlockBytes = 64;
// What lies so far ahead is fetched from memory while stage one computes: the processor itself does
// not look beyond a page.
constexpr std::size_t kAheadBytes = 4096;

// What stage one says of 64 positions, a bit each.
struct BlockBits {
  std::uint64_t passed = 0, breaks = 0;
  std::uint64_t others = 0;  // line breaks with neither '{' nor the text's end behind them
};

// StageOne, for the blocks that it is given:
//   StageOne(const LiteralTables&)
//   BlockBits pass(const char* block, std::uint8_t* buckets) const
//     reads kWindowBytes - 1 bytes more than a block; writes the buckets of each position
//   BlockBits pass_end(const char* block, std::size_t left, std::uint8_t* buckets) const
//     reads `left` bytes and zeros behind them
//   void append(std::uint64_t bits, std::size_t first, const std::uint8_t* buckets, Passed& to)
//     const
//     the positions `first` + the number of each bit, of a block of which `buckets` are
// and for stage two:
//   std::size_t keep_likely(const LiteralTables& tables, const char* text, Passed& passed,
//                           Likely& likely) const
//     writes the positions in `text` whose first key is in the bitmap and how many they are;
//     leaves those that have other keys

// Where many positions pass, stage one goes through so much before stage two does, at most.
constexpr std::size_t kGroupBytes = 2048;

// What stage one lets pass. Behind `count` there is rubbish.
struct Passed {
  std::array<std::uint16_t, kGroupBytes + kBlockBytes> positions;
  std::array<std::uint8_t, kGroupBytes + kBlockBytes> buckets;
  std::size_t count;
};
struct Likely {
  std::array<std::uint64_t, kGroupBytes + 8> positions, hashes;
};

template <class StageOne>
class ScanLoop {
 public:
  ScanLoop(const LiteralTables& tables, std::string_view text, std::size_t from,
           std::vector<std::uint32_t>* found)
      : tables_(tables), text_(text), from_(from), found_(found), lines_(text, from) {}

  TOCSIN_SCAN_TARGET LiteralScan::Find run() {
    const StageOne stage_one(tables_);
    std::size_t at = from_;
    if (at < kBefore && at < text_.size()) pass_checked(stage_one, at);
    while (!has_found_ && is_inside(at)) {
      pass_sparse(stage_one, at);
      if (!has_found_ && is_inside(at)) pass_dense(stage_one, at);
    }
    while (!has_found_ && at < text_.size()) pass_checked(stage_one, at);
    LiteralScan::Find find = has_found_ ? find_ : lines_.end();
    // Behind the find too: who is told so in vain only looks again.
    find.other_lines = others_ != 0;
    return find;
  }

 private:
  static constexpr std::size_t kStepBlocks = 4;
  static constexpr std::size_t kStepBytes = kStepBlocks * kBlockBytes;
  // Of a step that is not sparse, and of those behind it on average, as long as they are not
  // either. The rarer positions are, the sooner each is looked at.
  static constexpr std::size_t kMany = 3, kStillMany = 1;
  // A group ends where enough positions have passed: few at first, since stage one runs in vain
  // behind a find; then many, since stage two is a loop over them.
  static constexpr std::size_t kEnoughFirst = 8, kEnough = 64;
  // How far keys reach before a group and behind its end.
  static constexpr std::size_t kBefore = 4, kReach = kWindowBytes + ValueFilter::kReach;

  struct Group {
    std::array<std::uint64_t, kGroupBytes / kBlockBytes> breaks;
    std::uint64_t others;
    Passed passed;
  };

  bool is_inside(std::size_t at) const { return at + kStepBytes + kReach <= text_.size(); }

  // Up to a step that is not sparse.
  TOCSIN_SCAN_TARGET void pass_sparse(const StageOne& stage_one, std::size_t& at) {
    alignas(kBlockBytes) std::uint8_t buckets[kStepBytes];
    std::uint64_t others = 0;
    for (; is_inside(at); at += kStepBytes) {
      BlockBits blocks[kStepBlocks];
      std::uint64_t passed = 0;
      for (std::size_t i = 0; i < kStepBlocks; ++i) {
        __builtin_prefetch(text_.data() + at + kBlockBytes * i + kAheadBytes);
        blocks[i] = stage_one.pass(text_.data() + at + kBlockBytes * i, buckets + kBlockBytes * i);
        passed |= blocks[i].passed;
        others |= blocks[i].others;
      }
      if (passed != 0) {
        // A copy, so that elsewhere they need no memory.
        const std::array<BlockBits, kStepBlocks> copy = {blocks[0], blocks[1], blocks[2],
                                                         blocks[3]};
        if (!check_few(at, copy.data(), buckets)) break;
      }
      for (std::size_t i = 0; i < kStepBlocks; ++i)
        lines_.add(at + kBlockBytes * i, blocks[i].breaks);
    }
    others_ |= others;
  }
  // False: too many, or found.
  TOCSIN_SCAN_TARGET bool check_few(std::size_t at, const BlockBits* blocks,
                                    const std::uint8_t* buckets) {
    int count = 0;
    for (std::size_t i = 0; i < kStepBlocks; ++i) count += __builtin_popcountll(blocks[i].passed);
    if (count >= static_cast<int>(kMany)) return false;
    for (std::size_t i = 0; i < kStepBlocks; ++i)
      for (std::uint64_t passed = blocks[i].passed; passed != 0; passed &= passed - 1) {
        const std::size_t to = kBlockBytes * i + static_cast<std::size_t>(__builtin_ctzll(passed));
        if (!check(at + to, buckets[to])) continue;
        std::uint64_t breaks[kStepBlocks];
        for (std::size_t k = 0; k < kStepBlocks; ++k) breaks[k] = blocks[k].breaks;
        end_at(at, breaks, kStepBlocks);
        return false;
      }
    return true;
  }

  // Up to a group that is sparse.
  TOCSIN_SCAN_TARGET __attribute__((noinline)) void pass_dense(const StageOne& stage_one,
                                                               std::size_t& at) {
    Group group;
    for (std::size_t enough = kEnoughFirst; is_inside(at); enough = std::min(2 * enough, kEnough)) {
      const std::size_t most = std::min(kGroupBytes, text_.size() - at - kReach) / kStepBytes;
      const std::size_t steps = pass_group(stage_one, text_.data() + at, most, enough, group);
      const bool sparse = group.passed.count < kStillMany * steps;
      others_ |= group.others;
      if (group.passed.count != 0) stage_two(stage_one, at, group.passed);
      const std::size_t blocks = steps * kStepBlocks;
      if (has_found_) return end_at(at, group.breaks.data(), blocks);
      for (std::size_t i = 0; i < blocks; ++i) lines_.add(at + kBlockBytes * i, group.breaks[i]);
      at += steps * kStepBytes;
      if (sparse) return;
    }
  }

  // How many steps it has gone.
  TOCSIN_SCAN_TARGET static std::size_t pass_group(const StageOne& stage_one, const char* text,
                                                   std::size_t most, std::size_t enough,
                                                   Group& group) {
    alignas(kBlockBytes) std::array<std::uint8_t, kStepBytes> buckets;
    group.passed.count = 0;
    group.others = 0;
    std::size_t step = 0;
    do {
      std::array<std::uint64_t, kStepBlocks> passed;
      std::uint64_t any = 0;
      for (std::size_t i = 0; i < kStepBlocks; ++i) {
        __builtin_prefetch(text + kStepBytes * step + kBlockBytes * i + kAheadBytes);
        const BlockBits block = stage_one.pass(text + kStepBytes * step + kBlockBytes * i,
                                               buckets.data() + kBlockBytes * i);
        group.breaks[kStepBlocks * step + i] = block.breaks;
        group.others |= block.others;
        any |= passed[i] = block.passed;
      }
      ++step;
      if (any == 0) continue;
      for (std::size_t i = 0; i < kStepBlocks; ++i)
        stage_one.append(passed[i], kStepBytes * (step - 1) + kBlockBytes * i,
                         buckets.data() + kBlockBytes * i, group.passed);
    } while (step < most && group.passed.count < enough);
    return step;
  }

  // Finds at the first position that holds a literal. Those with several keys are tried again with
  // the next. Apart, since stage one's tables fill the registers.
  TOCSIN_SCAN_TARGET __attribute__((noinline)) void stage_two(const StageOne& stage_one,
                                                              std::size_t at, Passed& passed) {
    Likely likely;
    std::size_t end = std::string_view::npos;
    while (passed.count != 0) {
      const std::size_t count = stage_one.keep_likely(tables_, text_.data() + at, passed, likely);
      for (std::size_t i = 0; i < count && likely.positions[i] < end; ++i)
        if (compare(at + likely.positions[i], likely.hashes[i])) end = likely.positions[i];
    }
  }

  // One block, wherever it is in the text.
  TOCSIN_SCAN_TARGET void pass_checked(const StageOne& stage_one, std::size_t& at) {
    alignas(kBlockBytes) std::uint8_t buckets[kBlockBytes];
    const std::size_t left = text_.size() - at;
    BlockBits block = left >= kBlockBytes + kWindowBytes
                          ? stage_one.pass(text_.data() + at, buckets)
                          : stage_one.pass_end(text_.data() + at, left, buckets);
    if (left < kBlockBytes) block.passed &= (std::uint64_t{1} << left) - 1;
    others_ |= block.others;
    for (std::uint64_t passed = block.passed; passed != 0; passed &= passed - 1) {
      const auto i = static_cast<std::size_t>(__builtin_ctzll(passed));
      if (check(at + i, buckets[i])) return end_at(at, &block.breaks, 1);
    }
    lines_.add(at, block.breaks);
    at += kBlockBytes;
  }

  // Stage two at a position near the ends of the text.
  TOCSIN_SCAN_TARGET bool check(std::size_t window, std::uint8_t buckets) {
    for (std::uint8_t there = buckets; there != 0; there = tables_.rules[there].others) {
      const LiteralTables::KeyRule& rule = tables_.rules[there];
      const std::size_t begin = window + static_cast<std::size_t>(rule.begin);
      if (begin > text_.size()) continue;  // before it
      const std::uint64_t hash = LiteralTables::hash_key(load_bytes(text_, begin), rule);
      if (tables_.has_bit(hash) && tables_.may_hold(text_, window, rule) && compare(window, hash))
        return true;
    }
    return false;
  }

  TOCSIN_SCAN_TARGET bool compare(std::size_t window, std::uint64_t hash) {
    const std::size_t begin = tables_.compare(text_, from_, window, hash, found_);
    if (begin == std::string_view::npos) return false;
    find_.at = begin;
    window_ = window;
    return has_found_ = true;
  }

  // Counts the lines of `count` blocks up to the window of what is found.
  TOCSIN_SCAN_TARGET void end_at(std::size_t at, const std::uint64_t* breaks, std::size_t count) {
    for (std::size_t i = 0; i < count && at + kBlockBytes * i < window_; ++i) {
      const std::size_t before = window_ - at - kBlockBytes * i;
      const std::uint64_t bits =
          before < kBlockBytes ? (std::uint64_t{1} << before) - 1 : ~std::uint64_t{0};
      lines_.add(at + kBlockBytes * i, breaks[i] & bits);
    }
    find_ = lines_.found(from_, find_.at, window_);
  }

  const LiteralTables& tables_;
  std::string_view text_;
  std::size_t from_;
  std::vector<std::uint32_t>* found_;
  LineCount lines_;
  LiteralScan::Find find_;
  std::size_t window_ = 0;  // of what is found
  std::uint64_t others_ = 0;
  bool has_found_ = false;
};

template <class StageOne>
TOCSIN_SCAN_TARGET LiteralScan::Find scan_with(const LiteralTables& tables, std::string_view text,
                                               std::size_t from,
                                               std::vector<std::uint32_t>* found) {
  return ScanLoop<StageOne>(tables, text, from, found).run();
}

template <class StageOne>
TOCSIN_SCAN_TARGET std::uint64_t passed_in(const LiteralTables& tables, const char* block) {
  alignas(kBlockBytes) std::uint8_t buckets[kBlockBytes];
  return StageOne(tables).pass(block, buckets).passed;
}

// A StageOne of `Pass`, which is the constructor and pass(), for processors without instructions
// for the rest.
template <class Pass>
class WithPlainRest : public Pass {
 public:
  using Pass::Pass;

  TOCSIN_SCAN_TARGET BlockBits pass_end(const char* block, std::size_t left,
                                        std::uint8_t* buckets) const {
    char copy[kBlockBytes + kWindowBytes] = {};
    std::memcpy(copy, block, left);
    BlockBits bits = this->pass(copy, buckets);
    if (left <= kBlockBytes) bits.others &= ~(std::uint64_t{1} << (left - 1));
    return bits;
  }

  TOCSIN_SCAN_TARGET static void append(std::uint64_t bits, std::size_t first,
                                        const std::uint8_t* buckets, Passed& to) {
    for (; bits != 0; bits &= bits - 1) {
      const auto i = static_cast<std::size_t>(__builtin_ctzll(bits));
      to.positions[to.count] = static_cast<std::uint16_t>(first + i);
      to.buckets[to.count++] = buckets[i];
    }
  }

  // Without a branch, since which of many positions go on cannot be foretold.
  TOCSIN_SCAN_TARGET static std::size_t keep_likely(const LiteralTables& tables, const char* text,
                                                    Passed& passed, Likely& likely) {
    const std::uint64_t* const bitmap = tables.bitmap.data();
    const LiteralTables::KeyRule* const rules = tables.rules.data();
    const unsigned shift = tables.bitmap_shift;
    const std::size_t count = passed.count;
    std::size_t kept = 0, left = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint16_t position = passed.positions[i];
      const LiteralTables::KeyRule& rule = rules[passed.buckets[i]];
      std::uint64_t bytes;
      std::memcpy(&bytes, text + position + rule.begin, 8);
      const std::uint64_t hash = LiteralTables::hash_key(bytes, rule), bit = hash >> shift;
      likely.positions[kept] = position;
      likely.hashes[kept] = hash;
      bool keep = (bitmap[bit / 64] >> (bit % 64) & 1) != 0;
      if (keep && rule.is_name)
        keep = tables.values.may_hold(bytes & rule.mask, text + position + kWindowBytes);
      kept += keep;
      passed.positions[left] = position;
      passed.buckets[left] = rule.others;
      left += rule.others != 0;
    }
    passed.count = left;
    return kept;
  }
};

}  // namespace
}  // namespace tocsin
