// SPDX-License-Identifier: Apache-2.0
#include "rules/match/literals/required_literals.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/patterns.hpp"

using namespace tocsin;

namespace {

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

TEST_CASE("of several values the rarest is required", "[match][prefilter]") {
  CHECK(literals_of("{ $.type = IAMUser && $.name = ConsoleLogin }") ==
        Literals{"\"ConsoleLogin\""});
  CHECK(literals_of("{ $.source = iam.amazonaws.com && $.name = DeleteUser }") ==
        Literals{"\"DeleteUser\""});
}

TEST_CASE("a pattern of terms requires a term, or one of its optional terms",
          "[match][prefilter]") {
  CHECK(literals_of("ERROR timeout") == Literals{"timeout"});
  CHECK(literals_of("\"a \\\"b\\\"\" -x") == Literals{"a \"b\""});
  CHECK(literals_of("?ERROR ?WARN") == Literals{"ERROR", "WARN"});
  CHECK(literals_of("?ERROR ?WARN REQUEST") == Literals{"REQUEST"});
  CHECK(literals_of("\"one\nand two\"") == Literals{"and two"});
  CHECK(literals_of("-ERROR") == kNothing);
  CHECK(literals_of("\" \"") == kNothing);
  CHECK(literals_of("?ERROR ?a") == kNothing);
  CHECK(literals_of("?ERROR ?%[0-9]+%") == kNothing);
}

TEST_CASE("a space-delimited pattern requires the text of a field", "[match][prefilter]") {
  CHECK(literals_of("[ip, user, request = \"*.html*\", status = 404]") == Literals{".html"});
  CHECK(literals_of("[..., level = ERROR || level = \"FATAL*\", text]") ==
        Literals{"ERROR", "FATAL"});
  CHECK(literals_of("[w1 = GET && w1 != POST, w2]") == Literals{"GET"});
  CHECK(literals_of("[ip, status = 4*]") == kNothing);
  CHECK(literals_of("[ip, status = 404]") == kNothing);  // 404.0 is equal
  CHECK(literals_of("[ip, status = \"404\"]") == Literals{"404"});
  CHECK(literals_of("[ip != GET, bytes > 1000]") == kNothing);
  CHECK(literals_of("[]") == kNothing);
}

TEST_CASE("a regex requires what it cannot do without", "[match][prefilter]") {
  CHECK(literals_of("%status=[45][0-9]+ in%") == Literals{"status="});
  CHECK(literals_of("%ERROR|WARN%") == Literals{"ERROR", "WARN"});
  CHECK(literals_of("[ip, agent = %curl/[0-9]%, x]") == Literals{"curl/"});
  CHECK(literals_of("{ $.agent = %curl/[0-9]% }") == Literals{"curl"});  // maybe curl\/
  CHECK(literals_of("{ $.arn = %^arn:aws:iam::[0-9]{12}:breakglass$% }") ==
        Literals{":breakglass"});  // rarer than what all begin with
  CHECK(literals_of("{ $.agent = %a.c% }") == Literals{"\"agent\""});
  CHECK(literals_of("{ $.agent != %curl% }") == Literals{"\"agent\""});
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
    CHECK(LiteralScan({literals->begin(), literals->end()}, json)
              .next(row["message"].get<std::string>(), 0)
              .at != std::string::npos);
  }
  CHECK(matched > 100);
}
