// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/due_queue.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "rules/engine/alarm_book.hpp"

namespace tocsin {
namespace {

// Lists that held more are not kept for the next one.
constexpr std::size_t kSpareMax = 4096;

bool is_due_before(const KeyEntry* a, const KeyEntry* b) {
  return std::tie(a->book->order, a->id()) < std::tie(b->book->order, b->id());
}

}  // namespace

void DueQueue::put(KeyEntry& entry, Instant at) {
  if (entry.queued == at) return;
  take_out(entry);
  entry.queued = at;
  if (at == kNever) return;
  List& list = lists_[at];
  if (list.entries.capacity() == 0) list.entries = std::exchange(spare_, {});
  // Alarms come mostly in their order, as they did the time before.
  KeyEntry* const last = list.entries.empty() ? nullptr : list.entries.back();
  if (!list.entries.empty() && (last == nullptr || !is_due_before(last, &entry)))
    list.ordered = false;
  entry.queue_place = static_cast<std::uint32_t>(list.entries.size());
  list.entries.push_back(&entry);
  ++list.size;
}

void DueQueue::take_out(KeyEntry& entry) {
  if (entry.queued == kNever) return;
  const auto at = lists_.find(entry.queued);
  List& list = at->second;
  list.entries[entry.queue_place] = nullptr;
  entry.queued = kNever;
  if (--list.size > 0) return;
  if (list.entries.capacity() <= kSpareMax && spare_.capacity() == 0) {
    list.entries.clear();
    spare_ = std::move(list.entries);
  }
  lists_.erase(at);
}

void DueQueue::order(List& list) {
  std::erase(list.entries, nullptr);
  std::sort(list.entries.begin(), list.entries.end(), is_due_before);
  for (std::size_t i = 0; i < list.entries.size(); ++i)
    list.entries[i]->queue_place = static_cast<std::uint32_t>(i);
  list.begin = 0;
  list.ordered = true;
}

KeyEntry& DueQueue::first() {
  List& list = lists_.begin()->second;
  if (!list.ordered) order(list);
  while (list.entries[list.begin] == nullptr) ++list.begin;
  return *list.entries[list.begin];
}

}  // namespace tocsin
