// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/maths/math_lexer.hpp"

#include <algorithm>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

using Kind = MathToken::Kind;

// The longer before the shorter.
constexpr std::string_view kSymbols[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">", "(",
                                         ")",  "[",  "]",  ",",  "+",  "-",  "*", "/", "^"};

bool continues_name(char c) { return is_alphanumeric(c) || c == '_'; }

}  // namespace

MathToken MathLexer::take() {
  const MathToken token = token_;
  next();
  return token;
}

bool MathLexer::take_if(std::string_view symbol) {
  if (!token_.is_symbol(symbol)) return false;
  next();
  return true;
}

std::size_t MathLexer::number_length() const {
  std::size_t i = at_;
  const auto skip_digits = [&] {
    const std::size_t begin = i;
    while (i < text_.size() && is_digit(text_[i])) ++i;
    return i > begin;
  };
  bool digits = skip_digits();
  if (i < text_.size() && text_[i] == '.') {
    ++i;
    digits = skip_digits() || digits;
  }
  if (!digits) return 0;
  const std::size_t mantissa = i;
  if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
    ++i;
    if (i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
    if (!skip_digits()) i = mantissa;
  }
  return i - at_;
}

std::size_t MathLexer::symbol_length() const {
  for (const std::string_view symbol : kSymbols)
    if (text_.substr(at_, symbol.size()) == symbol) return symbol.size();
  return 0;
}

void MathLexer::next() {
  at_ = std::min(text_.find_first_not_of(kWhiteSpace, at_), text_.size());
  token_ = {.kind = Kind::end, .text = {}, .offset = at_, .length = 1};
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  if (c == '"' || c == '\'') {
    const std::size_t close = text_.find(c, at_ + 1);
    const std::size_t end = std::min(close, text_.size());
    token_.kind = close == std::string_view::npos ? Kind::broken : Kind::text;
    token_.text = text_.substr(at_ + 1, end - at_ - 1);
    token_.length = std::min(end + 1, text_.size()) - at_;
  } else {
    if (is_letter(c)) {
      token_.kind = c >= 'a' ? Kind::id : Kind::word;
      const auto end = std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                        text_.end(), continues_name);
      token_.length = static_cast<std::size_t>(end - text_.begin()) - at_;
    } else if (const std::size_t number = number_length(); number > 0) {
      token_.kind = Kind::number;
      token_.length = number;
    } else if (const std::size_t symbol = symbol_length(); symbol > 0) {
      token_.kind = Kind::symbol;
      token_.length = symbol;
    } else {
      token_.kind = Kind::broken;
      token_.length = decode_utf8(text_, at_).next - at_;
    }
    token_.text = text_.substr(at_, token_.length);
  }
  at_ += token_.length;
}

}  // namespace tocsin
