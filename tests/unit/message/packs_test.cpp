// SPDX-License-Identifier: Apache-2.0
// The packs that ship load without a word; what they match is in their own *.test.yaml.
#include <fstream>
#include <set>
#include <sstream>

#include "rules/ruleset/diagnostic_text.hpp"
#include "rules/ruleset/rule_loader.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::shared_ptr<const RuleSet> load_shipped_pack(const std::string& name) {
  const std::string path = std::string(TOCSIN_SOURCE_DIR) + "/rules/packs/" + name + ".yaml";
  std::ifstream in(path);
  REQUIRE(in.good());
  std::stringstream text;
  text << in.rdbuf();
  Diagnostics out;
  RuleDocument document;
  document.root = read_yaml(text.str(), path, out);
  document.pack = true;
  document.pack_name = name;
  document.log_group = "cloudtrail";
  document.notify = {"security"};
  RuleContext context;
  LogGroup group;
  group.name = group.input = "cloudtrail";
  context.log_groups = {group};
  context.topics = {{"security", "UTC"}};
  auto rules = build_rule_set({document}, context, out);
  for (const Diagnostic& d : out.list()) FAIL_CHECK(render(d, text.str(), false));
  REQUIRE(rules);
  return rules;
}

void check_presentable(const RuleSet& rules) {
  for (const Alarm& alarm : rules.alarms) {
    INFO(alarm.name);
    CHECK_FALSE(alarm.summary.empty());
    CHECK(alarm.runbook.size() > 200);
    CHECK_FALSE(alarm.description.empty());
    CHECK_FALSE(alarm.tags.empty());
    CHECK(alarm.alarm_topics == std::vector<std::string>{"security"});
  }
  for (const MetricFilter& filter : rules.filters)
    CHECK(filter.pattern_text.size() <= 1024);  // CloudWatch takes them too
}

}  // namespace

TEST_CASE("cis-aws has the 15 controls, each with its tag", "[packs]") {
  const auto rules = load_shipped_pack("cis-aws");
  REQUIRE(rules->alarms.size() == 15);
  for (std::size_t i = 0; i < rules->alarms.size(); ++i) {
    const std::string control = "4." + std::to_string(i + 1);
    CHECK(rules->alarms[i].name == "cis-" + control);
    CHECK(rules->alarms[i].tags ==
          std::vector<std::pair<std::string, std::string>>{{"cis", control}});
  }
  check_presentable(*rules);
}

TEST_CASE("aws-s3-deletions is complete", "[packs]") {
  const auto rules = load_shipped_pack("aws-s3-deletions");
  CHECK(rules->alarms.size() == 3);
  check_presentable(*rules);
}
