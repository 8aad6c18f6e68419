// SPDX-License-Identifier: Apache-2.0
#include "rules/match/lines/delimited_set.hpp"

#include <random>

#include "rules/pattern/evaluate.hpp"
#include "support/patterns.hpp"

using namespace tocsin;

namespace {

struct Set {
  explicit Set(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) patterns.push_back(pattern_of(text));
    set.emplace(trees_of<ast::Delimited>(patterns));
  }
  std::string operator()(std::string_view message) {
    std::vector<std::uint32_t> matched;
    set->match(message, scratch, matched);
    std::string found;
    for (const std::uint32_t number : matched)
      found += (found.empty() ? "" : " ") + std::to_string(number);
    return found;
  }
  std::string reference(std::size_t pattern, std::string_view name) {
    return std::string(set->reference(pattern, name, scratch).value_or("(none)"));
  }
  Patterns patterns;
  std::optional<DelimitedSet> set;
  DelimitedSet::Scratch scratch;
};

constexpr std::string_view kAccess =
    R"(127.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 404 2326)";

}  // namespace

TEST_CASE("all patterns of a set see the same fields of an access log", "[match][delimited]") {
  Set set({"[ip, id, user, time, request, status=404, bytes]",
           "[ip, id, user, time, request, status=4*, bytes > 1000]",
           "[ip=10.*, id, user, time, request, status, bytes]",
           "[..., status >= 400 && status < 500, bytes]", "[ip, id, user=alice || user=bob, ...]",
           "[ip, id, user, time, request=\"*.html*\", rest]", "[]", "[a, b]",
           "[a, b, c, d, e, f, g, h]", "[..., status != 404, bytes]",
           "[ip, id, user, time, request=%GET .*index%, ...]"});
  CHECK(set(kAccess) == "0 1 3 4 5 6 7 10");
  CHECK(set("a b") == "6 7 9");
  CHECK(set("") == "6");
}

TEST_CASE("the references of a pattern that matched are at hand", "[match][delimited]") {
  Set set({"[ip, ..., status=404, bytes]", "[ip, rest=*]"});
  REQUIRE(set(kAccess) == "0 1");
  CHECK(set.reference(0, "$bytes") == "2326");
  CHECK(set.reference(0, "$4") == "10/Oct/2000:13:55:36 -0700");
  CHECK(set.reference(1, "$rest") == kAccess.substr(10));
  CHECK(set.reference(1, "$3") == "(none)");
}

TEST_CASE("numbers are found by value and words by text, however often they are asked for",
          "[match][delimited]") {
  Set set({"[a=404]", "[a=\"404\"]", "[a=4.04e2]", "[a=404 || a=x]", "[a!=404]", "[a=0.5]",
           "[a=123456789012345678901]"});
  CHECK(set("404") == "0 1 2 3");
  CHECK(set("+404.0") == "0 2 3");
  CHECK(set("0000000000000000000000404") == "0 2 3");
  CHECK(set("x") == "3 4");
  CHECK(set(".50") == "4 5");
  CHECK(set("123456789012345678901") == "4 6");
}

TEST_CASE("the last entry takes the rest of the line", "[match][delimited]") {
  Set set({"[a, b=\"x y\"]", "[a, b=x]", "[a, b=x*]", "[a, b, c=y]", "[a, b=\"\\\"x y\\\" z\"]"});
  CHECK(set("1 x y \t") == "0 2 3");
  CHECK(set("1 \"x y\"") == "0 2");
  CHECK(set("1 \"x y\" z") == "4");
  CHECK(set("1 x\r") == "1 2");
  CHECK(set("1") == "");
}

TEST_CASE("many patterns that differ in one value are told apart", "[match][delimited]") {
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i)
    texts.push_back("[user=user" + std::to_string(i) + ", action=read, ...]");
  Set set(texts);
  CHECK(set("user1234 read x") == "1234");
  CHECK(set("user1234 write x") == "");
}

namespace {

class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  const std::string& one_of(const std::vector<std::string>& of) { return of[below(of.size())]; }

  std::string pattern() {
    std::string out = "[";
    const std::size_t entries = below(6);
    const std::size_t ellipsis = below(2) ? below(entries + 1) : entries + 1;
    for (std::size_t i = 0; i <= entries; ++i) {
      if (i == ellipsis) out += out.size() > 1 ? ", ..." : "...";
      if (i == entries) break;
      out += (out.size() > 1 ? ", " : "") + entry("f" + std::to_string(i));
    }
    return out + "]";
  }
  std::string message() {
    static const std::vector<std::string> fields = {"a",
                                                    "ab",
                                                    "abc",
                                                    "b",
                                                    "404",
                                                    "404.0",
                                                    "1e3",
                                                    "-2",
                                                    "x",
                                                    "\"\"",
                                                    "[]",
                                                    "[a b]",
                                                    "\"a b\"",
                                                    "\"",
                                                    "[",
                                                    "]",
                                                    "a\"b",
                                                    "\"ab\"c",
                                                    "\xff\xfe",
                                                    "\xC3\xA9",
                                                    "+.5",
                                                    "4*",
                                                    "[10/Oct/2000:13:55:36 -0700]",
                                                    "a-long-field-of-more-than-sixteen-bytes",
                                                    "9",
                                                    "5000"};
    static const std::vector<std::string> separators = {" ",  " ",     " ",  "  ", "\t",
                                                        "\r", " \v\f", "\n", ""};
    std::string out = one_of({"", "", " ", "\t\r"});
    const std::size_t count = below(50) == 0 ? 1000 : below(9);
    for (std::size_t i = 0; i < count; ++i) out += one_of(fields) + one_of(separators);
    return out;
  }

 private:
  std::string condition(const std::string& name) {
    static const std::vector<std::string> tests = {
        "=a",       "=ab",     "=a*",   "=*b",      "=*a*",        "=*",      "=\"\"",
        "=\"a b\"", "=404",    "=4*",   "=\"404\"", "!=a",         "!=404",   ">3",
        "<404",     ">=404.0", "<=1e3", "=%a%",     "=%^[0-9]+$%", "!=%b|x%", "=\"*a b*\"",
        "=%ab|4%",  "!=*",     "=1000", "=-2.0",    "=\"[\"",      "=*9",     "=\"\xC3\xA9\"",
        "=0.5",     "!=a*",    "=*-*"};
    return name + one_of(tests);
  }
  std::string entry(const std::string& name) {
    if (below(3) == 0) return below(2) ? name : "";
    std::string out = condition(name);
    while (below(3) == 0) out += (below(2) ? " && " : " || ") + condition(name);
    return out;
  }
  std::mt19937 random_;
};

}  // namespace

TEST_CASE("a set of random space-delimited patterns answers as each of them alone",
          "[match][delimited]") {
  Random random(11);
  DelimitedSet::Scratch scratch;
  std::vector<Field> fields;
  std::size_t found = 0;
  for (int round = 0; round < 150; ++round) {
    Patterns patterns;
    for (std::size_t i = random.below(30) + 1; i > 0; --i)
      patterns.push_back(pattern_of(random.pattern()));
    const DelimitedSet set(trees_of<ast::Delimited>(patterns));
    for (int line = 0; line < 30; ++line) {
      const std::string message = random.message();
      split_fields(message, fields);
      std::vector<std::uint32_t> expected, matched;
      for (std::uint32_t i = 0; i < patterns.size(); ++i)
        if (matches(BoundFields(std::get<ast::Delimited>(patterns[i]->tree()), message, fields)))
          expected.push_back(i);
      set.match(message, scratch, matched);
      found += matched.size();
      INFO(message);
      REQUIRE(matched == expected);
      for (const std::uint32_t number : matched)
        for (const std::string reference : {"$1", "$2", "$7", "$f0", "$f1"}) {
          const BoundFields bound(std::get<ast::Delimited>(patterns[number]->tree()), message,
                                  fields);
          REQUIRE(set.reference(number, reference, scratch) == bound.find(reference));
        }
    }
  }
  CHECK(found > 1000);
}
