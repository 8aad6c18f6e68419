// SPDX-License-Identifier: Apache-2.0
#include "rules/match/prefilter.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/match/required_literals.hpp"
#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::shared_ptr<const Pattern> pattern_of(const std::string& text) {
  auto compiled = Pattern::compile(text);
  REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(compiled));
  return std::get<std::shared_ptr<const Pattern>>(compiled);
}
using Literals = std::vector<std::string>;
Literals literals_of(const std::string& text) {
  const auto pattern = pattern_of(text);
  return required_literals(std::get<ast::Json>(pattern->tree())).value_or(Literals{"(nothing)"});
}
bool is_candidate(const Prefilter& filter, const std::string& message) {
  JsonReader reader;
  EventView event(reader, message);
  return filter.is_candidate(event);
}
const Literals kNothing = {"(nothing)"};

}  // namespace

TEST_CASE("a pattern requires its values, else its names", "[match][prefilter]") {
  CHECK(literals_of("{ $.eventName = ConsoleLogin }") == Literals{"\"ConsoleLogin\""});
  CHECK(literals_of("{ $.errorCode = \"AccessDenied*\" }") == Literals{"\"AccessDenied"});
  CHECK(literals_of("{ $.errorCode = \"*Unauthorized\" }") == Literals{"Unauthorized\""});
  CHECK(literals_of("{ $.eventName != ConsoleLogin }") == Literals{"\"eventName\""});
  CHECK(literals_of("{ $.a.count > 5 }") == Literals{"\"count\""});
  CHECK(literals_of("{ $.flag IS TRUE }") == Literals{"\"flag\""});
  CHECK(literals_of("{ $.name = %x% }") == Literals{"\"name\""});
  CHECK(literals_of("{ $.name = * }") == Literals{"\"name\""});
}

TEST_CASE("a value that may be a number stands without quotes", "[match][prefilter]") {
  CHECK(literals_of("{ $.code = \"401\" }") == Literals{"401"});
  CHECK(literals_of("{ $.code = 401 }") == Literals{"\"code\""});  // 4.01e2 is equal
  CHECK(literals_of("{ $.code = \"1e5*\" }") == Literals{"1e5"});
}

TEST_CASE("characters that JSON may write otherwise are left out", "[match][prefilter]") {
  CHECK(literals_of("{ $.path = \"/etc/passwd\" }") == Literals{"passwd"});
  CHECK(literals_of("{ $.say = \"a \\\"b\\\" long\" }") == Literals{" long"});
  CHECK(literals_of("{ $.['a/bcd'] IS NULL }") == Literals{"bcd"});
}

TEST_CASE("one requirement of a conjunction is enough, of a disjunction all are needed",
          "[match][prefilter]") {
  CHECK(literals_of("{ $.eventType != x && $.who = \"Root\" }") == Literals{"\"Root\""});
  CHECK(literals_of("{ $.source = kms.amazonaws.com && $.event = DisableKey }") ==
        Literals{"\"DisableKey\""});
  CHECK(literals_of("{ ($.a = one) || ($.a = two) }") == Literals{"\"one\"", "\"two\""});
  CHECK(literals_of("{ $.a = one || $.b NOT EXISTS }") == kNothing);
  CHECK(literals_of("{ $.a = one && $.b NOT EXISTS }") == Literals{"\"one\""});
  CHECK(literals_of("{ $.* NOT EXISTS }") == kNothing);
  CHECK(literals_of("{ $[0] = 1 }") == kNothing);
}

TEST_CASE("an event is a candidate if it holds a literal or an escape that could hide one",
          "[match][prefilter]") {
  const auto pattern = pattern_of("{ $.a = \"needle\" }");
  const Prefilter filter({&std::get<ast::Json>(pattern->tree())});
  CHECK(is_candidate(filter, R"({"a":"needle"})"));
  CHECK(is_candidate(filter, R"( {"b":{"c":"needle"}})"));
  CHECK(is_candidate(filter, R"({"a":"\u006eeedle"})"));
  CHECK_FALSE(is_candidate(filter, R"({"a":"needl"})"));
  CHECK_FALSE(is_candidate(filter, R"(x {"a":"needle"})"));
  CHECK_FALSE(is_candidate(filter, ""));
  CHECK_FALSE(is_candidate(filter, "{"));
  CHECK_FALSE(is_candidate(Prefilter({}), "{}"));
}

TEST_CASE("of many literals each is found at each place", "[match][prefilter]") {
  std::string text = "{ $.x = abc";
  for (int i = 0; i < 40; ++i) text += " || $.x = Word" + std::to_string(i * 37);
  const auto pattern = pattern_of(text + " }");
  const Prefilter filter({&std::get<ast::Json>(pattern->tree())});
  for (int i = 0; i < 40; ++i)
    for (std::size_t before = 0; before < 12; ++before) {
      const std::string word = "\"Word" + std::to_string(i * 37) + "\"";
      CHECK(is_candidate(filter, "{" + std::string(before, 'z') + word));
      CHECK(is_candidate(filter, "{" + std::string(before, 'z') + word + "}}"));
      CHECK_FALSE(is_candidate(filter, "{" + std::string(before, 'W') + word.substr(1)));
    }
}

TEST_CASE("no corpus event that a JSON pattern matches is missed", "[match][prefilter]") {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  int matched = 0;
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::json::parse(line);
    if (!row.value("match", false)) continue;
    const auto pattern = pattern_of(row["pattern"].get<std::string>());
    const auto* json = std::get_if<ast::Json>(&pattern->tree());
    if (!json) continue;
    ++matched;
    INFO(row["id"] << ": " << row["pattern"]);
    CHECK(is_candidate(Prefilter({json}), row["message"].get<std::string>()));
  }
  CHECK(matched > 100);
}
