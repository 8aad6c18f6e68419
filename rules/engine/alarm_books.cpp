// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_books.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/alarm_book.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kMost = 256;  // of a block

std::string_view name_of(const AlarmBooks::Book& book) { return book->spec->name; }

}  // namespace

AlarmBooks::AlarmBooks() = default;
AlarmBooks::~AlarmBooks() = default;

// The first whose name is not before `name`, or where it would stand: in the last block that begins
// at or before it.
AlarmBooks::Place AlarmBooks::place(std::string_view name) const {
  const auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), name,
      [](std::string_view wanted, const Block& b) { return wanted < name_of(b.front()); });
  if (after == blocks_.begin()) return {0, 0};
  const Block& block = *std::prev(after);
  const auto at =
      std::lower_bound(block.begin(), block.end(), name,
                       [](const Book& b, std::string_view wanted) { return name_of(b) < wanted; });
  return {static_cast<std::size_t>(after - blocks_.begin()) - 1,
          static_cast<std::size_t>(at - block.begin())};
}

AlarmBook* AlarmBooks::find(std::string_view name) const {
  if (blocks_.empty()) return nullptr;
  const auto [block, at] = place(name);
  const Block& in = blocks_[block];
  return at < in.size() && name_of(in[at]) == name ? in[at].get() : nullptr;
}

AlarmBook& AlarmBooks::at(std::string_view name) const {
  AlarmBook* const found = find(name);
  TOCSIN_ASSERT(found != nullptr);
  return *found;
}

AlarmBook& AlarmBooks::insert(Book book) {
  AlarmBook& out = *book;
  if (blocks_.empty()) {
    blocks_.emplace_back().push_back(std::move(book));
    return out;
  }
  auto [index, at] = place(out.spec->name);
  if (blocks_[index].size() >= kMost) {
    // Names that come in order fill one block after the other.
    const bool appended = index + 1 == blocks_.size() && at == kMost;
    const std::size_t kept = appended ? kMost : kMost / 2;
    Block& full = blocks_[index];
    Block rest(std::make_move_iterator(full.begin() + static_cast<std::ptrdiff_t>(kept)),
               std::make_move_iterator(full.end()));
    full.resize(kept);
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(rest));
    if (at > kept || appended) {
      ++index;
      at -= kept;
    }
  }
  Block& block = blocks_[index];
  block.insert(block.begin() + static_cast<std::ptrdiff_t>(at), std::move(book));
  return out;
}

AlarmBooks::Book AlarmBooks::take(std::string_view name) {
  if (!contains(name)) return nullptr;
  const auto [index, at] = place(name);
  Block& block = blocks_[index];
  Book out = std::move(block[at]);
  block.erase(block.begin() + static_cast<std::ptrdiff_t>(at));
  if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index));
  return out;
}

}  // namespace tocsin
