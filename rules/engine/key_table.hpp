// SPDX-License-Identifier: Apache-2.0
// The keys of one alarm, by their canonical names. Most alarms have exactly one, which then stands
// here and not in a list.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct KeyEntry;

class KeyTable {
 public:
  using Entry = std::unique_ptr<KeyEntry>;
  // What iteration yields: `for (const auto& [id, entry] : table)`.
  struct Item {
    const std::string& id;
    const Entry& entry;
  };
  class Iterator {
   public:
    explicit Iterator(const Entry* at) : at_(at) {}
    Item operator*() const;
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Entry* at_;
  };

  KeyTable();
  ~KeyTable();
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  // In order of id.
  Iterator begin() const { return Iterator(data()); }
  Iterator end() const { return Iterator(data() + size()); }
  std::size_t size() const { return many_ ? many_->size() : one_ ? 1 : 0; }
  bool empty() const { return size() == 0; }
  KeyEntry& front() const { return *data()[0]; }

  // nullptr: there is none.
  KeyEntry* find(std::string_view id) const;
  // There is none of its id.
  void insert(Entry entry);
  // nullptr: there is none.
  Entry take(std::string_view id);

 private:
  const Entry* data() const { return many_ ? many_->data() : &one_; }
  std::size_t place(std::string_view id) const;

  Entry one_;
  std::unique_ptr<std::vector<Entry>> many_;
};

}  // namespace tocsin
