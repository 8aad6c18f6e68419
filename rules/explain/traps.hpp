// SPDX-License-Identifier: Apache-2.0
// What people take for something else in filter patterns, told once a pattern where it stands.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/pattern/ast.hpp"

namespace tocsin {

class Traps {
 public:
  // `absent_allowed`: an alternative NOT EXISTS of the same property stands beside it.
  std::vector<std::string> of(const ast::JsonCondition& condition, bool absent_allowed);
  // `takes_rest`: the last field of a pattern without an ellipsis.
  std::vector<std::string> of(const ast::FieldTest& test, bool takes_rest);
  // `ignored`: an optional term beside others.
  std::vector<std::string> of(const ast::Term& term, bool ignored);

 private:
  enum class Kind {
    absent,
    existential,
    inner_asterisk,
    term_asterisk,
    boolean_word,
    quoted_number,
    percent,
    address,
    ignored_term,
    word_operator,
    rest_of_line,
    never
  };
  void add(Kind kind, std::string note, std::vector<std::string>& notes);
  void of_literal(const ast::Literal& literal, std::vector<std::string>& notes);

  std::set<Kind> told_;
};

}  // namespace tocsin
