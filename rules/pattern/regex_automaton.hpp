// SPDX-License-Identifier: Apache-2.0
// A regex as a set of states, one bit each, moved through the subject in one pass: time linear in
// the subject whatever it holds. Decides where a backtracking engine would give up or take
// quadratic time.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/pattern/regex_syntax.hpp"

namespace tocsin {

class RegexAutomaton {
 public:
  explicit RegexAutomaton(const RegexSyntax& regex);

  // Whether the regex is found anywhere in `subject`. A byte that is no UTF-8 counts as one
  // character above U+00FF.
  bool search(std::string_view subject) const;

 private:
  using Bits = std::vector<std::uint64_t>;

  void add_piece(const RegexPiece& piece);
  void mark(Bits& bits, std::size_t state);
  void close(Bits& states, const Bits& skippable) const;
  bool accepts(const Bits& states) const;

  std::size_t words_ = 0;
  std::size_t states_ = 0;
  Bits first_;      // where a match may begin
  Bits accepting_;  // behind the last piece of a side
  Bits repeats_;    // stays possible after it was taken
  Bits optional_;   // may be passed without a character
  // As optional_, with anchors that hold at the begin, at the end, and at both at once (an empty
  // subject).
  Bits optional_at_begin_, optional_at_end_, optional_at_both_;
  std::array<std::uint16_t, 257> row_of_{};  // code point (256: above) -> row of steps_
  std::vector<Bits> steps_;                  // states that the code points of a row lead on from
};

}  // namespace tocsin
