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
#include <vector>

#include "rules/match/lines/field_value.hpp"
#include "rules/match/literals/literal_scan.hpp"
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

 private:
  using Numbers = std::vector<std::uint32_t>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Table = std::unordered_map<std::string, Numbers, TextHash, std::equal_to<>>;
  // Keys of a kind, with a cheap test that most values fail.
  struct Texts {
    Table table;
    std::uint64_t filter = 0;

    static std::uint64_t filter_bit(std::string_view text) {
      if (text.empty()) return 1;
      const auto byte = [](char c) { return static_cast<unsigned char>(c); };
      return std::uint64_t{1} << ((byte(text.front()) * 5u + byte(text.back()) + text.size()) % 64);
    }
    void add(const std::string& text, std::uint32_t pattern);
    void find(std::string_view text, Numbers& patterns) const {
      if ((filter & filter_bit(text)) != 0) look_up(text, patterns);
    }
    void look_up(std::string_view text, Numbers& patterns) const;
  };
  struct Affixes {
    FieldKey::Kind kind = FieldKey::Kind::prefix;
    std::size_t length = 0;
    Texts texts;
  };
  Affixes& affixes(FieldKey::Kind kind, std::size_t length);

  bool is_empty_ = true;
  Texts whole_;
  std::unordered_map<std::int64_t, Numbers> numbers_;
  std::uint64_t number_filter_ = 0;
  std::vector<Affixes> affixes_;          // one for each kind and length
  std::map<std::string, Numbers> inner_;  // until sealed
  std::vector<Numbers> inner_patterns_;   // by number of the literal
  std::optional<LiteralScan> inner_scan_;
};

}  // namespace tocsin
