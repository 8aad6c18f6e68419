// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/equality_index.hpp"

namespace tocsin {

void EqualityIndex::note(std::uint32_t slot, std::uint8_t test) {
  if (tests_.size() <= slot) tests_.resize(slot + 1);
  tests_[slot] |= test;
}

void EqualityIndex::add_text(std::uint32_t slot, const std::string& text, std::uint32_t predicate) {
  note(slot, kTexts);
  building_[{slot, text}].texts.push_back(predicate);
}

void EqualityIndex::add_number(std::uint32_t slot, const std::string& number,
                               std::uint32_t predicate) {
  note(slot, kTexts | kNumbers);
  building_[{slot, number}].numbers.push_back(predicate);
}

std::uint32_t EqualityIndex::append(const std::vector<std::uint32_t>& predicates) {
  const auto first = static_cast<std::uint32_t>(predicates_.size());
  predicates_.insert(predicates_.end(), predicates.begin(), predicates.end());
  return first;
}

void EqualityIndex::seal() {
  std::vector<std::uint64_t> text_hashes, number_hashes;
  for (const auto& [key, tests] : building_) {
    const auto& [slot, text] = key;
    const std::uint32_t first = append(tests.texts);
    const std::uint32_t first_number = append(tests.numbers);
    const auto last = static_cast<std::uint32_t>(predicates_.size());
    texts_.push_back({slot, first, first_number, last, text});
    text_hashes.push_back(hash_of(slot, hash_text(text)));
    if (tests.numbers.empty()) continue;
    numbers_.push_back({slot, first_number, first_number, last, text});
    number_hashes.push_back(hash_of(slot, hash_number(text)));
  }
  text_table_ = HashIndex(text_hashes);
  number_table_ = HashIndex(number_hashes);
  building_.clear();
}

}  // namespace tocsin
