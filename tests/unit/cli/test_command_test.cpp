// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/tocsin_says.hpp"

namespace tocsin {
using test::Answer;
using test::tocsin_says;

namespace {
constexpr const char* kGood = "tests:\n  - { name: fine, pattern: x, message: x, match: true }\n";
constexpr const char* kBad =
    "tests:\n  - { id: bad, pattern: x, message: y, match: true }\n  - 7\n";
}  // namespace

TEST_CASE("test ends with 0 if all is well, 1 if a test fails, 78 for a file that is none",
          "[cli][test]") {
  const TempDir folder;
  const std::string good = folder.write("good.test.yaml", kGood);
  const std::string bad = folder.write("bad.test.yaml", kBad);
  const std::string none = folder.write("none.yaml", "rules: []\n");
  CHECK(tocsin_says({"test", good}).code == 0);
  CHECK(tocsin_says({"test", good, bad}).code == 1);
  CHECK(tocsin_says({"test", bad, none}).code == 78);
  CHECK(tocsin_says({"test", folder.path("nosuch")}).code == 78);
  CHECK(tocsin_says({"test"}).code == 2);
}

TEST_CASE("--format json prints one object a test in file order, broken ones too", "[cli][test]") {
  const TempDir folder;
  const std::string bad = folder.write("bad.test.yaml", kBad);
  const std::string good = folder.write("good.test.yaml", kGood);
  std::istringstream lines(tocsin_says({"test", "--format", "json", bad, good}).text);
  std::vector<nlohmann::json> results;
  for (std::string line; std::getline(lines, line);) results.push_back(nlohmann::json::parse(line));
  REQUIRE(results.size() == 3);
  CHECK(results[0] ==
        nlohmann::json{
            {"file", bad}, {"name", "bad"}, {"ok", false}, {"detail", "does not match, but must"}});
  CHECK(results[1]["ok"] == false);
  CHECK(results[2] ==
        nlohmann::json{{"file", good}, {"name", "fine"}, {"ok", true}, {"detail", ""}});
}

TEST_CASE("tap and junit say the same in the words of other tools", "[cli][test]") {
  const TempDir folder;
  const std::string bad = folder.write("bad.test.yaml", kBad);
  const std::string tap = tocsin_says({"test", "--format", "tap", bad}).text;
  CHECK(tap.starts_with("TAP version 13\nnot ok 1 - " + bad + ": bad\n"));
  CHECK(tap.ends_with("1..2\n"));
  const std::string junit = tocsin_says({"test", "--format", "junit", bad}).text;
  CHECK(junit.find("tests=\"2\" failures=\"2\"") != std::string::npos);
  CHECK(junit.find("<failure message=\"does not match, but must\"/>") != std::string::npos);
}

TEST_CASE("rules, packs and files of events are found beside the test file", "[cli][test]") {
  const TempDir folder;
  folder.write("r/rules.yaml",
               "rules:\n  - { name: hit, log_group: g, pattern: ERROR, alarm: { count: '>= 2', "
               "within: 5m }, notify: [ops] }\n");
  folder.write("t/events.log", "2026-01-01T00:00:10Z ERROR a\n2026-01-01T00:00:20Z ERROR b\n");
  const std::string test = folder.write("t/a.test.yaml",
                                        "rules: [../r/*.yaml]\n"
                                        "packs: [cis-aws]\n"
                                        "tests:\n"
                                        "  - events: [{ log_group: g, file: events.log }]\n"
                                        "    expect:\n"
                                        "      - { at: 9s, alarm: hit, state: OK }\n"
                                        "      - { at: 10s, alarm: hit, state: ALARM }\n"
                                        "      - { at: 10s, alarm: cis-4.1, state: OK }\n");
  const Answer answer = tocsin_says({"test", test});
  CHECK(answer.text == "ok, 1 test\n");
}

TEST_CASE("faults of the rules fail the tests that need them and no others", "[cli][test]") {
  const TempDir folder;
  const std::string test = folder.write("a.test.yaml",
                                        "rules: [nosuch.yaml]\n"
                                        "tests:\n"
                                        "  - { name: a, pattern: x, message: x, match: true }\n"
                                        "  - { name: b, events: [], expect: [] }\n");
  const Answer answer = tocsin_says({"test", "--format", "tap", test});
  CHECK(answer.code == 1);
  CHECK(answer.text.find("\nok 1 - ") != std::string::npos);
  CHECK(answer.text.find("nosuch.yaml: No such file") != std::string::npos);
}

}  // namespace tocsin
