// SPDX-License-Identifier: Apache-2.0
// Randomness that is the same on every machine and compiler: the standard's distributions are not.
#pragma once
#include <cstdint>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t x = (state_ += 0x9e3779b97f4a7c15U);
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }
  // Both ends included.
  std::int64_t range(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(most - least + 1));
  }
  Duration range(Duration least, Duration most) {
    return Duration{range(least.count(), most.count())};
  }
  bool chance(double p) { return static_cast<double>(next() >> 11U) < p * 9007199254740992.0; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[next() % from.size()];
  }

 private:
  std::uint64_t state_;
};

}  // namespace tocsin::sim
