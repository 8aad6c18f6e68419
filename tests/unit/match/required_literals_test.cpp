// SPDX-License-Identifier: Apache-2.0
#include "rules/match/required_literals.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

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
// A literal that begins a value has a : before it.
Literals literals_of(const std::string& text) {
  const auto pattern = pattern_of(text);
  const auto required = required_literals(pattern->tree());
  if (!required) return {"(nothing)"};
  Literals texts;
  for (const Literal& literal : *required)
    texts.push_back((literal.begins_value ? ":" : "") + literal.text);
  return texts;
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
  CHECK(literals_of("{ $.code = \"401\" }") == Literals{":401"});
  CHECK(literals_of("{ $.code = \"*401\" }") == Literals{"401"});
  CHECK(literals_of("{ $.code = \"10.0.0.1\" }") == Literals{"\"10.0.0.1\""});
  CHECK(literals_of("{ $.code = 401 }") == Literals{"\"code\""});  // 4.01e2 is equal
  CHECK(literals_of("{ $.code = \"1e5*\" }") == Literals{":1e5"});
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

TEST_CASE("no corpus event that a pattern matches is missed", "[match][prefilter]") {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  int matched = 0;
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::json::parse(line);
    if (!row.value("match", false)) continue;
    const auto pattern = pattern_of(row["pattern"].get<std::string>());
    const auto literals = required_literals(pattern->tree());
    if (!literals) continue;
    ++matched;
    INFO(row["id"] << ": " << row["pattern"]);
    const bool json = pattern->family() == Pattern::Family::json;
    CHECK(LiteralScan(*literals, json).next(row["message"].get<std::string>(), 0).at !=
          std::string::npos);
  }
  CHECK(matched > 100);
}
