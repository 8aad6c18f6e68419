// SPDX-License-Identifier: Apache-2.0
// What one field must hold for some pattern to match, of many patterns: the field's value finds
// those that are worth a look.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rules/match/lines/field_value.hpp"
#include "rules/match/literals/literal_scan.hpp"
#include "rules/match/text_hash.hpp"
#include "rules/pattern/ast.hpp"

namespace tocsin {

// The field is the text or the number, begins or ends with the text, or holds it.
struct FieldKey {
  enum class Kind : std::uint8_t { whole, number, prefix, suffix, inner };
  Kind kind = Kind::whole;
  std::string text;         // not empty but for `whole`
  std::int64_t number = 0;  // of Kind::number

  auto operator<=>(const FieldKey&) const = default;
};

// What a text compares with; empty and open, it holds of everything.
FieldKey key_of(const ast::TextLiteral& text);
// One of these keys holds for every field that `condition` holds for; empty: there is no such set.
std::vector<FieldKey> required_keys(const ast::Expression<ast::FieldTest>& condition);
// How many fields a key lets through, roughly: 1 for a whole value.
std::size_t looseness(const FieldKey& key);

// Built by add() and seal(); after that immutable, any thread.
class FieldTriggers {
 public:
  void add(const FieldKey& key, std::uint32_t pattern);
  void seal();
  bool empty() const { return is_empty_; }

  // Appends the patterns of all keys that hold, some of them twice perhaps. `found` is memory.
  void find(FieldValue& value, std::vector<std::uint32_t>& found,
            std::vector<std::uint32_t>& patterns) const;
  // Whether a key of another kind than Kind::number holds for a text.
  bool has_key_of(std::string_view text) const;
  // False: none of Kind::inner holds. `readable`: bytes that can be read from the text's begin on.
  bool may_have_inner(std::string_view text, std::size_t readable) const {
    return inner_scan_ && inner_scan_->may_stand_in(text, readable);
  }

 private:
  using Numbers = std::vector<std::uint32_t>;
  // Keys of a kind, with a cheap test that most values fail where keys are few.
  class Texts {
   public:
    void add(const std::string& text, std::uint32_t pattern);
    void seal();
    void find(std::string_view text, Numbers& patterns) const {
      if (const Entry* const entry = find(text))
        patterns.insert(patterns.end(), entry->second.begin(), entry->second.end());
    }
    bool has(std::string_view text) const { return find(text) != nullptr; }
    const std::map<std::string, Numbers>& unsealed() const { return building_; }

   private:
    using Entry = std::pair<std::string, Numbers>;

    static std::uint64_t filter_bit(std::string_view text) {
      if (text.empty()) return 1;
      const auto byte = [](char c) { return static_cast<unsigned char>(c); };
      return std::uint64_t{1} << ((byte(text.front()) * 5u + byte(text.back()) + text.size()) % 64);
    }
    const Entry* find(std::string_view text) const {
      if ((filter_ & filter_bit(text)) == 0) return nullptr;
      const Entry* found = nullptr;
      index_.find(hash_text(text), [&](std::size_t i) {
        if (entries_[i].first == text) found = &entries_[i];
      });
      return found;
    }

    std::map<std::string, Numbers> building_;
    std::vector<Entry> entries_;
    HashIndex index_;
    std::uint64_t filter_ = 0;
  };
  // Prefixes or suffixes of one length.
  struct Affixes {
    FieldKey::Kind kind = FieldKey::Kind::prefix;
    std::size_t length = 0;
    Texts texts;

    // Of a text that is not shorter.
    std::string_view part_of(std::string_view text) const {
      return {text.data() + (kind == FieldKey::Kind::prefix ? 0 : text.size() - length), length};
    }
    // By the four bytes further in: the others many have alike.
    std::uint64_t hash(std::string_view part) const;
  };
  // Calls `visit` with the groups that may have a part of the text, until it returns true; whether
  // it did.
  template <class Visit>
  bool any_affix(std::string_view text, const Visit& visit) const {
    for (const Affixes& group : affixes_) {
      if (text.size() < group.length) continue;
      const std::string_view part = group.part_of(text);
      const std::uint64_t bit = group.hash(part) >> affix_shift_;
      if ((affix_bits_[bit / 64] >> (bit % 64) & 1) != 0 && visit(group, part)) return true;
    }
    return false;
  }
  void seal_affixes();
  Affixes& affixes(FieldKey::Kind kind, std::size_t length);

  bool is_empty_ = true;
  Texts whole_;
  std::unordered_map<std::int64_t, Numbers> numbers_;
  std::uint64_t number_filter_ = 0;
  std::vector<Affixes> affixes_;           // one for each kind and length
  std::vector<std::uint64_t> affix_bits_;  // few of which are set
  unsigned affix_shift_ = 63;
  std::map<std::string, Numbers> inner_;  // until sealed
  std::vector<Numbers> inner_patterns_;   // by number of the literal
  std::optional<LiteralScan> inner_scan_;
};

}  // namespace tocsin
