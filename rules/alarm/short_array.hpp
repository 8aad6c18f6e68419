// SPDX-License-Identifier: Apache-2.0
// As many elements as are asked for at once; a few of them take no memory from the heap. For what
// is looked at in every evaluation of every alarm.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace tocsin {

template <class T, std::size_t kFew = 8>
class ShortArray {
 public:
  explicit ShortArray(std::size_t size) : many_(size > kFew ? size : 0), size_(size) {}

  std::span<T> all() { return {many_.empty() ? few_.data() : many_.data(), size_}; }

 private:
  std::array<T, kFew> few_{};
  std::vector<T> many_;
  std::size_t size_;
};

}  // namespace tocsin
