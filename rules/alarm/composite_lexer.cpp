// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_lexer.hpp"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kEndsBare = " \t\r\n(),\"";

}  // namespace

RuleToken RuleLexer::take() {
  RuleToken token = std::move(token_);
  next();
  return token;
}

bool RuleLexer::take_if(RuleToken::Kind kind) {
  if (token_.kind != kind) return false;
  next();
  return true;
}

bool RuleLexer::take_if(std::string_view word) {
  if (!token_.is_word(word)) return false;
  next();
  return true;
}

void RuleLexer::next() {
  using Kind = RuleToken::Kind;
  at_ = std::min(text_.find_first_not_of(kBlank, at_), text_.size());
  token_ = {.kind = Kind::end, .text = {}, .offset = at_, .length = 1};
  if (at_ == text_.size()) return;
  const char c = text_[at_];
  if (c == '"') return read_quoted();
  token_.kind = c == '('   ? Kind::open
                : c == ')' ? Kind::close
                : c == ',' ? Kind::comma
                           : Kind::bare;
  if (token_.kind == Kind::bare) {
    const std::size_t end = std::min(text_.find_first_of(kEndsBare, at_), text_.size());
    token_.length = end - at_;
  }
  token_.text = text_.substr(at_, token_.length);
  at_ += token_.length;
}

void RuleLexer::read_quoted() {
  std::size_t i = at_ + 1;
  while (i < text_.size() && text_[i] != '"') {
    const bool escape =
        text_[i] == '\\' && i + 1 < text_.size() && (text_[i + 1] == '"' || text_[i + 1] == '\\');
    if (escape) ++i;
    token_.text += text_[i++];
  }
  const bool closed = i < text_.size();
  token_.kind = closed ? RuleToken::Kind::quoted : RuleToken::Kind::broken;
  token_.length = i + (closed ? 1 : 0) - at_;
  at_ += token_.length;
}

}  // namespace tocsin
