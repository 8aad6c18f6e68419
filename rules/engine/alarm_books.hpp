// SPDX-License-Identifier: Apache-2.0
// The books of all alarms, by name. A hundred thousand of them take eight bytes and some growth
// each, since a book knows its name itself; it may take another one only while it is taken out.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace tocsin {

class AlarmBook;

class AlarmBooks {
 public:
  using Book = std::unique_ptr<AlarmBook>;
  using Block = std::vector<Book>;
  // In order of name.
  class Iterator {
   public:
    Iterator(const Block* block, std::size_t at) : block_(block), at_(at) {}
    AlarmBook& operator*() const { return *(*block_)[at_]; }
    Iterator& operator++() {
      if (++at_ == block_->size()) {
        ++block_;
        at_ = 0;
      }
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Block* block_;
    std::size_t at_;
  };

  AlarmBooks();
  ~AlarmBooks();
  AlarmBooks(const AlarmBooks&) = delete;
  AlarmBooks& operator=(const AlarmBooks&) = delete;

  Iterator begin() const { return {blocks_.data(), 0}; }
  Iterator end() const { return {blocks_.data() + blocks_.size(), 0}; }
  // nullptr: there is none.
  AlarmBook* find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  // There is one.
  AlarmBook& at(std::string_view name) const;
  // There is none of its name.
  AlarmBook& insert(Book book);
  // nullptr: there is none.
  Book take(std::string_view name);

 private:
  struct Place {
    std::size_t block, at;
  };
  Place place(std::string_view name) const;

  std::vector<Block> blocks_;  // in order, none empty
};

}  // namespace tocsin
