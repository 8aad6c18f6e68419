// SPDX-License-Identifier: Apache-2.0
// What people take for something else in filter patterns, told once a pattern where it stands.
#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/explain/explanation.hpp"
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

  // Of all that was told so far, what hardly can be meant.
  std::vector<PatternMistake> take_mistakes() { return std::move(mistakes_); }

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
  using Notes = std::vector<std::string>;

  void add(Kind kind, std::string note, Notes& notes);
  // As a note "TEXT; HINT".
  void add_mistake(Kind kind, PatternMistake mistake, Notes& notes);
  void of_literal(const ast::Literal& literal, ast::Range where, Notes& notes);
  void of_boolean_word(const ast::PropertyTest& test, const ast::TextLiteral& literal,
                       Notes& notes);
  void of_percent(const ast::TextLiteral& literal, ast::Range where, Notes& notes);

  std::set<Kind> told_;
  std::vector<PatternMistake> mistakes_;
};

}  // namespace tocsin
