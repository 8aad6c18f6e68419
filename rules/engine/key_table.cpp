// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/key_table.hpp"

#include <algorithm>
#include <utility>

#include "rules/engine/alarm_book.hpp"

namespace tocsin {

KeyTable::KeyTable() = default;
KeyTable::~KeyTable() = default;

KeyTable::Item KeyTable::Iterator::operator*() const { return {(*at_)->id(), *at_}; }

// Of the first id that is not before `id`.
std::size_t KeyTable::place(std::string_view id) const {
  const Entry* const first = data();
  const auto before = [](const Entry& entry, std::string_view wanted) {
    return std::string_view(entry->id()) < wanted;
  };
  return static_cast<std::size_t>(std::lower_bound(first, first + size(), id, before) - first);
}

KeyEntry* KeyTable::find(std::string_view id) const {
  const std::size_t at = place(id);
  return at < size() && data()[at]->id() == id ? data()[at].get() : nullptr;
}

void KeyTable::insert(Entry entry) {
  if (empty() && !many_) {
    one_ = std::move(entry);
    return;
  }
  const auto at = static_cast<std::ptrdiff_t>(place(entry->id()));
  if (!many_) {
    many_ = std::make_unique<std::vector<Entry>>();
    many_->push_back(std::move(one_));
  }
  many_->insert(many_->begin() + at, std::move(entry));
}

KeyTable::Entry KeyTable::take(std::string_view id) {
  const std::size_t at = place(id);
  if (at == size() || data()[at]->id() != id) return nullptr;
  if (!many_) return std::move(one_);
  Entry out = std::move((*many_)[at]);
  many_->erase(many_->begin() + static_cast<std::ptrdiff_t>(at));
  return out;
}

}  // namespace tocsin
