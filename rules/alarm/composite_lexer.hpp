// SPDX-License-Identifier: Apache-2.0
// The words of a composite alarm's rule, spec/alarms.md section 9.1.
#pragma once
#include <string>
#include <string_view>

namespace tocsin {

struct RuleToken {
  enum class Kind {
    end,
    open,   // (
    close,  // )
    comma,
    bare,    // up to white space, a bracket, a comma or a quote: keyword, number or name
    quoted,  // `text` without quotes and escapes
    broken   // a quote that is not closed
  };
  Kind kind = Kind::end;
  std::string text;
  std::size_t offset = 0, length = 0;  // in the rule, in bytes

  // An operator or function. A quoted word is always a name.
  bool is_word(std::string_view word) const { return kind == Kind::bare && text == word; }
};

// Reads one token ahead. `text` outlives the lexer.
class RuleLexer {
 public:
  explicit RuleLexer(std::string_view text) : text_(text) { next(); }

  const RuleToken& peek() const { return token_; }
  // Returns the token and reads the next one.
  RuleToken take();
  // The same if it is the one that is wanted.
  bool take_if(RuleToken::Kind kind);
  bool take_if(std::string_view word);

 private:
  void next();
  void read_quoted();

  std::string_view text_;
  std::size_t at_ = 0;
  RuleToken token_;
};

}  // namespace tocsin
