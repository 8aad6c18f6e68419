// SPDX-License-Identifier: Apache-2.0
// What CloudWatch would refuse works, and is an error at its place with strict_aws only.
#include "rules/ruleset/rule_loader.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

struct Loaded {
  std::shared_ptr<const RuleSet> rules;
  Diagnostics out;
};

Loaded load(const std::string& text, bool strict) {
  Loaded loaded;
  RuleDocument document;
  document.root = read_yaml(text, "r.yaml", loaded.out);
  document.text = std::make_shared<const std::string>(text);
  RuleContext context;
  context.any_log_group = context.any_topic = true;
  context.strict_aws = strict;
  loaded.rules = build_rule_set({document}, context, loaded.out);
  return loaded;
}

// The faults that strict_aws finds, as "line:column text"; without it there are none.
std::vector<std::string> refused(const std::string& text) {
  INFO(text);
  const Loaded lenient = load(text, false);
  CHECK(lenient.rules);
  for (const Diagnostic& d : lenient.out.list()) CHECK(d.level == DiagnosticLevel::warning);
  const Loaded strict = load(text, true);
  CHECK(strict.rules);
  std::vector<std::string> faults;
  for (const Diagnostic& d : strict.out.list()) {
    if (d.code != "strict-aws") continue;
    CHECK(d.level == DiagnosticLevel::error);
    faults.push_back(std::to_string(d.where.line) + ':' + std::to_string(d.where.column) + ' ' +
                     d.text);
  }
  return faults;
}

std::string filter(const std::string& pattern, const std::string& metric = "namespace: N, name: m",
                   const std::string& group = "g", const std::string& name = "f") {
  return "  - name: " + name + "\n    log_group: " + group + "\n    pattern: '" + pattern +
         "'\n    metric: { " + metric + " }\n";
}
std::string filters(const std::string& items) { return "metric_filters:\n" + items; }

using Faults = std::vector<std::string>;

}  // namespace

TEST_CASE("what CloudWatch takes is not flagged", "[ruleset][strict]") {
  CHECK(refused(filters(filter("{ $.a = %x% && $.b[*] = 1 }"))).empty());
  CHECK(refused("rules:\n  - { name: a, log_group: g/x, pattern: x, alarm: { count: \">= 1\", "
                "within: 5m }, notify: [t] }\n")
            .empty());
}

TEST_CASE("patterns beyond CloudWatch's quotas are flagged where they go too far",
          "[ruleset][strict]") {
  CHECK(refused(filters(filter("{ $.a = %x% && $.b = %x% && $.c = %y% }"))) ==
        Faults{"4:49 CloudWatch would refuse this pattern: at most 2 regular expressions in a "
               "pattern"});
  CHECK(refused(filters(filter("{ $.a[*].b[*] = 1 }"))) ==
        Faults{"4:25 CloudWatch would refuse this pattern: at most 1 wildcard in a property "
               "selector"});
  CHECK(refused(filters(filter(std::string(1030, 'x')))) ==
        Faults{"4:1039 CloudWatch would refuse this pattern: a filter pattern has at most 1024 "
               "characters"});
}

TEST_CASE("metrics beyond CloudWatch's limits are flagged", "[ruleset][strict]") {
  const auto metric = [](const std::string& more) {
    return refused(filters(filter("{ $.a = 1 }", "namespace: N, name: m, " + more)));
  };
  CHECK(metric("dimensions: { a: $.a, b: $.b, c: $.c, d: $.d }").size() == 1);
  CHECK(metric("default: 0, dimensions: { a: $.a }").size() == 1);
  CHECK(metric("value: $." + std::string(120, 'a')).size() == 1);
  CHECK(metric("value: 1e200").size() == 1);
  CHECK(metric("value: \"$.a[*].b[*]\"").size() == 1);
  CHECK(metric("dimensions: { a: \"$.*.*\" }").size() == 1);
  CHECK(metric("dimensions: { a: $." + std::string(300, 'a') + " }").size() == 1);
  CHECK(refused(filters(filter("x", "namespace: N, name: m", "\"a b\""))) ==
        Faults{"3:16 CloudWatch would refuse the log group name \"a b\""});
}

TEST_CASE("quotas of a log group count all its filters and are told once", "[ruleset][strict]") {
  std::string many, regexes;
  for (int i = 0; i < 103; ++i)
    many += filter("x", "namespace: N, name: m", "g", "f" + std::to_string(i));
  CHECK(refused(filters(many)).size() == 1);
  for (int i = 0; i < 8; ++i)
    regexes +=
        filter(i < 4 ? "[a = %x%]" : "%y%", "namespace: N, name: m", "g", "f" + std::to_string(i));
  const Faults faults = refused(filters(regexes));
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("more than 5 patterns with regular expressions") != std::string::npos);
}

TEST_CASE("alarms that CloudWatch has no period for are flagged", "[ruleset][strict]") {
  const auto within = [](const std::string& duration) {
    return refused(
        "rules:\n  - name: a$b\n    log_group: g\n    pattern: x\n    alarm: { count: "
        "\">= 1\", within: " +
        duration + " }\n    notify: [t]\n");
  };
  CHECK(within("5m") == Faults{"2:11 CloudWatch would refuse \"$\" in the name of a metric"});
  CHECK(within("90s").size() == 2);
  CHECK(within("45s")[1] == "5:37 CloudWatch would refuse a period of 45s");
}

TEST_CASE("a suppressor's period that is no whole second is flagged", "[ruleset][strict]") {
  CHECK(
      refused("rules:\n"
              "  - { name: a, log_group: g, pattern: x, alarm: { count: \">= 1\", within: 5m } }\n"
              "composite_alarms:\n"
              "  - name: c\n"
              "    rule: ALARM(a)\n"
              "    actions: { alarm: [t] }\n"
              "    suppressor: { alarm: a, wait: 1500ms, extension: 60 }\n") ==
      Faults{"7:35 CloudWatch would refuse a suppressor's period of 1s500ms"});
}

TEST_CASE("a mute window that goes by patterns or tags is flagged, and may name composites",
          "[ruleset][strict]") {
  const auto window = [](const std::string& targets) {
    return refused(
        "rules:\n"
        "  - { name: a, log_group: g, pattern: x, alarm: { count: \">= 1\", within: 5m },\n"
        "      tags: { team: red } }\n"
        "composite_alarms:\n"
        "  - { name: c, rule: ALARM(a), actions: { alarm: [t] }, tags: { team: red } }\n"
        "mute_windows:\n"
        "  - name: w\n"
        "    schedule: cron(0 1 * * *)\n"
        "    duration: 1h\n"
        "    targets: { " +
        targets + " }\n");
  };
  CHECK(window("alarms: [a, c]").empty());
  CHECK(window("alarms: c").empty());
  CHECK(window("alarms: [a, 'c*']") ==
        Faults{"10:28 CloudWatch would refuse the pattern \"c*\" in a mute rule"});
  CHECK(window("alarms: '*'").size() == 1);
  CHECK(window("alarms: c, tags: { team: red }") ==
        Faults{"10:33 CloudWatch would refuse a mute rule that goes by tags"});
}
