// SPDX-License-Identifier: Apache-2.0
// A quick hash of short texts, and what finds things by it. Tables are filled from patterns, never
// from events, so nobody outside can make their chains long.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace tocsin {

// The eight bytes at `at`, in memory order.
inline std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The same, the first byte lowest.
inline std::uint64_t load_little_endian(const char* at) {
  const std::uint64_t word = load_word(at);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// The first up to eight bytes of `text`, the rest zero. `readable`: at least so many bytes lie
// there, those behind the text being anybody's.
inline std::uint64_t first_bytes(std::string_view text, std::size_t readable) {
  if (readable < 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size());
    return word;
  }
  const std::uint64_t word = load_word(text.data());
  if (text.size() >= 8) return word;
  if (text.empty()) return 0;
  const std::size_t others = 64 - 8 * text.size();
  constexpr bool little = std::endian::native == std::endian::little;
  return little ? word << others >> others : word >> others << others;
}

inline std::uint64_t mix_hash(std::uint64_t value) {
  value *= 0x9E37'79B9'7F4A'7C15;
  return value ^ (value >> 32);
}

// All bytes of a text of up to eight in one number, without a look behind it.
inline std::uint64_t short_word(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 4) {
    std::uint32_t begin = 0, end = 0;
    std::memcpy(&begin, text.data(), sizeof begin);
    std::memcpy(&end, text.data() + size - sizeof end, sizeof end);
    return std::uint64_t{begin} << 32 | end;
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(text[i]));
  };
  return size == 0 ? 0 : byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
}

inline std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = text.size();
  if (text.size() <= 8) return mix_hash(hash ^ short_word(text));
  const char* const last = text.data() + text.size() - 8;
  for (const char* at = text.data(); at < last; at += 8) hash = mix_hash(hash ^ load_word(at));
  return mix_hash(hash ^ load_word(last));
}

// Numbers from 0 by their hashes; some may share one. Immutable once built; 16 to 32 bytes each.
class HashIndex {
 public:
  HashIndex() = default;
  // The number of a hash is its index.
  explicit HashIndex(const std::vector<std::uint64_t>& hashes)
      : places_(std::bit_ceil(hashes.size() * 2 + 1)), mask_(places_.size() - 1) {
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      std::size_t at = static_cast<std::size_t>(hashes[i]) & mask_;
      while (places_[at] != 0) at = (at + 1) & mask_;
      places_[at] = (hashes[i] & kTag) | (i + 1);
    }
  }

  // Calls `visit` with every number whose hash may be this one: compare what it stands for.
  template <class Visit>
  void find(std::uint64_t hash, const Visit& visit) const {
    for (std::size_t at = static_cast<std::size_t>(hash) & mask_; places_[at] != 0;
         at = (at + 1) & mask_)
      if ((places_[at] & kTag) == (hash & kTag))
        visit(static_cast<std::size_t>(places_[at] & ~kTag) - 1);
  }

 private:
  static constexpr std::uint64_t kTag = 0xFFFF'FFFF'0000'0000;
  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(1);  // tag, number plus 1
  std::size_t mask_ = 0;
};

}  // namespace tocsin
