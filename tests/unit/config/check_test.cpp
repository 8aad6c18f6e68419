// SPDX-License-Identifier: Apache-2.0
// The commands check and rules as a user meets them: exit code and what is printed.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/cli/command.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "support/tocsin_says.hpp"

using namespace tocsin;
using test::Answer;
using test::tocsin_says;

namespace {

const char* const kFine = R"(rules:
  - name: root-login
    log_group: cloudtrail
    pattern: '{ $.userIdentity.type = "Root" }'
    alarm: { count: ">= 1", within: 5m }
    group_by: { account: $.recipientAccountId }
    notify: [security]
    summary: "Root's {{eventName}}"
    runbook: "one\ntwo: three\n"
    tags: { cis: "4.3", yes: "no" }
)";
const char* const kUnheard = R"(rules:
  - { name: a, log_group: g, pattern: x, alarm: { count: ">= 1", within: 5m } }
)";

}  // namespace

TEST_CASE("check answers 0 for valid rules, 1 for warnings with --strict and 78 for errors",
          "[config]") {
  const TempDir folder;
  const std::string fine = folder.write("fine.yaml", kFine);
  const std::string unheard = folder.write("unheard.yaml", kUnheard);
  const std::string broken = folder.write("broken.yaml", "rules:\n  - { name: a }\n");
  CHECK(tocsin_says({"check", fine}).code == kExitOk);
  CHECK(tocsin_says({"check", fine}).text == "ok: 1 metric filter, 1 alarm\n");
  CHECK(tocsin_says({"check", "--quiet", fine}).text.empty());
  CHECK(tocsin_says({"check", unheard}).code == kExitOk);
  CHECK(tocsin_says({"check", "--strict", unheard}).code == kExitNo);
  CHECK(tocsin_says({"check", fine, broken}).code == kExitInvalid);
  CHECK(tocsin_says({"check", folder.path("none.yaml")}).code == kExitInvalid);
  CHECK(tocsin_says({"check", "--no-such-option"}).code == kExitUsage);
}

TEST_CASE("check tells configurations from rule files by what stands in them", "[config]") {
  const TempDir folder;
  const std::string rules = folder.write("rules.yaml", kFine);
  const std::string main =
      folder.write("main.yaml", "rules: [rules.yaml]\ntopics: { security: {} }\n");
  const Answer configured = tocsin_says({"check", main});
  CHECK(configured.code == kExitInvalid);
  CHECK(configured.text.find("log group \"cloudtrail\" does not exist") != std::string::npos);
  CHECK(tocsin_says({"check", rules}).code == kExitOk);
  CHECK(tocsin_says({"check", "--config", main, rules}).code == kExitInvalid);
  const std::string tests = folder.write("rules.test.yaml", "rules: [rules.yaml]\ntests: []\n");
  CHECK(tocsin_says({"check", rules, tests}).code == kExitOk);
  CHECK(tocsin_says({"check", tests}).code == kExitUsage);
}

TEST_CASE("check --json prints one object a fault and a summary", "[config]") {
  const TempDir folder;
  const Answer answer = tocsin_says({"check", "--json", folder.write("a.yaml", kUnheard)});
  std::istringstream lines(answer.text);
  std::string first, second;
  std::getline(lines, first);
  std::getline(lines, second);
  const auto fault = nlohmann::json::parse(first);
  CHECK(fault["code"] == "tells-nobody");
  CHECK(fault["level"] == "warning");
  CHECK(fault["line"] == 2);
  CHECK(fault["column"] == 13);
  CHECK(nlohmann::json::parse(second)["warnings"] == 1);
}

TEST_CASE("check --strict-aws answers 1 for what CloudWatch would refuse", "[config]") {
  const TempDir folder;
  const std::string long_pattern(1100, 'x');
  const std::string file =
      folder.write("a.yaml", "rules:\n  - { name: a, log_group: g, pattern: " + long_pattern +
                                 ", alarm: { count: \">= 1\", within: 5m }, notify: [t] }\n");
  CHECK(tocsin_says({"check", "--strict", file}).code == kExitOk);
  const Answer strict = tocsin_says({"check", "--strict-aws", file});
  CHECK(strict.code == kExitNo);
  CHECK(strict.text.find("error[strict-aws]") != std::string::npos);
}

TEST_CASE("rules show prints metric maths and bands that read back as themselves", "[config]") {
  const TempDir folder;
  const std::string file = folder.write("a.yaml", R"(metric_filters:
  - { name: m, log_group: g, pattern: x, metric: { namespace: A, name: M, unit: Count, dimensions: { } } }
alarms:
  - name: rate
    metrics:
      - { id: m, metric: { namespace: A, name: M }, statistic: p90, unit: Count }
      - { id: twice, expression: "2 * m" }
    expression: twice + m
    period: 60s
    evaluation_periods: 1
    comparison: GreaterThanThreshold
    threshold: 5
    actions: { alarm: [t] }
  - name: band
    metric: { namespace: A, name: M }
    statistic: Sum
    period: 60s
    evaluation_periods: 2
    comparison: LessThanLowerThreshold
    band: { deviations: 2.5, excluded: [{ from: 2026-01-01T00:00:00Z, to: 2026-01-02T12:00:00Z }] }
    actions: { alarm: [t] }
)");
  for (const std::string name : {"rate", "band"}) {
    const Answer shown = tocsin_says({"rules", "show", name, "--rules", file});
    REQUIRE(shown.code == kExitOk);
    const std::string again = folder.write("again.yaml", shown.text);
    CHECK(tocsin_says({"check", "--strict", again}).code == kExitOk);
    CHECK(tocsin_says({"rules", "show", name, "--rules", again}).text == shown.text);
  }
  const std::string list = tocsin_says({"rules", "list", "--rules", file}).text;
  CHECK(list.find("twice + m > 5 in 1 of 1 x 1m") != std::string::npos);
  CHECK(list.find("Sum of A/M below its usual band in 2 of 2 x 1m") != std::string::npos);
}

TEST_CASE("rules show prints a long form that reads back as itself", "[config]") {
  const TempDir folder;
  const std::string file = folder.write("a.yaml", kFine);
  const Answer shown = tocsin_says({"rules", "show", "root-login", "--rules", file});
  REQUIRE(shown.code == kExitOk);
  CHECK(shown.text.find("anchor: event\n") != std::string::npos);
  CHECK(shown.text.find("metric: { namespace: Tocsin, name: root-login }\n") != std::string::npos);
  const std::string again = folder.write("long.yaml", shown.text);
  CHECK(tocsin_says({"check", "--strict", again}).code == kExitOk);
  CHECK(tocsin_says({"rules", "show", "root-login", "--rules", again}).text == shown.text);
  const auto json = nlohmann::json::parse(
      tocsin_says({"rules", "show", "root-login", "--json", "--rules", file}).text);
  CHECK(json["alarms"][0]["runbook"] == "one\ntwo: three\n");
  CHECK(json["alarms"][0]["tags"]["yes"] == "no");
  CHECK(tocsin_says({"rules", "show", "no-such", "--rules", file}).code == kExitNo);
  CHECK(tocsin_says({"rules", "list", "--rules", file}).text.find("SampleCount >= 1 within 5m") !=
        std::string::npos);
}
