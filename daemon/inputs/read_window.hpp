// SPDX-License-Identifier: Apache-2.0
// A window over a file that slides forward: what is unused stays, fill() adds what follows.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "daemon/inputs/byte_source.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// What fill() adds at most: large enough that calls cost nothing, small enough for a core's cache.
inline constexpr std::size_t kReadBlock = 512 << 10;

class ReadWindow {
 public:
  // A kept stretch of up to `kept_bytes_max` still lets a block in. `offset`: where the source
  // stands in its file.
  explicit ReadWindow(std::size_t kept_bytes_max, std::uint64_t offset = 0)
      : capacity_(kept_bytes_max + kReadBlock), offset_(offset) {}

  // Valid until fill().
  std::string_view view() const { return {data_ + begin_, end_ - begin_}; }
  std::string_view from(std::uint64_t offset) const {
    return view().substr(static_cast<std::size_t>(offset - offset_));
  }
  std::uint64_t offset() const { return offset_; }  // of the view in the file
  std::uint64_t end_offset() const { return offset_ + (end_ - begin_); }
  bool is_full() const { return !is_borrowed_ && end_ - begin_ + kReadBlock > capacity_; }

  void drop_until(std::uint64_t offset) {
    begin_ += static_cast<std::size_t>(offset - offset_);
    offset_ = offset;
  }
  // Adds up to `bytes_max` (and kReadBlock) of `source`, always the same; returns how many, 0 at
  // its end. Bytes that lie in memory are not copied. Not while is_full().
  Result<std::size_t> fill(ByteSource& source, std::size_t bytes_max = kReadBlock);

 private:
  void make_room();
  std::size_t lend(std::string_view all);

  std::size_t capacity_;
  std::unique_ptr<char[]> own_;
  const char* data_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;  // in data_
  std::uint64_t offset_;
  bool is_borrowed_ = false;  // data_ is the source's
};

}  // namespace tocsin
