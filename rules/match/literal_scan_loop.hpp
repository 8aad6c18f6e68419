// SPDX-License-Identifier: Apache-2.0
// The pass of LiteralScan, to be compiled for one processor after the other: who includes this may
// define TOCSIN_SCAN_TARGET before, the attribute of functions that use its instructions. (With
// compiler options for a whole file, inline functions of the standard library would be compiled for
// it too, and the linker might keep those for everybody.)
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "rules/match/literal_tables.hpp"

#ifndef TOCSIN_SCAN_TARGET
#define TOCSIN_SCAN_TARGET
#endif

namespace tocsin {
namespace {

constexpr std::size_t kBlockBytes = 64;

// What stage one says of 64 positions, a bit each.
struct BlockBits {
  std::uint64_t passed = 0, breaks = 0;
};

// StageOne, for the blocks that it is given:
//   StageOne(const LiteralTables&)
//   BlockBits pass(const char* block, std::uint8_t* buckets) const
//     reads kWindowBytes - 1 bytes more than a block; writes the buckets of each position
//   BlockBits pass_end(const char* block, std::size_t left, std::uint8_t* buckets) const
//     reads `left` bytes and zeros behind them
//   std::size_t positions(std::uint64_t bits, std::size_t first, std::uint8_t* out) const
//     writes `first` + the number of each bit, then rubbish up to out + 64; returns how many
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
    if (!has_found_ && at + kGroupReach <= text_.size()) pass_groups(stage_one, at);
    while (!has_found_ && at < text_.size()) pass_checked(stage_one, at);
    return has_found_ ? find_ : lines_.end();
  }

 private:
  static constexpr std::size_t kBlocks = 4;
  static constexpr std::size_t kGroupBytes = kBlocks * kBlockBytes;  // a position fits a byte
  static constexpr std::size_t kManyPositions = 16;
  // How far keys reach before a group and behind its begin.
  static constexpr std::size_t kBefore = 4, kGroupReach = kGroupBytes + 16;

  TOCSIN_SCAN_TARGET void pass_groups(const StageOne& stage_one, std::size_t& at) {
    alignas(kBlockBytes) std::uint8_t buckets[kGroupBytes];
    std::uint8_t positions[kGroupBytes + kBlockBytes];
    for (; at + kGroupReach <= text_.size(); at += kGroupBytes) {
      BlockBits blocks[kBlocks];
      std::uint64_t passed = 0;
      for (std::size_t i = 0; i < kBlocks; ++i) {
        blocks[i] = stage_one.pass(text_.data() + at + kBlockBytes * i, buckets + kBlockBytes * i);
        passed |= blocks[i].passed;
      }
      if (passed != 0) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < kBlocks; ++i)
          count += stage_one.positions(blocks[i].passed, kBlockBytes * i, positions + count);
        const std::size_t window = stage_two(at, buckets, positions, count);
        if (has_found_) return end_at(window, at, blocks, kBlocks);
      }
      for (std::size_t i = 0; i < kBlocks; ++i) lines_.add(at + kBlockBytes * i, blocks[i].breaks);
    }
  }

  // The first of the positions in the group `at` at which a literal is found.
  TOCSIN_SCAN_TARGET std::size_t stage_two(std::size_t at, const std::uint8_t* buckets,
                                           const std::uint8_t* positions, std::size_t count) {
    std::uint8_t likely[kGroupBytes];
    if (count > kManyPositions) {
      count = keep_likely(text_.data() + at, buckets, positions, count, likely);
      positions = likely;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t window = at + positions[i];
      std::uint8_t there = buckets[positions[i]];
      do {
        const LiteralTables::KeyRule& rule = tables_.rules[there];
        std::uint64_t bytes;
        std::memcpy(&bytes, text_.data() + static_cast<std::ptrdiff_t>(window) + rule.begin, 8);
        const std::uint64_t hash = LiteralTables::hash_key(bytes, rule);
        if (tables_.has_bit(hash) && compare(window, hash)) return window;
        there = rule.others;
      } while (there != 0);
    }
    return 0;
  }

  // Without a branch, since which of many positions go on cannot be foretold.
  TOCSIN_SCAN_TARGET std::size_t keep_likely(const char* group, const std::uint8_t* buckets,
                                             const std::uint8_t* positions, std::size_t count,
                                             std::uint8_t* out) const {
    const std::uint64_t* const bitmap = tables_.bitmap.data();
    const LiteralTables::KeyRule* const rules = tables_.rules.data();
    const unsigned shift = tables_.bitmap_shift;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const LiteralTables::KeyRule& rule = rules[buckets[positions[i]]];
      std::uint64_t bytes;
      std::memcpy(&bytes, group + positions[i] + rule.begin, 8);
      const std::uint64_t bit = LiteralTables::hash_key(bytes, rule) >> shift;
      out[kept] = positions[i];
      kept += (bitmap[bit / 64] >> (bit % 64) & 1) | static_cast<std::uint64_t>(rule.others != 0);
    }
    return kept;
  }

  // One block, wherever it is in the text.
  TOCSIN_SCAN_TARGET void pass_checked(const StageOne& stage_one, std::size_t& at) {
    alignas(kBlockBytes) std::uint8_t buckets[kBlockBytes];
    const std::size_t left = text_.size() - at;
    BlockBits block = left >= kBlockBytes + kWindowBytes
                          ? stage_one.pass(text_.data() + at, buckets)
                          : stage_one.pass_end(text_.data() + at, left, buckets);
    if (left < kBlockBytes) block.passed &= (std::uint64_t{1} << left) - 1;
    for (std::uint64_t passed = block.passed; passed != 0; passed &= passed - 1) {
      const auto i = static_cast<std::size_t>(__builtin_ctzll(passed));
      if (check(at + i, buckets[i])) return end_at(at + i, at, &block, 1);
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
      if (tables_.has_bit(hash) && compare(window, hash)) return true;
    }
    return false;
  }

  TOCSIN_SCAN_TARGET bool compare(std::size_t window, std::uint64_t hash) {
    find_.at = tables_.compare(text_, from_, window, hash, found_);
    has_found_ = find_.at != std::string_view::npos;
    return has_found_;
  }

  // Counts the lines of `blocks` up to the window of what is found.
  TOCSIN_SCAN_TARGET void end_at(std::size_t window, std::size_t at, const BlockBits* blocks,
                                 std::size_t count) {
    for (std::size_t i = 0; i < count && at + kBlockBytes * i < window; ++i) {
      const std::size_t before = window - at - kBlockBytes * i;
      const std::uint64_t bits =
          before < kBlockBytes ? (std::uint64_t{1} << before) - 1 : ~std::uint64_t{0};
      lines_.add(at + kBlockBytes * i, blocks[i].breaks & bits);
    }
    find_ = lines_.found(from_, find_.at, window);
  }

  const LiteralTables& tables_;
  std::string_view text_;
  std::size_t from_;
  std::vector<std::uint32_t>* found_;
  LineCount lines_;
  LiteralScan::Find find_;
  bool has_found_ = false;
};

template <class StageOne>
TOCSIN_SCAN_TARGET LiteralScan::Find scan_with(const LiteralTables& tables, std::string_view text,
                                               std::size_t from,
                                               std::vector<std::uint32_t>* found) {
  return ScanLoop<StageOne>(tables, text, from, found).run();
}

// For processors without instructions for it.
template <class StageOne>
TOCSIN_SCAN_TARGET BlockBits pass_copy(const StageOne& stage_one, const char* block,
                                       std::size_t left, std::uint8_t* buckets) {
  char copy[kBlockBytes + kWindowBytes] = {};
  std::memcpy(copy, block, left);
  return stage_one.pass(copy, buckets);
}
inline std::size_t write_positions(std::uint64_t bits, std::size_t first, std::uint8_t* out) {
  std::size_t count = 0;
  for (; bits != 0; bits &= bits - 1)
    out[count++] =
        static_cast<std::uint8_t>(first + static_cast<std::size_t>(__builtin_ctzll(bits)));
  return count;
}

}  // namespace
}  // namespace tocsin
