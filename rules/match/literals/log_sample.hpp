// SPDX-License-Identifier: Apache-2.0
// What logs look like: a few typical lines, in which LiteralTables counts how often a literal's
// bytes must be expected where the literal does not stand.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

inline constexpr std::size_t kWindowBytes = 6;
inline constexpr std::size_t kByteClasses = 64;

// Bytes with the same low six bits: what stage one takes for one another.
constexpr std::size_t class_of(unsigned char byte) { return byte % kByteClasses; }

// Immutable, any thread.
class LogSample {
 public:
  static constexpr std::size_t kBytesMax = 4096;
  // Positions in it, a bit each.
  using Positions = std::array<std::uint64_t, kBytesMax / 64>;

  static const LogSample& get();

  // Where a byte of this class stands `place` bytes further on.
  const Positions& where(std::size_t place, std::size_t byte_class) const {
    return where_[place][byte_class];
  }
  // Where this byte and its like are expected by their frequency alone, from 0 to 1.
  double frequency(std::size_t byte_class) const { return frequency_[byte_class]; }
  // How often these bytes stand in it.
  std::size_t count(std::string_view bytes) const;

 private:
  LogSample();

  std::array<std::array<Positions, kByteClasses>, kWindowBytes> where_;
  std::array<double, kByteClasses> frequency_{};
  // The eight bytes that begin at each position, the first one highest, and the position, in order:
  // those that begin alike stand together.
  std::vector<std::pair<std::uint64_t, std::size_t>> beginnings_;
};

// Of what a regex cannot do without (regex_literals()), the rarest text of each alternative.
std::optional<std::vector<std::string>> rare_literals(std::string_view regex);

}  // namespace tocsin
