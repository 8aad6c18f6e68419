// SPDX-License-Identifier: Apache-2.0
// Composite alarms in rule files. Every mistake with its words: tests/cases/config/rules.
#include <nlohmann/json.hpp>

#include "rules/ruleset/long_form.hpp"
#include "rules/ruleset/rule_loader.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

constexpr const char* kBase = R"(rules:
  - { name: a, log_group: g, pattern: x, alarm: { count: ">= 1", within: 5m }, notify: [t] }
  - { name: b, log_group: g, pattern: y, alarm: { count: ">= 1", within: 5m }, notify: [t] }
composite_alarms:
)";

std::shared_ptr<const RuleSet> load(const std::string& text, Diagnostics& out, bool pack = false) {
  RuleContext context;
  context.any_log_group = context.any_topic = true;
  RuleDocument d;
  d.root = read_yaml(text, "r.yaml", out);
  d.text = std::make_shared<const std::string>(text);
  d.pack = pack;
  d.pack_name = "p";
  d.notify = {"team"};
  return build_rule_set({d}, context, out);
}

std::string codes(const std::string& composites) {
  Diagnostics out;
  load(kBase + composites, out);
  std::string list;
  for (const Diagnostic& d : out.list()) list += (list.empty() ? "" : ", ") + d.code;
  return list;
}

}  // namespace

TEST_CASE("composite alarms stand among the alarms, after those of metrics", "[ruleset]") {
  Diagnostics out;
  const auto rules = load(std::string(kBase) + R"(
  - name: both
    rule: ALARM(a) AND NOT OK("b")
    actions: { alarm: [t], ok: [u], insufficient_data: [v] }
    actions_enabled: false
    suppressor: { alarm: arn:aws:cloudwatch:us-east-1:1:alarm:b, wait: 2m, extension: 180 }
    severity: high
    was: either
)",
                          out);
  CHECK(out.list().empty());
  REQUIRE(rules != nullptr);
  REQUIRE(rules->alarms.size() == 3);
  const Alarm& both = rules->alarms[2];
  REQUIRE(both.composite != nullptr);
  CHECK(both.composite->rule == "ALARM(a) AND NOT OK(\"b\")");
  CHECK(both.composite->children == std::vector<std::string>{"a", "b"});
  REQUIRE(both.composite->suppressor.has_value());
  CHECK(both.composite->suppressor->alarm == "b");
  CHECK(both.composite->suppressor->wait == minutes{2});
  CHECK(both.composite->suppressor->extension == minutes{3});
  CHECK(both.ok_topics == std::vector<std::string>{"u"});
  CHECK_FALSE(both.actions_enabled);
  CHECK(both.severity == Severity::high);
  CHECK(both.was == "either");
}

TEST_CASE("a composite alarm is printed as it is written", "[ruleset]") {
  Diagnostics out;
  const std::string text = std::string(kBase) +
                           "  - { name: both, rule: 'ALARM(\"a\") OR OK(b)', actions: { alarm: [t] "
                           "}, suppressor: { alarm: b, wait: 2m, extension: 3m } }\n";
  const auto rules = load(text, out);
  REQUIRE(rules != nullptr);
  const std::string printed = long_form(rules->alarms[2]).dump();
  CHECK(printed.find(R"x("rule":"ALARM(\"a\") OR OK(b)")x") != std::string::npos);
  CHECK(printed.find(R"("suppressor":{"alarm":"b","wait":"2m","extension":"3m"})") !=
        std::string::npos);
  CHECK(printed.find("period") == std::string::npos);
}

TEST_CASE("nobody need be told of an alarm that a composite looks at", "[ruleset]") {
  Diagnostics out;
  load(R"(rules:
  - { name: a, log_group: g, pattern: x, alarm: { count: ">= 1", within: 5m } }
  - { name: m, log_group: g, pattern: y, alarm: { count: ">= 1", within: 5m } }
  - { name: lone, log_group: g, pattern: y, alarm: { count: ">= 1", within: 5m } }
composite_alarms:
  - name: c
    rule: ALARM(a)
    actions: { alarm: [t] }
    suppressor: { alarm: m, wait: 60, extension: 60 }
)",
       out);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].code == "tells-nobody");
  CHECK_THAT(out.list()[0].text, Catch::Contains("lone"));
}

TEST_CASE("an alarm is in the rules of at most 150 composites", "[ruleset]") {
  std::string text;
  for (int i = 0; i < 150; ++i)
    text += "  - { name: c" + std::to_string(i) + ", rule: ALARM(a), actions: { alarm: [t] } }\n";
  CHECK(codes(text).empty());
  CHECK(codes(text + "  - { name: last, rule: ALARM(a), actions: { alarm: [t] } }\n") ==
        "too-many");
}

TEST_CASE("a name is one of an alarm, whichever kind", "[ruleset]") {
  CHECK(codes("  - { name: a, rule: ALARM(b), actions: { alarm: [t] } }\n") == "duplicate-name");
}

TEST_CASE("composites of a pack are notified and left out as its rules are", "[ruleset]") {
  Diagnostics out;
  const auto rules = load(std::string(kBase) + "  - { name: both, rule: ALARM(a) }\n", out, true);
  REQUIRE(rules != nullptr);
  CHECK(rules->alarms[2].alarm_topics == std::vector<std::string>{"team"});
  CHECK(rules->alarms[2].ok_topics == std::vector<std::string>{"team"});
}
