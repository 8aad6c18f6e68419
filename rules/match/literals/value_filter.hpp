// SPDX-License-Identifier: Apache-2.0
// A quick look at the string behind a name: whether it begins as one does that is looked for there.
// Most do not, and are known for it without a comparison.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/match/text_hash.hpp"

namespace tocsin {

// How a string of JSON begins or ends: sixteen bytes as numbers, the first one lowest, of which
// those in `mask` count; the others are zeros.
struct ValueBeginning {
  struct Mask {
    std::uint64_t first = 0, second = 0;
    bool operator==(const Mask&) const = default;
  };
  std::uint64_t first = 0, second = 0;
  Mask mask;

  // Of a string that is `text`, or that begins with it.
  static ValueBeginning whole(std::string_view text) { return of(text, true); }
  static ValueBeginning prefix(std::string_view text) { return of(text, false); }
  // The end of a string that ends with `text`, its quote included.
  static ValueBeginning suffix(std::string_view text);

 private:
  static ValueBeginning of(std::string_view text, bool whole);
};

// Built by add() and seal(); after that immutable, any thread.
class ValueFilter {
 public:
  static constexpr std::size_t kBytes = 16;
  // Bytes that may_hold() reads.
  static constexpr std::size_t kReach = kBytes + 3;

  // `name`: bytes that tell names apart, up to four.
  void add(std::uint64_t name, const ValueBeginning& value) { values_.emplace_back(name, value); }
  void seal();
  bool empty() const { return bits_.empty(); }

  // `name_end`: behind a name's closing quote. False: a colon follows, perhaps a blank, and a
  // string that begins like none of those added for the name. True says nothing.
  bool may_hold(std::uint64_t name, const char* name_end) const {
    const std::size_t blank = name_end[1] == ' ' ? 1 : 0;
    const char* const quote = name_end + 1 + blank;
    if (*name_end != ':' || *quote != '"') return true;
    return may_begin(name, quote + 1);
  }
  // The same of a string whose text begins at `text`. Reads kBytes.
  bool may_begin(std::uint64_t name, const char* text) const {
    std::uint64_t first = load_little_endian(text), second = load_little_endian(text + 8);
    // How it goes on behind an escape is for others to say.
    if ((where(first, '\\') | where(second, '\\')) != 0) return true;
    const std::uint64_t close = where(first, '"'), later = where(second, '"');
    first &= close ^ (close - 1);
    second = close != 0 ? 0 : second & (later ^ (later - 1));
    return has_any_of(name, first, second);
  }
  // False: a string without an escape, whose closing quote is before `end`, ends like none of the
  // suffixes that were added. Reads the kBytes before `end`.
  bool may_end(std::uint64_t name, const char* end) const {
    return has_any_of(name, load_little_endian(end - kBytes), load_little_endian(end - 8));
  }

  // ---- For who does the same with vectors ----
  using Mask = ValueBeginning::Mask;
  static constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  static constexpr std::uint64_t kNameFactor = 0x9E37'79B1;
  static constexpr std::uint64_t kHashFactor = 0x9E37'79B9'7F4A'7C15;
  static constexpr int kTurn = 23;

  // How much of a value is compared, each once.
  const std::vector<Mask>& masks() const { return masks_; }
  const std::uint64_t* bits() const { return bits_.data(); }
  unsigned shift() const { return shift_; }

 private:
  bool has_any_of(std::uint64_t name, std::uint64_t first, std::uint64_t second) const {
    for (const Mask& mask : masks_) {
      const std::uint64_t bit = hash(name, first & mask.first, second & mask.second) >> shift_;
      if ((bits_[bit / 64] >> (bit % 64) & 1) != 0) return true;
    }
    return false;
  }
  // The highest bit of the first byte that is `byte`, and perhaps some above; 0: there is none.
  static std::uint64_t where(std::uint64_t bytes, char byte) {
    const std::uint64_t others = bytes ^ (kOnes * static_cast<unsigned char>(byte));
    return (others - kOnes) & ~others & (kOnes << 7);
  }
  static std::uint64_t hash(std::uint64_t name, std::uint64_t first, std::uint64_t second) {
    return ((first ^ std::rotl(second, kTurn)) + name * kNameFactor) * kHashFactor;
  }

  std::vector<std::pair<std::uint64_t, ValueBeginning>> values_;  // until sealed
  std::vector<Mask> masks_;
  std::vector<std::uint64_t> bits_;
  unsigned shift_ = 63;
};

}  // namespace tocsin
