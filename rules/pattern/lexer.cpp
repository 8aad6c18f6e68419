// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/lexer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/pattern/characters.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin {
namespace {

bool is_bare(char c) {
  return is_alphanumeric(c) || c == '_' || c == '.' || c == '*' || c == '-' || c == '+';
}

constexpr std::array<std::pair<std::string_view, ast::Operator>, 6> kOperators{{
    {"!=", ast::Operator::not_equal},
    {"<=", ast::Operator::less_or_equal},
    {">=", ast::Operator::greater_or_equal},
    {"=", ast::Operator::equal},
    {"<", ast::Operator::less},
    {">", ast::Operator::greater},
}};

// Why a value cannot begin with `c`, in the words of who wrote it.
std::string hint_for_value(char c) {
  if (c == '=') return "equality is a single '='";
  if (c == '\'') return "put the value in double quotes";
  if (c == '\0' || c == '}' || c == ']' || c == ')' || c == ',' || c == '&' || c == '|')
    return "a value is a number, a word, a \"quoted text\" or a %regex%";
  return "put values with other characters than letters, digits and _ . * - + in double quotes";
}

}  // namespace

Lexer::Lexer(std::string_view text, std::size_t begin, std::size_t end)
    : text_(text), at_(begin), end_(end) {}

char Lexer::peek(std::size_t ahead) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }

void Lexer::skip_white() { take_while(is_white); }

bool Lexer::take(std::string_view token) {
  if (rest().substr(0, token.size()) != token) return false;
  at_ += token.size();
  return true;
}

std::nullopt_t Lexer::fail(ast::Range where, std::string text, std::string hint) {
  if (!error_)
    error_ = PatternError{static_cast<int>(where.offset) + 1,
                          static_cast<int>(std::max<std::size_t>(where.length, 1)), std::move(text),
                          std::move(hint)};
  return std::nullopt;
}

std::optional<std::string> Lexer::quoted() {
  const std::size_t begin = at_++;
  std::string out;
  while (!at_end()) {
    const char c = text_[at_++];
    if (c == '"') return out;
    const bool escapes = c == '\\' && (peek() == '"' || peek() == '\\');
    out += escapes ? text_[at_++] : c;
  }
  return fail(since(begin), "this quoted text is not closed", "add a '\"' at its end");
}

std::optional<ast::RegexLiteral> Lexer::regex() {
  const std::size_t begin = at_++;
  const std::size_t body_begin = at_;
  const std::string_view body = take_while([](char c) { return c != '%'; });
  if (at_end()) return fail(since(begin), "this regular expression is not closed", "add a '%'");
  ++at_;
  auto compiled = Regex::compile(body);
  if (const auto* error = std::get_if<PatternError>(&compiled)) {
    const ast::Range where{body_begin + static_cast<std::size_t>(error->column) - 1,
                           static_cast<std::size_t>(error->length)};
    return fail(where, error->text, error->hint);
  }
  return ast::RegexLiteral{std::string(body),
                           std::get<std::shared_ptr<const Regex>>(std::move(compiled))};
}

std::optional<ast::Operator> Lexer::comparison(std::string hint) {
  skip_white();
  const std::size_t begin = at_;
  if (take("=~*") || take("=~"))
    return fail(since(begin), "there is no =~",
                "a regular expression is written = %...%; for upper and lower case alike write "
                "%[Rr]oot%");
  for (const auto& [token, op] : kOperators)
    if (take(token)) return op;
  return fail({at_, 1}, "expected a comparison: = != < > <= >=", std::move(hint));
}

std::optional<ast::Literal> Lexer::literal() {
  skip_white();
  if (peek() == '"') {
    std::optional<std::string> text = quoted();
    if (!text) return std::nullopt;
    return make_text_literal(std::move(*text), true);
  }
  if (peek() == '%') {
    std::optional<ast::RegexLiteral> found = regex();
    if (!found) return std::nullopt;
    return std::move(*found);
  }
  return bare();
}

std::optional<ast::Literal> Lexer::bare() {
  const std::size_t begin = at_;
  const std::string_view text = take_while(is_bare);
  if (text.empty() && peek() == '$')
    return fail({begin, 1}, "a property cannot be compared with another one",
                "write a value: a number, a word, a \"quoted text\" or a %regex%");
  if (text.empty()) return fail({begin, 1}, "expected a value", hint_for_value(peek()));
  if (is_number(text)) return ast::NumberLiteral{std::string(text)};
  if (text == "null") return fail(since(begin), "null is not a value", "write: $.property IS NULL");
  return make_text_literal(std::string(text), false);
}

ast::TextLiteral make_text_literal(std::string text, bool quoted) {
  ast::TextLiteral literal{std::move(text), quoted, false, false, {}};
  std::string_view core = literal.text;
  if (!core.empty() && core.front() == '*') {
    literal.open_start = true;
    core.remove_prefix(1);
  }
  if (!core.empty() && core.back() == '*') {
    literal.open_end = true;
    core.remove_suffix(1);
  }
  literal.core = std::string(core);
  return literal;
}

}  // namespace tocsin
