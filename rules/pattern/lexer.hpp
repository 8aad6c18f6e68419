// SPDX-License-Identifier: Apache-2.0
// A place in a pattern's text and what can be read there: white space, quoted strings, regexes,
// values, operators (spec/filter-patterns.md section 3). The first failure is kept; who sees one
// returns at once.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/pattern/ast.hpp"
#include "rules/pattern/pattern_error.hpp"

namespace tocsin {

class Lexer {
 public:
  // Reads [begin, end) of `text`, which outlives the lexer; columns count from the begin of `text`.
  Lexer(std::string_view text, std::size_t begin, std::size_t end);

  std::size_t position() const { return at_; }
  bool at_end() const { return at_ >= end_; }
  char peek(std::size_t ahead = 0) const;  // '\0' at the end
  std::string_view rest() const { return text_.substr(at_, end_ - at_); }
  ast::Range since(std::size_t begin) const { return {begin, at_ - begin}; }
  void move_to(std::size_t position) { at_ = position; }

  void skip_white();
  bool take(std::string_view token);
  // Bytes of the kind `wanted` says, as far as they reach; may be empty.
  template <class Predicate>
  std::string_view take_while(Predicate wanted) {
    const std::size_t begin = at_;
    while (at_ < end_ && wanted(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  // Each returns nothing after fail().
  std::optional<std::string> quoted();
  std::optional<ast::RegexLiteral> regex();
  std::optional<ast::Operator> comparison(std::string hint = {});
  std::optional<ast::Literal> literal();

  // Remembers the first error; always returns nullopt.
  std::nullopt_t fail(ast::Range where, std::string text, std::string hint = {});
  const PatternError& error() const { return *error_; }

 private:
  std::optional<ast::Literal> bare();

  std::string_view text_;
  std::size_t at_, end_;
  std::optional<PatternError> error_;
};

// The text as a literal, with the wildcards at its ends found.
ast::TextLiteral make_text_literal(std::string text, bool quoted);

}  // namespace tocsin
