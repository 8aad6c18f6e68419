// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/parser.hpp"

#include <string>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kPatternCharactersMax = 1024;

using Parsed = std::variant<ast::Tree, PatternError>;

PatternError error_at(std::size_t offset, std::size_t length, std::string text,
                      std::string hint = {}) {
  return {static_cast<int>(offset) + 1, static_cast<int>(length), std::move(text), std::move(hint)};
}

std::optional<PatternError> check_encoding_and_length(std::string_view text, bool quotas) {
  if (text.size() > kPatternBytesMax)
    return error_at(kPatternBytesMax, 1, "a filter pattern has at most 65536 bytes");
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    if (quotas && characters == kPatternCharactersMax)
      return error_at(i, text.size() - i, "a filter pattern has at most 1024 characters",
                      "split it into several filters of the same metric");
    const Utf8Step step = decode_utf8(text, i);
    if (!step.valid) return error_at(i, 1, "the filter pattern is not valid UTF-8");
    i = step.next;
  }
  return std::nullopt;
}

PatternError unpaired(char open, char close, std::size_t begin) {
  return error_at(
      begin, 1,
      std::string("If a filter pattern starts with '") + open + "' it must end with '" + close +
          "'",
      std::string("to look for the character itself, write it in quotes: \"") + open + "...\"");
}

template <class T>
Parsed finish(std::optional<T> parsed, Lexer& lexer) {
  if (parsed && !lexer.at_end()) {
    lexer.skip_white();
    lexer.fail({lexer.position(), lexer.rest().size()}, "text after the end of the pattern");
    parsed.reset();
  }
  if (!parsed) return lexer.error();
  return ast::Tree(std::move(*parsed));
}

}  // namespace

std::variant<ast::Tree, PatternError> parse_pattern(std::string_view text, bool quotas) {
  if (std::optional<PatternError> error = check_encoding_and_length(text, quotas)) return *error;
  const std::string_view stripped = trim(text);
  if (stripped.empty()) return ast::Tree(ast::MatchAll{});
  const auto begin = static_cast<std::size_t>(stripped.data() - text.data());
  Lexer lexer(text, begin, begin + stripped.size());
  if (stripped.front() == '{') {
    if (stripped.back() != '}') return unpaired('{', '}', begin);
    return finish(parse_json(lexer, quotas), lexer);
  }
  if (stripped.front() == '[') {
    if (stripped.back() != ']') return unpaired('[', ']', begin);
    return finish(parse_delimited(lexer, quotas), lexer);
  }
  return finish(parse_terms(lexer), lexer);
}

std::optional<ast::Selector> parse_reference(std::string_view text, bool quotas) {
  if (text.empty() || text.size() > kPatternBytesMax) return std::nullopt;
  Lexer lexer(text, 0, text.size());
  std::optional<ast::Selector> selector = parse_selector(lexer, quotas);
  if (!lexer.at_end()) return std::nullopt;
  return selector;
}

bool Quota::add(Lexer& lexer, ast::Range where, int count) {
  count_ += count;
  if (count_ <= most_) return true;
  lexer.fail(where,
             "at most " + std::to_string(most_) + ' ' + std::string(noun_) +
                 (most_ == 1 ? "" : "s") + " in a " + std::string(place_),
             most_ == 1 ? "name one of them, such as [0]"
                        : "split the pattern into several filters of the same metric");
  return false;
}

std::optional<ast::Literal> parse_operand(Lexer& lexer, ast::Operator op, Quota& regexes) {
  lexer.skip_white();
  const std::size_t begin = lexer.position();
  std::optional<ast::Literal> literal = lexer.literal();
  if (!literal) return std::nullopt;
  const bool equality = op == ast::Operator::equal || op == ast::Operator::not_equal;
  if (!equality && !std::holds_alternative<ast::NumberLiteral>(*literal))
    return lexer.fail(lexer.since(begin), "< > <= >= need a number",
                      "texts can be compared with = and != only");
  if (std::holds_alternative<ast::RegexLiteral>(*literal) &&
      !regexes.add(lexer, lexer.since(begin)))
    return std::nullopt;
  return literal;
}

}  // namespace tocsin
