// SPDX-License-Identifier: Apache-2.0
// Which literals share a bucket of LiteralTables, so that few places of a log pass by mistake.
#pragma once
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/match/literals/log_sample.hpp"

namespace tocsin {

inline constexpr std::size_t kLiteralBuckets = 8;

// What a place of a log must look like for stage one to let it pass.
struct LiteralWindow {
  std::string_view text;    // 1 to kWindowBytes bytes; any byte may follow a shorter one
  std::string_view before;  // one of these comes first, if there are any
};

// Windows that pass as one.
class LiteralBucket {
 public:
  // `shape`: of the key that stage two hashes.
  explicit LiteralBucket(std::size_t shape) : shape_(shape) {}

  void add(const LiteralWindow& window);
  void add(const LiteralBucket& other);

  std::size_t shape() const { return shape_; }
  bool allows(std::size_t place, unsigned char byte) const { return bytes_[place].test(byte); }
  bool includes(const LiteralBucket& other) const;
  // Positions of the log sample that pass.
  double cost() const;
  double cost_with(const LiteralBucket& other) const;

 private:
  struct Place {
    std::bitset<kByteClasses> classes;
    LogSample::Positions positions{};  // where they stand in the sample
    double frequency = 0;              // how often they do anywhere
  };
  void allow(std::size_t place, char byte);
  void allow_all(std::size_t place);
  static double frequency_with(const Place& a, const Place& b);

  std::size_t shape_;
  std::array<std::bitset<256>, kWindowBytes> bytes_;
  std::array<Place, kWindowBytes> places_;
};

// Merges buckets of one shape where that lets the fewest positions more pass, until no more than
// kLiteralBuckets are left (or than there are shapes).
std::vector<LiteralBucket> merge_buckets(std::vector<LiteralBucket> buckets);

}  // namespace tocsin
