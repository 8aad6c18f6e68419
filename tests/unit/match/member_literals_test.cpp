// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/member_literals.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "support/patterns.hpp"

using namespace tocsin;

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kAny = 0, kNever = 1'000'000;  // values that are many

std::vector<Literal> literals_of(const std::vector<std::string>& patterns, std::size_t many) {
  std::vector<RequiredLiteral> all;
  for (const std::string& text : patterns) {
    const auto required = required_literals(pattern_of(text)->tree());
    REQUIRE(required);
    all.insert(all.end(), required->begin(), required->end());
  }
  return member_literals(std::move(all), many);
}

std::vector<std::string> texts_of(const std::vector<Literal>& literals) {
  std::vector<std::string> texts;
  for (const Literal& literal : literals) texts.push_back(literal.text);
  return texts;
}

// Lines of a text that hold a literal, by every way to look for them: all of them find the same.
std::vector<std::size_t> lines_found(const std::vector<Literal>& literals,
                                     const std::string& text) {
  std::vector<std::vector<std::size_t>> by_isa;
  for (const LiteralScan::Isa isa : LiteralScan::available()) {
    const LiteralScan scan(literals, true, isa);
    std::vector<std::size_t>& lines = by_isa.emplace_back();
    std::size_t line = 0;
    for (std::size_t from = 0; from < text.size(); from = text.find('\n', from) + 1, ++line) {
      const LiteralScan::Find find = scan.next(text, from);
      if (find.at == kNone) break;
      line += find.line_breaks;
      from = find.at;
      lines.push_back(line);
    }
  }
  for (const auto& lines : by_isa) CHECK(lines == by_isa.front());
  return by_isa.front();
}

// Whether an event may match the pattern, by the name of the member that it tests.
bool may_match(const std::string& pattern, const std::string& event) {
  return LiteralScan(literals_of({pattern}, kAny), true).next(event, 0).at != kNone;
}

}  // namespace

TEST_CASE("many values of a name are looked for by the name", "[match][prefilter]") {
  const std::vector<std::string> patterns = {"{ $.user.name = kim }", "{ $.name = \"lee*\" }",
                                             "{ $.arn = %:user/[a-z]+-admin% }"};
  CHECK(texts_of(literals_of(patterns, kAny)) == std::vector<std::string>{"\"arn\"", "\"name\""});
  CHECK(texts_of(literals_of(patterns, kNever)) ==
        std::vector<std::string>{"\"kim\"", "\"lee", "-admin"});
}

TEST_CASE("values that have no name are looked for themselves", "[match][prefilter]") {
  const std::vector<std::string> patterns = {"{ $.users[0] = kim }", "{ $.users.* = lee }",
                                             "{ $.['a/b'] = max }", "{ $.count > 5 }"};
  CHECK(texts_of(literals_of(patterns, kAny)) ==
        std::vector<std::string>{"\"count\"", "\"kim\"", "\"lee\"", "\"max\""});
}

TEST_CASE("a name is found where a value of it may match", "[match][prefilter]") {
  CHECK(may_match("{ $.name = kim }", R"({"name":"kim"})"));
  CHECK(may_match("{ $.name = kim }", "{\"name\" \t:\r\n \"kim\"}"));
  CHECK(may_match("{ $.name = kim }", R"({"name":"lee","in":{"name":"kim"}})"));
  CHECK(may_match("{ $.name = \"ki*\" }", R"({"name":"kim"})"));
  CHECK(may_match("{ $.name = \"*im\" }", R"({"name":"tim"})"));
  CHECK(may_match("{ $.name = \"*nna*\" }", R"({"name":"joanna b"})"));
  CHECK(may_match("{ $.name = %^jo[a-z]nna% }", R"({"name":"joanna"})"));
  CHECK(may_match("{ $.path = \"/etc/passwd\" }", R"({"path":"/etc/passwd"})"));
}

TEST_CASE("a value with an escape may be any, however it is written", "[match][prefilter]") {
  CHECK(may_match("{ $.path = \"/etc/passwd\" }", R"({"path":"\/etc\/passwd"})"));
  CHECK(may_match("{ $.say = \"a \\\"word\\\" so\" }", R"({"say":"a \"word\" so"})"));
  CHECK(may_match("{ $.name = kim }", R"({"name":"\u006bim"})"));
  CHECK(may_match("{ $.name = kim }", R"({"na\u006de":"kim"})"));
}

TEST_CASE("a number is compared as it stands", "[match][prefilter]") {
  CHECK(may_match("{ $.code = \"401\" }", R"({"code":401})"));
  CHECK(may_match("{ $.code = \"401\" }", R"({"code": 401 })"));
  CHECK(may_match("{ $.code = \"401\" }", R"({"code":"401"})"));
  CHECK(may_match("{ $.code = \"-401*\" }", R"([{"code":-401.5}])"));
  CHECK_FALSE(may_match("{ $.code = \"401\" }", R"({"code":4010})"));
}

TEST_CASE("a name is skipped where no value of it matches", "[match][prefilter]") {
  CHECK_FALSE(may_match("{ $.name = kim }", R"({"name":"lee","other":"kim"})"));
  CHECK_FALSE(may_match("{ $.name = kim }", R"({"name":"kimberley"})"));
  CHECK_FALSE(may_match("{ $.name = kim }", R"({"other":"name","x":"kim"})"));
  CHECK_FALSE(may_match("{ $.name = kim }", R"({"name":["kim"]})"));
  CHECK_FALSE(may_match("{ $.name = \"true\" }", R"({"name":true})"));
  CHECK_FALSE(may_match("{ $.name = \"ki*\" }", R"({"name":"k"})"));
}

TEST_CASE("where a name is looked for, a regex is searched in its value", "[match][prefilter]") {
  const std::string pattern = "{ $.name = %^jo[a-z]+nna$% }";
  CHECK(may_match(pattern, R"({"name":"joanna"})"));
  CHECK_FALSE(may_match(pattern, R"({"name":"jo-nna"})"));
  CHECK_FALSE(may_match(pattern, R"({"name":"joanna b"})"));
  CHECK(may_match("{ $.name = %^ki|^jo[a-z]+nna$% }", R"({"name":"kim"})"));
  CHECK(
      may_match("{ $.a.name = %^jo[a-z]+nna$% || $.b.name = \"*-nna\" }", R"({"name":"jo-nna"})"));
  // What is not plain text, or long, is for others to say.
  CHECK(may_match(pattern, "{\"name\":\"jo\xC3\xA9nna\"}"));
  CHECK(may_match(pattern, R"({"name":"jo\/nna"})"));
  CHECK(may_match(pattern, "{\"name\":\"" + std::string(600, '-') + "nna\"}"));
  CHECK(may_match("{ $.code = %^4[0-9]1$% }", R"({"code":401})"));
}

TEST_CASE("an event that ends behind a name is read no further", "[match][prefilter]") {
  for (const char* const event : {R"({"name")", R"({"name" )", R"({"name":)", R"({"name": )",
                                  R"({"name":")", R"({"name":"kim)", R"({"name":-)"}) {
    INFO(event);
    CHECK_FALSE(may_match("{ $.name = kim }", event));
  }
}

TEST_CASE("among thousands of values of many names the lines that hold one are found, no others",
          "[match][prefilter]") {
  struct Wanted {
    std::string name, text;
    bool open_start, open_end;
    bool holds_of(const std::string& value) const {
      const std::size_t at =
          open_start && !open_end ? value.size() - std::min(value.size(), text.size()) : 0;
      if (open_start && open_end) return value.find(text) != kNone;
      return value.compare(at, text.size(), text) == 0 &&
             (open_end || at + text.size() == value.size());
    }
  };
  const std::vector<std::string> names = {"arn", "name", "userName", "eventName", "ip", "x"};
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const auto value = [&](char mark) {
    std::string text = std::vector<std::string>{"Describe", "arn:aws:iam::", "Get", ""}[below(4)];
    for (std::size_t length = 1 + below(12); length > 0; --length) text += "abcxyz-:"[below(8)];
    return mark + text + std::string(1 + below(3), mark);
  };
  for (const std::size_t kinds : {1, 2, 4}) {
    std::vector<std::string> patterns;
    std::vector<Wanted> wanted;
    for (int i = 0; i < 3000; ++i) {
      const std::size_t kind = below(kinds);
      wanted.push_back({names[below(names.size())], value('q'), kind >= 2, kind % 2 == 1});
      const Wanted& want = wanted.back();
      patterns.push_back("{ $." + want.name + " = \"" + (want.open_start ? "*" : "") + want.text +
                         (want.open_end ? "*" : "") + "\" }");
    }
    std::string text;
    std::vector<std::size_t> expected;
    for (std::size_t line = 0; line < 1500; ++line) {
      text += "{\"id\":" + std::to_string(below(1000));
      bool found = false;
      for (std::size_t members = below(6); members > 0; --members) {
        std::string name = names[below(names.size())], held = value(below(4) > 0 ? 'Q' : 'q');
        if (below(60) == 0) {
          const Wanted& want = wanted[below(wanted.size())];
          name = want.name;
          held = value('Q').substr(0, below(20)) + want.text + value('Q').substr(0, below(20));
        }
        const std::string colon = std::vector<std::string>{":", ":", ": ", " : ", ":\t"}[below(5)];
        text += ",\"" + name + '"' + colon + '"' + held + '"';
        found = found || std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& want) {
                  return want.name == name && want.holds_of(held);
                });
      }
      text += "}\n";
      if (found) expected.push_back(line);
    }
    CHECK(expected.size() > 2);
    CHECK(expected.size() < 1000);
    CHECK(lines_found(literals_of(patterns, kAny), text) == expected);
  }
}

TEST_CASE("no corpus event that a pattern matches is missed by the names", "[match][prefilter]") {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  int matched = 0;
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::json::parse(line);
    if (!row.value("match", false)) continue;
    const auto pattern = pattern_of(row["pattern"].get<std::string>());
    auto required = required_literals(pattern->tree());
    if (!required || pattern->family() != Pattern::Family::json) continue;
    ++matched;
    INFO(row["id"] << ": " << row["pattern"]);
    CHECK(LiteralScan(member_literals(std::move(*required), kAny), true)
              .next(row["message"].get<std::string>(), 0)
              .at != kNone);
  }
  CHECK(matched > 50);
}
