// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lines/terms_set.hpp"

#include <random>

#include "rules/pattern/evaluate.hpp"
#include "support/patterns.hpp"

using namespace tocsin;

namespace {

struct Set {
  explicit Set(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) patterns.push_back(pattern_of(text));
  }
  std::string operator()(std::string_view message) {
    const TermsSet set(trees_of<ast::Terms>(patterns));
    std::vector<std::uint32_t> matched;
    set.match(message, scratch, matched);
    std::string found;
    for (const std::uint32_t number : matched)
      found += (found.empty() ? "" : " ") + std::to_string(number);
    return found;
  }
  Patterns patterns;
  TermsSet::Scratch scratch;
};

}  // namespace

TEST_CASE("a terms pattern matches when all its terms stand in the event and no excluded one",
          "[match][terms]") {
  Set set({"Failed password", "Failed -root", "-root", "?Failed ?Accepted", "\"Failed password\""});
  CHECK(set("Failed password for root") == "0 3 4");
  CHECK(set("password: Failed for bob") == "0 1 2 3");
  CHECK(set("Accepted publickey") == "2 3");
  CHECK(set("") == "2");
}

TEST_CASE("optional terms beside others do not count, and blanks alone match every event",
          "[match][terms]") {
  Set set({"?ERROR ?WARN REQUEST", "\" \"", "\" \" \"\t\"", "\" \" x", "?\" \""});
  CHECK(set("REQUEST") == "0 1 2");
  CHECK(set("") == "1 2");
  CHECK(set("x y") == "1 2 3 4");
}

TEST_CASE("regex terms are searched in the whole event", "[match][terms]") {
  Set set({"%a[0-9]+b% x", "-%^b%", "?%c|dd% ?e", "%[0-9]{3}%", "x %q.z%"});
  CHECK(set("x a12b") == "0 1");
  CHECK(set("b x a12b 123") == "0 3");
  CHECK(set("dd") == "1 2");
  CHECK(set("d e") == "1 2");
  CHECK(set("x q-z") == "1 4");
}

TEST_CASE("a scratch that served one set serves another", "[match][terms]") {
  Set one({"a", "b"}), other({"c", "d", "e", "?b ?f"});
  CHECK(one("a b") == "0 1");
  other.scratch = std::move(one.scratch);
  one.scratch = {};
  for (int i = 0; i < 3; ++i) {
    CHECK(one("a b") == "0 1");
    CHECK(other("d b") == "1 3");
  }
}

namespace {

// Few letters, so that much is found.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  std::string text(std::size_t longest, std::string_view letters) {
    std::string out;
    for (std::size_t i = below(longest) + 1; i > 0; --i) out += letters[below(letters.size())];
    return out;
  }
  std::string term() {
    static const std::vector<std::string> regexes = {"%a.b%", "%ab|ba%", "%^b%",    "%a{2}b?a%",
                                                     "%b$%",  "%[ab]a%", "%\\xff%", "%b+ab*%"};
    switch (below(8)) {
      case 0:
        return regexes[below(regexes.size())];
      case 1:
        return '"' + text(4, "ab \t") + '"';
      case 2:
        return '"' + text(2, "ab") + "\xC3\xA9\"";
      default:
        return text(4, "abc");
    }
  }
  std::string pattern() {
    const std::size_t kind = below(4), terms = below(4) + 1;
    std::string out;
    for (std::size_t i = 0; i < terms; ++i) {
      const char* sign = kind == 0      ? "?"
                         : kind == 1    ? "-"
                         : below(3) > 0 ? ""
                         : below(2)     ? "-"
                                        : "?";
      out += (out.empty() ? "" : " ") + std::string(sign) + term();
    }
    return out;
  }

 private:
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a set of random terms patterns answers as each of them alone", "[match][terms]") {
  Random random(7);
  TermsSet::Scratch scratch;
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    Patterns patterns;
    for (std::size_t i = random.below(30) + 1; i > 0; --i)
      patterns.push_back(pattern_of(random.pattern()));
    const TermsSet set(trees_of<ast::Terms>(patterns));
    for (int line = 0; line < 30; ++line) {
      const std::string message =
          line == 0 ? "" : random.text(40, std::string_view("aabbc \t\xC3\xA9\xff\n\0", 12));
      std::vector<std::uint32_t> expected, matched;
      for (std::uint32_t i = 0; i < patterns.size(); ++i)
        if (matches(std::get<ast::Terms>(patterns[i]->tree()), message)) expected.push_back(i);
      set.match(message, scratch, matched);
      found += matched.size();
      INFO(message);
      REQUIRE(matched == expected);
    }
  }
  CHECK(found > 1000);
}
