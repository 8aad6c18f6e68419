// SPDX-License-Identifier: Apache-2.0
// The body of a %regex%, spec/filter-patterns.md 3.4, read into a form that needs no regex engine
// to be understood: there are no groups, so a regex is a choice of sides, and a side a run of
// anchors and repeated character sets.
#pragma once
#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/pattern/pattern_error.hpp"

namespace tocsin {

struct CharacterSet {
  std::bitset<256> low;  // code points U+0000 to U+00FF
  bool high = false;     // all code points above
};

struct RegexPiece {
  enum class Kind { characters, begin, end };
  Kind kind = Kind::characters;
  CharacterSet set;
  std::size_t min = 1;
  std::optional<std::size_t> max = 1;  // none: unbounded
};

struct RegexSyntax {
  std::vector<std::vector<RegexPiece>> sides;
};

// The bounds of all {m,n} of one regex add up to at most this, which bounds what its automaton
// costs.
inline constexpr std::size_t kRegexRepeatsMax = 65'535;

// PatternError::column counts from the first byte of `body`.
std::variant<RegexSyntax, PatternError> parse_regex(std::string_view body);

// The same regex in PCRE2's syntax, made of \x{..} sets only, so that nothing of the text reaches
// that engine.
std::string render_for_pcre(const RegexSyntax& regex);

}  // namespace tocsin
