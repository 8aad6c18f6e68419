// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/read_window.hpp"

#include <algorithm>
#include <cstring>

namespace tocsin {
namespace {

// So little is moved to the front before every block: the window stays where the cache has it.
constexpr std::size_t kCheapMove = 32 << 10;

}  // namespace

Result<std::size_t> ReadWindow::fill(ByteSource& source, std::size_t bytes_max) {
  if (const auto all = source.whole()) return lend(*all);
  TOCSIN_ASSERT(!is_full());
  make_room();
  Result<std::size_t> got = source.read({own_.get() + end_, std::min(bytes_max, kReadBlock)});
  if (got) end_ += *got;
  return got;
}

void ReadWindow::make_room() {
  if (!own_) own_.reset(new char[capacity_]);
  data_ = own_.get();
  const std::size_t kept = end_ - begin_;
  if (kept > kCheapMove && capacity_ - end_ >= kReadBlock) return;
  std::memmove(own_.get(), own_.get() + begin_, kept);
  begin_ = 0;
  end_ = kept;
}

std::size_t ReadWindow::lend(std::string_view all) {
  is_borrowed_ = true;
  data_ = all.data();
  const std::size_t got = std::min(kReadBlock, all.size() - end_);
  end_ += got;
  return got;
}

}  // namespace tocsin
