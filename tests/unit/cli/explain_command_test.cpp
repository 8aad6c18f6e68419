// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"
#include "support/tocsin_says.hpp"

namespace tocsin {
using test::Answer;
using test::tocsin_says;

namespace {
bool has(const Answer& answer, const std::string& words) {
  return answer.text.find(words) != std::string::npos;
}
}  // namespace

TEST_CASE("explain ends with 0 if some event matches, 1 if none, 2 if it could not look",
          "[cli][explain]") {
  const TempDir folder;
  const std::string log = folder.write("a.log", "ok\nERROR one\n");
  CHECK(tocsin_says({"explain", "ERROR"}).code == 0);
  CHECK(tocsin_says({"explain", "ERROR", "--event", log}).code == 0);
  CHECK(tocsin_says({"explain", "WARN", "--event", log}).code == 1);
  CHECK(tocsin_says({"explain", "WARN", "--event", "-"}, "").code == 1);
  CHECK(tocsin_says({"explain", "ERR*"}).code == 2);
  CHECK(tocsin_says({"explain"}).code == 2);
  CHECK(tocsin_says({"explain", "ERROR", "--limit", "x"}).code == 2);
  CHECK(tocsin_says({"explain", "ERROR", "--event", folder.path("nosuch")}).code == 2);
}

TEST_CASE("explain reads an event over several lines, lines, records and gzip", "[cli][explain]") {
  const TempDir folder;
  const std::string pattern = "{ $.a = 2 }";
  const std::string whole = "{\n  \"a\": 2\n}\n";
  CHECK(tocsin_says({"explain", pattern, "--event", "-"}, whole).code == 0);
  CHECK(tocsin_says({"explain", pattern, "--event", folder.write("e.json", whole)}).code == 0);
  CHECK(has(tocsin_says({"explain", pattern, "--event", "-"}, "{\"a\":1}\n{\"a\":2}\n"),
            "1 of 2 events match"));
  const std::string records = "{\"Records\": [\n {\"a\":1},\n {\"a\":2},\n {\"a\":2}\n]}";
  CHECK(has(tocsin_says({"explain", pattern, "--event", folder.write("r.json", records)}),
            "2 of 3 events match"));
  CHECK(tocsin_says({"explain", pattern, "--event", folder.write("l.gz", gzip("{\"a\":2}\n"))})
            .code == 0);
}

TEST_CASE("explain shows the first events and counts all", "[cli][explain]") {
  std::string lines;
  for (int i = 0; i < 30; ++i) lines += "{\"a\":" + std::to_string(i) + "}\n";
  const Answer answer = tocsin_says(
      {"explain", "{ $.a < 7 && $.b NOT EXISTS }", "--event", "-", "--limit", "2"}, lines);
  CHECK(has(answer, "event 2: matches"));
  CHECK_FALSE(has(answer, "event 3"));
  CHECK(has(answer, "        7    $.a < 7\n"));
  CHECK(has(answer, "7 of 30 events match the pattern; the first 2 are shown"));
}

TEST_CASE("explain --json is one object", "[cli][explain]") {
  const Answer answer = tocsin_says(
      {"explain", "{ $.a = x || $.b != y }", "--json", "--event", "-"}, "{\"a\":\"z\"}\nno\n");
  CHECK(answer.code == 1);
  const auto report = nlohmann::json::parse(answer.text);
  CHECK(report["family"] == "json");
  CHECK(report["clauses"]["any_of"].size() == 2);
  CHECK(report["cloudwatch"]["accepts"] == true);
  CHECK(report["events"][0]["clauses"]["any_of"][0]["why"] == "it is \"z\", not \"x\"");
  CHECK(report["events"][1]["matches"] == false);
  CHECK(report["events"][1].contains("why"));
  CHECK(report["events_read"] == 2);
  CHECK_FALSE(
      nlohmann::json::parse(tocsin_says({"explain", "x", "--json"}).text).contains("events"));
}

TEST_CASE("explain judges without CloudWatch's quotas and says what they refuse",
          "[cli][explain]") {
  const std::string pattern = "{ $.a = %x% || $.b = %x% || $.c = %x% }";
  const Answer answer = tocsin_says({"explain", pattern, "--event", "-"}, "{\"c\":\"x\"}");
  CHECK(answer.code == 0);
  CHECK(has(answer, "CloudWatch would refuse this pattern: at most 2 regular expressions"));
  CHECK(tocsin_says({"match", pattern}, "{\"c\":\"x\"}").text == "{\"c\":\"x\"}\n");
}

}  // namespace tocsin
