// SPDX-License-Identifier: Apache-2.0
// The words of metric maths.
#pragma once
#include <cstddef>
#include <string_view>

namespace tocsin {

struct MathToken {
  enum class Kind {
    end,
    number,  // 5, 0.5, .5, 1e6
    id,      // begins with a small letter: a metric or an expression
    word,    // begins with a capital: a function, AND, OR, REPEAT, DESC ...
    text,    // in double or single quotes
    symbol,  // ( ) [ ] , + - * / ^ == != < <= > >= && ||
    broken   // a quote that is not closed, or a character that stands nowhere
  };
  Kind kind = Kind::end;
  std::string_view text;  // of a text: without the quotes
  std::size_t offset = 0, length = 0;

  bool is_symbol(std::string_view s) const { return kind == Kind::symbol && text == s; }
  bool is_word(std::string_view s) const { return kind == Kind::word && text == s; }
};

// Reads one token ahead. `text` outlives the lexer and its tokens.
class MathLexer {
 public:
  explicit MathLexer(std::string_view text) : text_(text) { next(); }

  const MathToken& peek() const { return token_; }
  MathToken take();
  bool take_if(std::string_view symbol);

 private:
  void next();
  std::size_t number_length() const;
  std::size_t symbol_length() const;

  std::string_view text_;
  std::size_t at_ = 0;
  MathToken token_;
};

}  // namespace tocsin
