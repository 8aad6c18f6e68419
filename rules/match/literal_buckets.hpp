// SPDX-License-Identifier: Apache-2.0
// Which literals share a bucket of LiteralTables, so that few places of a log pass by mistake.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/match/literal_tables.hpp"

namespace tocsin {

// How often a byte stands in logs, in about 1/1000: as stage one sees it, who takes four of them
// for one (their low six bits).
unsigned class_frequency(unsigned char byte);

// The share of positions at which a window passes, by what is allowed at its places: 1 is all.
double pass_rate(std::string_view window);

// Literals of one bucket: a bit per class of byte and place.
struct LiteralBucket {
  LiteralKey key = LiteralKey::whole;
  std::array<std::uint64_t, kWindowBytes> classes{};
  std::array<std::bitset<256>, kWindowBytes> bytes{};
  double rate = 0;
};
// `keys[i]` belongs to `windows[i]`, of 1 to kWindowBytes bytes: any byte may follow a shorter one.
// At most 8.
std::vector<LiteralBucket> share_buckets(const std::vector<std::string_view>& windows,
                                         const std::vector<LiteralKey>& keys);

}  // namespace tocsin
