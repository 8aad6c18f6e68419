// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex.hpp"

#include <random>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::shared_ptr<const Regex> regex_of(std::string_view body) {
  auto compiled = Regex::compile(body);
  INFO("regex " << body);
  REQUIRE(std::holds_alternative<std::shared_ptr<const Regex>>(compiled));
  return std::get<std::shared_ptr<const Regex>>(compiled);
}
bool finds(std::string_view body, std::string_view subject) {
  return regex_of(body)->search(subject);
}
// "column+length: text" of the refusal, or "accepted".
std::string refusal(std::string_view body) {
  auto compiled = Regex::compile(body);
  const auto* error = std::get_if<PatternError>(&compiled);
  if (!error) return "accepted";
  return std::to_string(error->column) + "+" + std::to_string(error->length) + ": " + error->text;
}
bool refuses(std::string_view body) { return refusal(body) != "accepted"; }

std::string random_text(std::mt19937& random, std::string_view alphabet, std::size_t length_max) {
  std::string text(random() % (length_max + 1), ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

TEST_CASE("a regex is searched for anywhere unless anchored", "[pattern][regex]") {
  CHECK(finds("AUTH", "UNAUTHORIZED"));
  CHECK_FALSE(finds("^AUTH", "UNAUTHORIZED"));
  CHECK_FALSE(finds("AUTH$", "UNAUTHORIZED"));
  CHECK(finds("^$", ""));
  CHECK_FALSE(finds("^$", "x"));
  CHECK(finds("a$|^b", "ba"));
  CHECK(finds("^a|b$", "xb"));
}

TEST_CASE("the dollar sign is the very end, and a dot takes line breaks", "[pattern][regex]") {
  CHECK_FALSE(finds("a$", "a\n"));
  CHECK(finds("a.b", "a\nb"));
  CHECK_FALSE(finds("^b", "a\nb"));
}

TEST_CASE("either bound of a repeat may be left out", "[pattern][regex]") {
  CHECK(finds("^a{,2}$", ""));
  CHECK(finds("^a{,2}$", "aa"));
  CHECK_FALSE(finds("^a{,2}$", "aaa"));
  CHECK(finds("^a{2,}$", "aaaa"));
  CHECK_FALSE(finds("^a{2}$", "a"));
  CHECK(finds("^a{0}$", ""));
  CHECK(finds("^xa{0}y$", "xy"));
}

TEST_CASE("laziness is accepted after any quantifier and changes nothing", "[pattern][regex]") {
  CHECK(finds("^a*?$", "aaa"));
  CHECK(finds("^a+?b$", "aab"));
  CHECK(finds("^a??b$", "ab"));
  CHECK(finds("^a{1,2}?b$", "aab"));
}

TEST_CASE("classes hold ranges, escapes, and a closing bracket that stands first",
          "[pattern][regex]") {
  CHECK(finds("^[]a]+$", "]a]"));
  CHECK(finds("^[^]a]$", "b"));
  CHECK(finds("^[\\d_-]+$", "1_-"));
  CHECK(finds("^[^\\W]$", "x"));
  CHECK(finds("^[\\x41-\\x43]+$", "ABC"));
  CHECK(finds("^[a\\]]+$", "a]"));
  CHECK(finds("^[[:a]+$", "[:a"));  // no POSIX classes
  CHECK_FALSE(finds("[^\\d\\D]", "anything"));
}

TEST_CASE("characters are those of UTF-8, and shorthands are ASCII", "[pattern][regex]") {
  CHECK(finds("^.$", "\xC3\xA9"));
  CHECK(finds("^\\xe9$", "\xC3\xA9"));
  CHECK_FALSE(finds("\\w", "\xC3\xA9"));
  CHECK(finds("^\\W\\D\\S$", "\xC3\xA9\xC3\xA9\xE2\x82\xAC"));
  CHECK(finds("^[^a]$", "\xF0\x9F\x98\x80"));
}

TEST_CASE("a subject that is no UTF-8 is still searched", "[pattern][regex]") {
  CHECK(finds("needle", "\xFF\xFE needle \x80"));
  CHECK(finds("^.needle$", "\xFFneedle"));
  CHECK_FALSE(finds("\\xff", "\xFF"));
  CHECK_FALSE(finds("needle", "\xFF"));
}

TEST_CASE("what is wrong with a regex is pointed at", "[pattern][regex]") {
  CHECK(refusal("") == "1+1: empty regular expression");
  CHECK(refusal("ab(c") == "3+1: character '(' is not allowed in a regular expression");
  CHECK(refusal("caf\xC3\xA9") ==
        "4+2: character '\xC3\xA9' is not allowed in a regular expression");
  CHECK(refusal("a\\b") == "2+2: escape '\\b' is not supported");
  CHECK(refusal("a\\") == "2+1: escape '\\' is not supported");
  CHECK(refusal("\\x4") == "1+2: \\x needs two hexadecimal digits");
  CHECK(refusal("x[abc") == "2+1: unterminated character class");
  CHECK(refusal("x[") == "2+1: unterminated character class");
  CHECK(refusal("[z-a]") == "2+3: bad range 'z-a'");
  CHECK(refusal("[a-\\d]") == "2+4: bad range 'a-\\d'");
  CHECK(refusal("a{5,3}") == "2+5: {m,n} with m greater than n");
  CHECK(refusal("a{3,") == "2+1: malformed {m,n}");
  CHECK(refusal("a{}") == "2+1: malformed {m,n}");
  CHECK(refusal("a{,}") == "2+1: malformed {m,n}");
  CHECK(refusal("a}") == "2+1: unbalanced '}'");
  CHECK(refusal("*a") == "1+1: nothing for '*' to repeat");
  CHECK(refusal("a|+") == "3+1: nothing for '+' to repeat");
  CHECK(refusal("^*") == "2+1: nothing for '*' to repeat");
  CHECK(refusal("a**") == "2+2: a quantifier cannot be repeated itself");
  CHECK(refusal("a++") == "2+2: a quantifier cannot be repeated itself");
  CHECK(refusal("a*??") == "2+3: a quantifier cannot be repeated itself");
  CHECK(refuses("\\1"));
  CHECK(refuses("\\p"));
  CHECK(refuses("\\n"));
  CHECK(refuses("a\tb"));
}

TEST_CASE("counts have a bound that a regex is refused beyond", "[pattern][regex]") {
  CHECK_FALSE(refuses("a{65535}"));
  CHECK(refuses("a{65536}"));
  CHECK(refuses("a{40000}b{40000}"));
  CHECK(refuses("a{99999999999999999999999}"));
  CHECK(finds("^a{20000}$", std::string(20'000, 'a')));
  CHECK_FALSE(finds("^a{20000}$", std::string(19'999, 'a')));
}

TEST_CASE("no subject makes a regex slow or gives another answer", "[pattern][regex]") {
  const std::string many(1 << 20, 'a'), few(4'000, 'a');
  for (const std::string_view body :
       {"a*a*a*a*a*a*a*b", "[ab]{1,80}[ac]{1,80}d", "a+b", ".*.*=.*"}) {
    CHECK_FALSE(finds(body, many));
    CHECK_FALSE(finds(body, few));
    CHECK(finds(body, many + "bad="));
    CHECK(finds(body, few + "bad="));
  }
}

TEST_CASE("the automaton and the backtracking engine agree on random regexes", "[pattern][regex]") {
  std::mt19937 random(7);
  int compiled_count = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::string body = random_text(random, "aab.|[]^$*+?{}1,2\\d-", 9);
    auto parsed = parse_regex(body);
    if (!std::holds_alternative<RegexSyntax>(parsed)) continue;
    ++compiled_count;
    const RegexAutomaton automaton(std::get<RegexSyntax>(parsed));
    const auto regex = regex_of(body);
    for (int j = 0; j < 8; ++j) {
      const std::string subject = random_text(random, "aab1d.\n", 6);
      INFO("regex " << body << " on " << subject);
      REQUIRE(automaton.search(subject) == regex->search(subject));
    }
  }
  CHECK(compiled_count > 3'000);
}

TEST_CASE("a search that meets a limit is counted, one that does not is not", "[pattern][regex]") {
  const auto regex = regex_of("a*a*a*a*a*a*[bc]");
  RegexScratch scratch;
  CHECK(regex->search("aab", scratch));
  CHECK_FALSE(regex->search("xyz \xFF", scratch));
  CHECK(scratch.limits_reached() == 0);
  CHECK_FALSE(regex->search(std::string(4'000, 'a'), scratch));
  CHECK(scratch.limits_reached() == 1);
  CHECK(regex->search(std::string(5'000, 'x') + "b", scratch));
  CHECK(scratch.limits_reached() == 2);
}
