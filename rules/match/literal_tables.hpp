// SPDX-License-Identifier: Apache-2.0
// How LiteralScan finds thousands of literals in one pass. Each literal has a window: a place in it
// that is rare in logs, its opening quote if it has one. Stage one tests four bytes of the text per
// position, by table lookups for 64 positions at a time: literals with similar windows share one of
// eight buckets, and a byte of the table says in which buckets a character may stand at a place of
// the window. Stage two hashes a key of the text at the few positions that are left and asks a
// bitmap that fits a cache; only then bytes are compared.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "rules/match/literal_scan.hpp"

namespace tocsin {

inline constexpr std::size_t kWindowBytes = 4;

// What stage two hashes of a literal: `whole` its first and last eight bytes up to the closing
// quote, and so its length; the others as many bytes from the window on as their name says.
enum class LiteralKey : std::uint8_t { whole, eight, four, two, one };
inline constexpr std::size_t kLiteralKeys = 5;
// A literal with key `whole` is "..." without another quote inside, at most this long.
inline constexpr std::size_t kWholeBytesMax = 64;

struct LiteralTables {
  LiteralTables(const std::vector<std::string>& literals, bool escapes);

  // ---- Stage one: a bit per bucket. ----
  using ByClass = std::array<std::uint8_t, 64>;
  std::array<ByClass, kWindowBytes> by_class{};  // indexed by a byte's low six bits
  std::array<std::array<std::uint8_t, 16>, kWindowBytes> by_low{}, by_high{};  // by half bytes
  std::array<std::array<std::uint8_t, 256>, kWindowBytes> by_byte{};
  std::array<std::uint8_t, kLiteralKeys> buckets{};  // those of each key

  // ---- Stage two ----
  bool may_hold(std::uint64_t hash) const {
    const std::uint64_t bit = hash >> bitmap_shift;
    return (bitmap[bit / 64] >> (bit % 64) & 1) != 0;
  }
  static std::uint64_t hash_whole(std::uint64_t first, std::uint64_t last) {
    return first * 0x9E3779B97F4A7C15u + last * 0xC2B2AE3D27D4EB4Fu;
  }
  static std::uint64_t hash_key(LiteralKey key, std::uint64_t bytes) {
    return (bytes + static_cast<std::uint64_t>(key)) * 0xD6E8FEB86659FD93u;
  }

  // A literal that stands around the position `at` of its window and begins at or behind `from`:
  // where; npos: none. With `found` the numbers of all such literals are appended to it, and the
  // answer is npos.
  std::size_t compare(std::string_view text, std::size_t from, std::size_t at, std::uint64_t hash,
                      std::vector<std::uint32_t>* found) const;

  std::vector<std::uint64_t> bitmap;
  unsigned bitmap_shift = 63;

  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t literal = 0;                      // its number
    std::uint32_t offset = 0;                       // of its window
    std::uint32_t text_begin = 0, text_length = 0;  // in `texts`
  };
  std::uint32_t literal_count = 0;   // the number of \u
  std::vector<Entry> entries;        // by slot
  std::vector<std::uint32_t> slots;  // where each begins; one more than there are
  unsigned slot_shift = 63;
  std::string texts;
};

// Bytes as a little-endian number, 0 for those behind the end of the text.
inline std::uint64_t load_bytes(std::string_view text, std::size_t at, std::size_t count) {
  std::uint64_t bytes = 0;
  if (at + 8 <= text.size()) {
    std::memcpy(&bytes, text.data() + at, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
  } else {
    for (std::size_t i = 0; i < 8 && at + i < text.size(); ++i)
      bytes |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at + i])) << (8 * i);
  }
  return count >= 8 ? bytes : bytes & ((std::uint64_t{1} << (8 * count)) - 1);
}

// Of the string "..." with `length` bytes, quotes included.
inline std::uint64_t hash_of_whole(std::string_view text, std::size_t at, std::size_t length) {
  if (length < 8) {
    const std::uint64_t bytes = load_bytes(text, at, length);
    return LiteralTables::hash_whole(bytes, bytes);
  }
  return LiteralTables::hash_whole(load_bytes(text, at, 8), load_bytes(text, at + length - 8, 8));
}

// Stage two but for strings in quotes. `buckets`: what stage one says of position `at`.
inline std::size_t find_by_keys(const LiteralTables& tables, std::string_view text,
                                std::size_t from, std::size_t at, std::uint8_t buckets,
                                std::vector<std::uint32_t>* found) {
  constexpr std::array<std::size_t, kLiteralKeys> bytes = {0, 8, 4, 2, 1};
  for (std::size_t key = 1; key < kLiteralKeys; ++key) {
    if ((buckets & tables.buckets[key]) == 0 || at + bytes[key] > text.size()) continue;
    const std::uint64_t hash =
        LiteralTables::hash_key(static_cast<LiteralKey>(key), load_bytes(text, at, bytes[key]));
    if (!tables.may_hold(hash)) continue;
    const std::size_t begin = tables.compare(text, from, at, hash, found);
    if (begin != std::string_view::npos) return begin;
  }
  return std::string_view::npos;
}

// One way to run the pass. `found`: all are collected, and the answer is that nothing was found.
struct LiteralScanner {
  LiteralScan::Find (*scan)(const LiteralTables& tables, std::string_view text, std::size_t from,
                            std::vector<std::uint32_t>* found);
};
// nullptr: not for this processor.
const LiteralScanner* scalar_scanner();
const LiteralScanner* avx512_scanner();

// What a pass has counted before the 64 or fewer bytes at hand, and what it says of a find in them.
struct LineCount {
  LineCount(std::string_view scanned, std::size_t from) : text(scanned), begin(from) {}
  void add(std::size_t block, std::uint64_t breaks_mask) {
    breaks += static_cast<std::size_t>(__builtin_popcountll(breaks_mask));
    if (breaks_mask != 0)
      begin = block + 64 - static_cast<std::size_t>(__builtin_clzll(breaks_mask));
  }
  LiteralScan::Find end() const { return {std::string_view::npos, breaks, begin}; }
  // A literal begins at `at`; its window, at or behind it, is up to which lines were counted.
  LiteralScan::Find found(std::size_t from, std::size_t at, std::size_t window) const;

  std::string_view text;
  std::size_t breaks = 0;
  std::size_t begin;
};

}  // namespace tocsin
