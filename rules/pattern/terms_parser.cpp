// SPDX-License-Identifier: Apache-2.0
// Unstructured patterns, spec/filter-patterns.md section 4.
#include "rules/pattern/characters.hpp"
#include "rules/pattern/parser.hpp"

namespace tocsin {
namespace {

std::nullopt_t fail_character(Lexer& lexer, std::string_view term_so_far) {
  const std::string_view rest = lexer.rest();
  const std::size_t length = decode_utf8(rest, 0).next;
  const std::string character(rest.substr(0, length));
  std::string term(term_so_far);
  term += rest.substr(0, rest.find_first_of(kWhiteSpace));
  return lexer.fail({lexer.position(), length}, "Invalid character(s) in term '" + character + "'",
                    "put the term in double quotes: \"" + term + "\"");
}

std::optional<ast::Term> parse_plain(Lexer& lexer, ast::Term term) {
  const std::string_view word =
      lexer.take_while([](char c) { return is_alphanumeric(c) || c == '_'; });
  if (!lexer.at_end() && !is_white(lexer.peek())) return fail_character(lexer, word);
  if (word.empty())
    return lexer.fail(term.where, "a term is missing here",
                      "write the text to look for right behind the sign, or quote the sign");
  term.what = ast::TextLiteral{std::string(word), false, false, false, std::string(word)};
  return term;
}

std::optional<ast::Term> parse_quoted(Lexer& lexer, ast::Term term) {
  const std::size_t begin = lexer.position();
  std::optional<std::string> text = lexer.quoted();
  if (!text) return std::nullopt;
  if (text->empty())
    return lexer.fail(lexer.since(begin), "Invalid character(s) in term '\"\"'",
                      "an empty pattern, without quotes, matches every event");
  term.what = ast::TextLiteral{*text, true, false, false, *text};
  return term;
}

std::optional<ast::Term> parse_term(Lexer& lexer) {
  ast::Term term;
  term.where = {lexer.position(), 1};
  if (lexer.take("-")) {
    term.role = ast::Term::Role::excluded;
    lexer.skip_white();
  } else if (lexer.take("?")) {
    term.role = ast::Term::Role::optional;
  }
  if (lexer.peek() == '"') return parse_quoted(lexer, std::move(term));
  if (lexer.peek() != '%') return parse_plain(lexer, std::move(term));
  std::optional<ast::RegexLiteral> regex = lexer.regex();
  if (!regex) return std::nullopt;
  term.what = std::move(*regex);
  return term;
}

}  // namespace

std::optional<ast::Terms> parse_terms(Lexer& lexer) {
  ast::Terms terms;
  // CloudWatch's quota of regular expressions is not for terms; ours is.
  Quota regexes(false, 0, kRegexesMax, "regular expression", "pattern");
  for (lexer.skip_white(); !lexer.at_end(); lexer.skip_white()) {
    const std::size_t begin = lexer.position();
    std::optional<ast::Term> term = parse_term(lexer);
    if (!term) return std::nullopt;
    if (!lexer.at_end() && !is_white(lexer.peek()))
      return lexer.fail({lexer.position(), 1}, "terms must be separated by a blank");
    term->where = lexer.since(begin);
    const bool regex = std::holds_alternative<ast::RegexLiteral>(term->what);
    if (regex && !regexes.add(lexer, term->where)) return std::nullopt;
    terms.terms.push_back(std::move(*term));
  }
  return terms;
}

}  // namespace tocsin
