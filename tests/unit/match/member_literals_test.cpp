// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/member_literals.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

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

TEST_CASE("an event that ends behind a name is read no further", "[match][prefilter]") {
  for (const char* const event : {R"({"name")", R"({"name" )", R"({"name":)", R"({"name": )",
                                  R"({"name":")", R"({"name":"kim)", R"({"name":-)"}) {
    INFO(event);
    CHECK_FALSE(may_match("{ $.name = kim }", event));
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
