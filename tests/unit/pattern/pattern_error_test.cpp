// SPDX-License-Identifier: Apache-2.0
// Where a refused pattern is pointed at, and what its author is told.
#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

PatternError error_of(std::string_view text, bool quotas = true) {
  auto compiled = Pattern::compile(text, {quotas});
  INFO("pattern " << text);
  REQUIRE(std::holds_alternative<PatternError>(compiled));
  return std::get<PatternError>(compiled);
}
// The part of the pattern that the caret underlines.
std::string pointed_at(std::string_view text) {
  const PatternError error = error_of(text);
  return std::string(text.substr(static_cast<std::size_t>(error.column) - 1,
                                 static_cast<std::size_t>(error.length)));
}
bool hints(std::string_view text, std::string_view words) {
  return error_of(text).hint.find(words) != std::string::npos;
}
bool accepts(std::string_view text, bool quotas = true) {
  return std::holds_alternative<std::shared_ptr<const Pattern>>(Pattern::compile(text, {quotas}));
}

}  // namespace

TEST_CASE("the caret stands under what is wrong", "[pattern][error]") {
  CHECK(pointed_at("a b:c d") == ":");
  CHECK(pointed_at("a \"b") == "\"b");
  CHECK(pointed_at("  [ERROR] x") == "[");
  CHECK(pointed_at("{ $.a = null }") == "null");
  CHECK(pointed_at("{ $.a == 1 }") == "=");
  CHECK(pointed_at("{ $.a = x@y }") == "@");
  CHECK(pointed_at("{ $.a > x }") == "x");
  CHECK(pointed_at("{ $.a < \"5\" }") == "\"5\"");
  CHECK(pointed_at("{ $.a = %b(c)% }") == "(");
  CHECK(pointed_at("{ $.a = 1 AND $.b = 2 }") == "AND");
  CHECK(pointed_at("{ ($.a = 1 }") == "(");
  CHECK(pointed_at("{ $.a.*.*.b = 1 }") == ".*");
  CHECK(pointed_at("{ $.a[x] = 1 }") == "x");
  CHECK(pointed_at("{ $.\"a\" = 1 }") == "\"");
  CHECK(pointed_at("{ a = 1 }") == "a");
  CHECK(pointed_at("{ $.a EXISTS }") == "EXISTS");
  CHECK(pointed_at("{ $.a = 1 } }") == "}");
  CHECK(pointed_at("[a=1, b=2, a]") == "a");
  CHECK(pointed_at("[a=1 && b=2]") == "b");
  CHECK(pointed_at("[..., a, ...]") == "...");
  CHECK(pointed_at("[1, a]") == "1");
  CHECK(pointed_at("{ $.a = %x% && $.b = %y% && $.c = %z% }") == "%z%");
  CHECK(pointed_at("a -") == "-");
}

TEST_CASE("columns count bytes of the text as it was given", "[pattern][error]") {
  const PatternError error = error_of("  {\n $.\xC3\xA9 = 1 }");
  CHECK(error.column == 8);
  CHECK(error_of("{").column == 1);
  CHECK(error_of("{ $.a = }").column == 9);
  CHECK(error_of("x \"\"").length == 2);
}

TEST_CASE("CloudWatch's words are used where they are known", "[pattern][error]") {
  CHECK(error_of("{ $.a = 1").text == "If a filter pattern starts with '{' it must end with '}'");
  CHECK(error_of("[ERROR] disk").text ==
        "If a filter pattern starts with '[' it must end with ']'");
  CHECK(error_of("a:b").text == "Invalid character(s) in term ':'");
}

TEST_CASE("the hint says what to write instead", "[pattern][error]") {
  CHECK(hints("{ $.a = null }", "IS NULL"));
  CHECK(hints("{ $.a == 1 }", "single '='"));
  CHECK(hints("{ $.a = 'x' }", "double quotes"));
  CHECK(hints("{ $.a = x AND $.b = y }", "&&"));
  CHECK(hints("{ $.a = x OR $.b = y }", "||"));
  CHECK(hints("{ $.a IS NOT NULL }", "no IS NOT"));
  CHECK(hints("{ $.a EXISTS }", "= *"));
  CHECK(hints("user@example.com", "\"user@example.com\""));
  CHECK(hints("[ERROR] x", "quotes"));
  CHECK(hints("[a = 1 && b = 2]", "comma"));
  CHECK(hints("[a b]", "commas"));
  CHECK(hints("%(a|b)%", "\\x28"));
}

TEST_CASE("operators that CloudWatch lacks are named, with what to write instead",
          "[pattern][error]") {
  const struct {
    const char *pattern, *pointed_at, *text, *hint;
  } rows[] = {
      {"{ $.a = $.b }", "$", "cannot be compared with another", "write a value"},
      {"{ $.a IN [1, 2] }", "IN", "there is no IN", "||"},
      {"{ $.a NOT IN [1, 2] }", "NOT IN", "there is no NOT IN", "&&"},
      {"{ $.ip IN CIDR \"10.0.0.0/8\" }", "IN CIDR", "there is no IN CIDR", "10.0.*"},
      {"{ $.a =~* root }", "=~*", "there is no =~", "%[Rr]oot%"},
      {"[a =~ root]", "=~", "there is no =~", "= %"},
      {"{ NOT ($.a = 1) }", "NOT", "there is no NOT ( )", "NOT EXISTS"},
      {"{ $.a = 1 && !($.b = 2) }", "!", "there is no NOT ( )", "contrary"},
      {"{ $.a LIKE x }", "LIKE", "comparisons are", "contains"},
  };
  for (const auto& row : rows) {
    INFO(row.pattern);
    CHECK(pointed_at(row.pattern) == row.pointed_at);
    CHECK(error_of(row.pattern).text.find(row.text) != std::string::npos);
    CHECK(hints(row.pattern, row.hint));
  }
}

TEST_CASE("without CloudWatch's quotas our own limits hold", "[pattern][error]") {
  const auto many = [](const std::string& condition, int count) {
    std::string text = "{ " + condition;
    for (int i = 1; i < count; ++i) text += " || " + condition;
    return text + " }";
  };
  CHECK(accepts(many("$.a = %x%", 256), false));
  CHECK(error_of(many("$.a = %x%", 257), false).text ==
        "at most 256 regular expressions in a pattern");
  CHECK(accepts(many("$.a[*] = x", 256), false));
  CHECK_FALSE(accepts(many("$.a[*] = x", 257), false));
  std::string wild = "{ $";
  for (int i = 0; i < 16; ++i) wild += "[*]";
  CHECK(accepts(wild + " = 1 }", false));
  CHECK_FALSE(accepts(wild + "[*] = 1 }", false));
  std::string terms = "%x%";
  for (int i = 0; i < 256; ++i) terms += " %x%";
  CHECK_FALSE(accepts(terms, false));
}

TEST_CASE("lengths count characters, and quotas can be lifted", "[pattern][error]") {
  std::string accents = "\"";
  for (int i = 0; i < 1022; ++i) accents += "\xC3\xA9";
  CHECK(accepts(accents + "\""));
  CHECK_FALSE(accepts(accents + "x\""));
  CHECK(accepts(accents + "x\"", false));
  CHECK_FALSE(accepts(std::string(70'000, 'x'), false));
  CHECK(accepts("{ $.a = %x% && $.b = %y% && $.c = %z% }", false));
  CHECK(accepts("{ $.*.* = 1 && $.*.* = 2 }", false));
}

TEST_CASE("hostile patterns are refused, not crashed on", "[pattern][error]") {
  CHECK_FALSE(accepts("\xFF"));
  CHECK_FALSE(accepts(std::string("a\0b", 3)));
  CHECK_FALSE(accepts("{" + std::string(30'000, '(') + "}", false));
  CHECK_FALSE(accepts("{ $" + std::string(20'000, '.') + " = 1 }", false));
  CHECK_FALSE(accepts("{ $.a[99999999999999999999] = 1 }"));
  std::string deep = "{ ";
  for (int i = 0; i < 500; ++i) deep += "(";
  deep += "$.a=1";
  for (int i = 0; i < 500; ++i) deep += ")";
  CHECK(accepts(deep + " }"));
}
