// SPDX-License-Identifier: Apache-2.0
// A set of small numbers that is emptied in constant time: what was seen in the event at hand.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tocsin {

// Part of a scratch; one thread. Grows to the largest size asked for.
class Marks {
 public:
  // Empties it; numbers below `size` may then be asked for.
  void clear(std::size_t size) {
    if (marks_.size() < size) marks_.resize(size, 0);
    if (++now_ != 0) return;
    std::fill(marks_.begin(), marks_.end(), 0);
    now_ = 1;
  }
  bool has(std::size_t number) const { return marks_[number] == now_; }
  // Whether it was not there.
  bool add(std::size_t number) {
    const bool is_new = marks_[number] != now_;
    marks_[number] = now_;
    return is_new;
  }

 private:
  std::vector<std::uint32_t> marks_;
  std::uint32_t now_ = 0;
};

}  // namespace tocsin
