// SPDX-License-Identifier: Apache-2.0
// How LiteralScan finds thousands of literals in one pass. Each literal has a window: a place in it
// that is rare in logs, often its opening quote. Stage one tests six bytes of the text per
// position, by table lookups for 64 positions at a time: literals with similar windows share one of
// eight buckets, and a table says in which buckets a byte may stand at a place of the window. Stage
// two hashes a key of the text at the few positions that are left and asks a bitmap that fits a
// cache; behind a name it asks what its value begins with too. Only then bytes are compared.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/literals/literal_places.hpp"
#include "rules/match/literals/literal_scan.hpp"
#include "rules/match/literals/value_filter.hpp"
#include "rules/match/text_hash.hpp"

namespace tocsin {

// Eight bytes or fewer as a little-endian number, with 0 for those behind the end of the text.
inline std::uint64_t load_bytes(std::string_view text, std::size_t at, std::size_t count = 8) {
  std::uint64_t bytes = 0;
  if (at + 8 <= text.size()) {
    bytes = load_little_endian(text.data() + at);
  } else {
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
      bytes |= std::uint64_t{static_cast<unsigned char>(text[at + i])} << (8 * i);
  }
  return count >= 8 ? bytes : bytes & ((std::uint64_t{1} << (8 * count)) - 1);
}

struct LiteralTables {
  LiteralTables(std::vector<Literal> literals, bool escapes);

  // ---- Stage one: a bit per bucket ----
  std::array<std::array<std::uint8_t, kByteClasses>, kWindowBytes> by_class{};
  std::array<std::array<std::uint8_t, 16>, kWindowBytes> by_low{}, by_high{};  // halves of a byte
  std::array<std::array<std::uint8_t, 256>, kWindowBytes> by_byte{};

  // ---- Stage two, by what stage one says of a position ----
  struct KeyRule {
    std::uint64_t mask = 0;
    std::int32_t begin = 0;   // of the key, from the position on: -2 to 1
    std::uint8_t others = 0;  // buckets with other keys, to be tried by their own rule
    bool is_name = false;     // `values` is asked too
  };
  std::array<KeyRule, 256> rules{};
  // The same for vectors: by the lowest of several buckets, the highest first.
  struct VectorRules {
    std::array<std::uint64_t, kLiteralBuckets> masks{}, alikes{};  // buckets with the same rule
    std::array<std::int64_t, kLiteralBuckets> begins{};
    std::uint64_t names = 0;  // buckets of names
  };
  VectorRules vector_rules;

  static constexpr std::uint64_t kHashFactor = 0xD6E8FEB86659FD93u;
  static std::uint64_t hash_key(std::uint64_t bytes, const KeyRule& rule) {
    return ((bytes & rule.mask) ^ rule.mask >> 7) * kHashFactor;
  }
  bool has_bit(std::uint64_t hash) const {
    const std::uint64_t bit = hash >> bitmap_shift;
    return (bitmap[bit / 64] >> (bit % 64) & 1) != 0;
  }
  // What stands behind names.
  ValueFilter values;
  bool may_hold(std::string_view text, std::size_t window, const KeyRule& rule) const {
    const std::size_t end = window + kWindowBytes;
    return !rule.is_name || end + ValueFilter::kReach > text.size() ||
           values.may_hold(load_bytes(text, end - 4, 4), text.data() + end);
  }
  std::vector<std::uint64_t> bitmap;
  unsigned bitmap_shift = 63;

  // ---- Comparison ----
  // A literal with this key whose window is at `at` and that begins at or behind `from`: where;
  // npos: none. With `found` the numbers of all such literals are appended to it, and the answer is
  // npos.
  std::size_t compare(std::string_view text, std::size_t from, std::size_t at, std::uint64_t hash,
                      std::vector<std::uint32_t>* found) const;

  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t literal = 0;            // its number
    std::int32_t offset = 0;              // of its window
    std::uint32_t begin = 0, length = 0;  // in `texts`
    bool alone = true;                    // none that is found by both ends begins so
    std::string_view before;              // what the window has before it, if the offset is -1
    std::shared_ptr<const LiteralCondition> condition;
  };
  std::uint32_t literal_count = 0;   // the number of \u
  bool any_string = false;           // some entries are found by both ends of a string
  std::vector<Entry> entries;        // by hash
  std::vector<std::uint32_t> slots;  // where those with the same highest bits begin; one more
  unsigned slot_shift = 63;
  std::string texts;

 private:
  void fill_stage_one(std::vector<LiteralBucket> shared);
  void fill_entries(const std::vector<LiteralPlace>& places, const std::vector<Literal>& literals);
  std::size_t compare_hashed(std::string_view text, std::size_t from, std::size_t at,
                             std::uint64_t hash, std::vector<std::uint32_t>* found,
                             bool& alone) const;
};

// One way to run the pass. With `found` all literals are collected, some more than once, and the
// answer is that nothing was found.
struct LiteralScanner {
  LiteralScan::Find (*scan)(const LiteralTables& tables, std::string_view text, std::size_t from,
                            std::vector<std::uint32_t>* found);
  // Of 64 positions those that stage one lets pass. Reads kWindowBytes - 1 bytes more.
  std::uint64_t (*passed)(const LiteralTables& tables, const char* block);
};
// nullptr: not for this processor.
const LiteralScanner* scalar_scanner();
const LiteralScanner* neon_scanner();
const LiteralScanner* avx2_scanner();
const LiteralScanner* avx512_scanner();

// The lines that a pass has gone through.
struct LineCount {
  LineCount(std::string_view scanned, std::size_t from) : text(scanned), begin(from) {}
  // Up to 64 bytes at `block`: a bit for each line break.
  void add(std::size_t block, std::uint64_t mask) {
    breaks += static_cast<std::size_t>(__builtin_popcountll(mask));
    if (mask != 0) begin = block + 64 - static_cast<std::size_t>(__builtin_clzll(mask));
  }
  LiteralScan::Find end() const { return {std::string_view::npos, breaks, begin}; }
  // A literal begins at `at`; its window, at or behind it, is where lines were counted to.
  LiteralScan::Find found(std::size_t from, std::size_t at, std::size_t window) const;

  std::string_view text;
  std::size_t breaks = 0;
  std::size_t begin;
};

}  // namespace tocsin
