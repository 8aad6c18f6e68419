// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/diagnostic_text.hpp"

#include "rules/ruleset/masked_line.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {
Diagnostic fault(int line, int column, int length, std::string hint = {}) {
  return {DiagnosticLevel::error, "bad-value", {"r.yaml", line, column}, length, "no good",
          std::move(hint)};
}
}  // namespace

TEST_CASE("a diagnostic shows place, line, caret and hint", "[ruleset]") {
  CHECK(render(fault(2, 9, 5, "did you mean \"x\"?"), "a: 1\nmetric: wrong # c\n", false) ==
        "r.yaml:2:9: error[bad-value]: no good\n"
        "    2 | metric: wrong # c\n"
        "      |         ^^^^^  did you mean \"x\"?\n");
}

TEST_CASE("a caret stands under its character after tabs and letters of several bytes",
          "[ruleset]") {
  CHECK(render(fault(1, 11, 2), "\tключ: ab\n", false) ==
        "r.yaml:1:11: error[bad-value]: no good\n"
        "    1 | \tключ: ab\n"
        "      | \t     ^^\n");
}

TEST_CASE("without a line the hint stands alone", "[ruleset]") {
  CHECK(render(fault(0, 0, 1, "try again"), "", false) ==
        "r.yaml: error[bad-value]: no good\n      = try again\n");
  CHECK(render(fault(9, 1, 1), "a: 1\n", false) == "r.yaml:9:1: error[bad-value]: no good\n");
}

TEST_CASE("a place beyond the end of its line is pulled back", "[ruleset]") {
  CHECK(render(fault(1, 50, 9), "a: 1\n", false) ==
        "r.yaml:1:50: error[bad-value]: no good\n    1 | a: 1\n      |     ^\n");
}

TEST_CASE("a long line is cut around the caret", "[ruleset]") {
  const std::string line = "pattern: " + std::string(5000, 'x') + "WRONG" + std::string(5000, 'y');
  const std::string text = render(fault(1, 5010, 5), line, false);
  CHECK(text.size() < 400);
  CHECK(text.find("xWRONGy") != std::string::npos);
  CHECK(text.find("^^^^^\n") != std::string::npos);
}

TEST_CASE("secrets beside a mistake are masked, references to credentials are not", "[ruleset]") {
  const auto shown = [](const std::string& line) { return render(fault(1, 1, 1), line, false); };
  CHECK(shown("email: { password: hunter2, starttls: x }").find("hunter2") == std::string::npos);
  CHECK(shown("email: { password: \"hun, ter2\" }").find("ter2") == std::string::npos);
  CHECK(shown("- slack: { webhook_url: https://hooks.slack.com/services/T0/B0/abc }").find("T0") ==
        std::string::npos);
  CHECK(shown("- slack: { webhook_url: https://hooks.slack.com/services/T0 }")
            .find("//hooks.slack.com****") != std::string::npos);
  CHECK(shown("password: \"${credential:smtp}\"").find("${credential:smtp}") != std::string::npos);
  CHECK(shown("curl: x").find("curl: x") != std::string::npos);
}

TEST_CASE("a secret is masked in whatever way a person writes it", "[ruleset]") {
  for (const std::string line :
       {"dead_man: https://hc.example.com/s3cr3t",
        "- slack: https://hooks.example.com/s3cr3t  # ours",
        "url: \"https://example.com?key=s3cr3t\"", "url: https://bob:s3cr3t@example.com",
        "smtp: \"smtps://bob:s3cr3t@mail.example.com\"", "signing_key: whsec_s3cr3t",
        "signing_key: [whsec_1, \"whsec_s3cr3t\"]", "headers: { Authorization: \"Bearer s3cr3t\" }",
        "headers: {X-Api-Key: s3cr3t}", "environment: { PAGER_TOKEN: 's3cr3t' }",
        "{\"password\":\"a\\\"s3cr3t\"}"}) {
    INFO(line);
    const std::string masked = masked_line(line);
    CHECK(masked.find("s3cr3t") == std::string::npos);
    CHECK(masked.size() == line.size());
  }
  for (const std::string line : {"- slack: { webhook_url: \"${credential:slack}\" }",
                                 "runbook: https://wiki.example.com/root",
                                 "signing_key: [\"${credential:old}\", \"${credential:new}\"]",
                                 "slack: \"{{summary}}\"", "format: sns", "url:", "[:"})
    CHECK(masked_line(line) == line);
  // Nobody waits for a line that is all keys.
  std::string hostile;
  for (const std::string piece : {"url:", "slack:", "url:[", "url:\"", "url:${credential:"})
    for (int i = 0; i < 50'000; ++i) hostile += piece;
  CHECK(masked_line(hostile).size() == hostile.size());
}
