// SPDX-License-Identifier: Apache-2.0
// All equality tests of a set by what they compare with: an event's value finds the predicates that
// it fulfils, however many there are. spec/filter-patterns.md 5.4.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/match/json/slot_values.hpp"
#include "rules/match/text_hash.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin {

// Built by add_..(), then sealed; after that immutable, any thread. About 150 bytes a value.
class EqualityIndex {
 public:
  // `predicate` holds where a node of `slot` equals a text, or a number literal.
  void add_text(std::uint32_t slot, const std::string& text, std::uint32_t predicate);
  void add_number(std::uint32_t slot, const std::string& number, std::uint32_t predicate);
  void seal();

  // Calls `holds` with the predicates that a string or number fulfils; with one twice, if its text
  // and its value both do.
  template <class Holds>
  void find(std::uint32_t slot, const SlotValue& value, const Holds& holds) const {
    if (slot >= tests_.size() || tests_[slot] == 0) return;
    const bool number = value.kind == JsonNode::Kind::number;
    text_table_.find(hash_of(slot, hash_text(value.text)), [&](std::size_t i) {
      const Entry& entry = texts_[i];
      if (entry.slot != slot || entry.text != value.text) return;
      // The text of a number literal is nothing to numbers: their value decides.
      call(entry.first, number ? entry.first_number : entry.last, holds);
    });
    if (!number || (tests_[slot] & kNumbers) == 0) return;
    number_table_.find(hash_of(slot, hash_number(value.text)), [&](std::size_t i) {
      const Entry& entry = numbers_[i];
      if (entry.slot == slot && compare_numbers(entry.text, value.text) == 0)
        call(entry.first, entry.last, holds);
    });
  }

 private:
  using Key = std::pair<std::uint32_t, std::string>;  // slot, text
  struct Tests {
    std::vector<std::uint32_t> texts, numbers;  // predicates
  };
  struct Entry {
    std::uint32_t slot = 0;
    std::uint32_t first = 0, first_number = 0, last = 0;  // in predicates_
    std::string text;
  };
  static constexpr std::uint8_t kTexts = 1, kNumbers = 2;

  static std::uint64_t hash_of(std::uint32_t slot, std::uint64_t hash) {
    return mix_hash(hash + slot);
  }
  template <class Holds>
  void call(std::uint32_t first, std::uint32_t last, const Holds& holds) const {
    for (std::uint32_t i = first; i < last; ++i) holds(predicates_[i]);
  }
  void note(std::uint32_t slot, std::uint8_t test);
  std::uint32_t append(const std::vector<std::uint32_t>& predicates);

  std::map<Key, Tests> building_;
  std::vector<std::uint8_t> tests_;  // by slot
  std::vector<Entry> texts_, numbers_;
  HashIndex text_table_, number_table_;
  std::vector<std::uint32_t> predicates_;
};

}  // namespace tocsin
