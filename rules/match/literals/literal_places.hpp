// SPDX-License-Identifier: Apache-2.0
// Where LiteralTables looks for each literal: the window that stage one tests and the key that
// stage two hashes, chosen so that both rarely occur where the literal does not stand.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/match/literals/literal_buckets.hpp"
#include "rules/match/literals/literal_scan.hpp"

namespace tocsin {

// Which bytes stage two hashes: where they begin, counted from the window, and how many.
struct KeyShape {
  std::int32_t begin = 0;
  std::size_t bytes = 0;

  std::uint64_t mask() const { return ~std::uint64_t{0} >> (64 - 8 * bytes); }
};
// Those from 1 on are for windows that begin with a separator, kCloseKey for those at the end of a
// literal.
inline constexpr KeyShape kCloseKey = {static_cast<std::int32_t>(kWindowBytes) - 8, 8};
// The last one is for names behind which ValueFilter looks: their window is their end.
inline constexpr std::array<KeyShape, kLiteralBuckets + 1> kKeyShapes = {
    {{0, 8}, kCloseKey, {1, 8}, {0, 4}, {1, 4}, {0, 2}, {0, 1}, {1, 1}, {2, 4}}};
inline constexpr std::size_t kNameShape = kLiteralBuckets;
inline constexpr std::size_t kNameBytesMin = kWindowBytes - 1;

struct LiteralPlace {
  std::string_view text;
  std::ptrdiff_t offset = 0;  // of the window: -1 if a byte before the literal is part of it
  std::size_t shape = 0;      // index in kKeyShapes

  LiteralWindow window() const {
    if (offset >= 0) return {text.substr(static_cast<std::size_t>(offset), kWindowBytes), {}};
    return {text.substr(0, kWindowBytes - 1),
            shape == kNameShape ? kNameSeparators : kValueSeparators};
  }
  std::string_view key() const {
    return text.substr(static_cast<std::size_t>(offset + kKeyShapes[shape].begin),
                       kKeyShapes[shape].bytes);
  }
};

struct LiteralPlaces {
  std::vector<LiteralPlace> places;  // of each literal
  std::vector<LiteralBucket> buckets;
};
// The literals outlive what is returned.
LiteralPlaces place_literals(const std::vector<Literal>& literals);

// Strings that begin alike are told apart by both their ends, if they are "..." without another
// quote inside and not too long. `text` begins with the quote: its length, or npos.
std::size_t distinct_string_length(std::string_view text);
// Whether the literal is found so: its window is its begin.
bool is_distinct_string(const LiteralPlace& place);

}  // namespace tocsin
