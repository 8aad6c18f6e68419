// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/rule_loader.hpp"

#include "rules/ruleset/diagnostic_text.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

struct Loaded {
  std::shared_ptr<const RuleSet> rules;
  Diagnostics out;
};

LogGroup log_group(const std::string& name) {
  LogGroup group;
  group.name = name;
  return group;
}

RuleContext any_context() {
  RuleContext context;
  context.any_log_group = context.any_topic = true;
  return context;
}

RuleDocument document(const std::string& text, Diagnostics& out) {
  RuleDocument d;
  d.root = read_yaml(text, "r.yaml", out);
  d.text = std::make_shared<const std::string>(text);
  return d;
}

Loaded load(const std::string& text, const RuleContext& context = any_context()) {
  Loaded loaded;
  loaded.rules = build_rule_set({document(text, loaded.out)}, context, loaded.out);
  return loaded;
}

std::string codes(const Loaded& loaded) {
  std::string list;
  for (const Diagnostic& d : loaded.out.list())
    list += (list.empty() ? "" : ", ") + std::to_string(d.where.line) + ":" +
            std::to_string(d.where.column) + " " + d.code;
  return list;
}

void require_clean(const Loaded& loaded) {
  for (const Diagnostic& d : loaded.out.list()) UNSCOPED_INFO(render(d, "", false));
  REQUIRE(loaded.out.list().empty());
  REQUIRE(loaded.rules != nullptr);
}

const char* const kRule = R"(rules:
  - name: root-login
    log_group: cloudtrail
    pattern: '{ $.userIdentity.type = "Root" }'
    alarm: { count: ">= 1", within: 5m }
    notify: [security]
)";

}  // namespace

TEST_CASE("the contract's short form becomes a filter and an alarm anchored at the event",
          "[ruleset]") {
  const Loaded loaded = load(R"(rules:
  - name: root-login
    log_group: cloudtrail
    pattern: '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
    alarm: { count: ">= 1", within: 5m }       # or  sum|average|minimum|maximum|p99: "> 300", value: $.field
    group_by: [$.recipientAccountId]           # one alarm state per key; or a map  { account: $.recipientAccountId }
    notify: [security]                         # for ALARM and for ALARM -> OK
    severity: critical                         # info low medium high critical
    summary: "Root activity: {{eventName}} from {{sourceIPAddress}}"
    runbook: https://wiki.example.com/root-login
    tags: { cis: "4.3" }
    evidence: { events: 5 }                    # fields:, drop:
)");
  require_clean(loaded);
  REQUIRE(loaded.rules->filters.size() == 1);
  const MetricFilter& filter = loaded.rules->filters[0];
  CHECK(filter.name == "root-login");
  CHECK(filter.metric_namespace == "Tocsin");
  CHECK(filter.metric_name == "root-login");
  CHECK(filter.value == "1");
  REQUIRE(filter.dimensions.size() == 1);
  CHECK(filter.dimensions[0].name == "recipientAccountId");
  CHECK(filter.dimensions[0].reference == "$.recipientAccountId");
  const Alarm& alarm = loaded.rules->alarms.at(0);
  CHECK(alarm.anchor == Anchor::event);
  CHECK(alarm.statistic == Statistic::sample_count);
  CHECK(alarm.comparison == Comparison::greater_or_equal);
  CHECK(alarm.threshold == 1);
  CHECK(alarm.period == minutes{5});
  CHECK(alarm.group_by == std::vector<std::string>{"recipientAccountId"});
  CHECK(alarm.alarm_topics == std::vector<std::string>{"security"});
  CHECK(alarm.ok_topics == alarm.alarm_topics);
  CHECK(alarm.severity == Severity::critical);
  CHECK(alarm.tags[0].second == "4.3");
  CHECK(alarm.where.line == 2);
  REQUIRE(loaded.rules->log_groups.size() == 1);
  CHECK(loaded.rules->log_groups[0].name == "cloudtrail");
}

TEST_CASE("the contract's long form maps one to one, its composite alarm too", "[ruleset]") {
  const std::string text = R"(metric_filters:
  - name: sg-changes
    log_group: cloudtrail
    pattern: '{ ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = DeleteSecurityGroup) }'
    metric: { namespace: CIS, name: SecurityGroupChanges, value: 1, default: 0, unit: Count, dimensions: { account: $.recipientAccountId } }
alarms:
  - name: sg-changes
    metric: { namespace: CIS, name: SecurityGroupChanges, dimensions: { account: "111122223333" } }   # or  expression:  with  metrics:
    statistic: Sum                              # any CloudWatch statistic, extended ones too
    period: 60s
    evaluation_periods: 5
    datapoints_to_alarm: 3
    comparison: GreaterThanOrEqualToThreshold
    threshold: 3
    treat_missing_data: notBreaching            # missing (default) ignore breaching notBreaching
    evaluate_low_sample_count_percentile: evaluate
    unit: Count
    actions_enabled: true
    actions: { alarm: [security], ok: [security], insufficient_data: [] }
)";
  const Loaded loaded = load(text);
  CHECK(codes(loaded) == "5:78 ignored-default");
  REQUIRE(loaded.rules != nullptr);
  const Alarm& alarm = loaded.rules->alarms.at(0);
  CHECK(alarm.anchor == Anchor::minute);
  CHECK(alarm.evaluation_periods == 5);
  CHECK(alarm.datapoints_to_alarm == 3);
  CHECK(alarm.evaluation_range == 7);
  CHECK(alarm.treat_missing_data == MissingData::not_breaching);
  CHECK(alarm.unit == "Count");
  CHECK(alarm.dimensions->at(0).second == "111122223333");
  CHECK(alarm.insufficient_data_topics.empty());

  const Loaded composite = load(text + R"(rules:
  - { name: root-login, log_group: t, pattern: root, alarm: { count: ">= 1", within: 5m } }
  - { name: maintenance, log_group: t, pattern: job, alarm: { count: ">= 1", within: 5m } }
composite_alarms:
  - name: probable-takeover
    rule: ALARM("root-login") AND NOT OK("sg-changes")
    actions: { alarm: [security] }
    suppressor: { alarm: maintenance, wait: 2m, extension: 3m }
)");
  CHECK(codes(composite) == "5:78 ignored-default");
  REQUIRE(composite.rules != nullptr);
  const Alarm& takeover = composite.rules->alarms.back();
  REQUIRE(takeover.composite != nullptr);
  CHECK(takeover.composite->children == std::vector<std::string>{"root-login", "sg-changes"});
  CHECK(takeover.composite->suppressor->extension == minutes{3});
}

TEST_CASE("a short form judges sums of a field, named keys and refuses lesser values",
          "[ruleset]") {
  const Loaded loaded = load(R"(rules:
  - name: bytes
    log_group: web
    pattern: '[ip, user, bytes]'
    alarm: { sum: "> 1e6", value: $bytes, min: 0, within: 300 }
    group_by: { who: $user, where: $1 }
    notify: [ops]
)");
  require_clean(loaded);
  CHECK(loaded.rules->filters[0].value == "$bytes");
  CHECK(loaded.rules->filters[0].minimum == 0.0);
  CHECK(loaded.rules->alarms[0].threshold == 1e6);
  CHECK(loaded.rules->alarms[0].period == minutes{5});
  CHECK(loaded.rules->alarms[0].group_by == std::vector<std::string>{"who", "where"});
}

TEST_CASE("dangling references are errors with the nearest name", "[ruleset]") {
  RuleContext context;
  context.log_groups.push_back(log_group("cloudtrails"));
  context.topics.push_back({.name = "securety"});
  const Loaded loaded = load(kRule, context);
  CHECK(codes(loaded) == "3:16 dangling-reference, 6:14 dangling-reference");
  CHECK(loaded.out.list()[0].hint == "did you mean \"cloudtrails\"?");
  CHECK(loaded.out.list()[1].hint == "did you mean \"securety\"?");
}

TEST_CASE("a pack gives its rules a log group and topics and leaves out what is disabled",
          "[ruleset]") {
  Diagnostics out;
  RuleDocument pack = document(R"(rules:
  - { name: a, pattern: 'x', alarm: { count: ">= 1", within: 5m } }
  - { name: b, pattern: 'y', alarm: { count: ">= 1", within: 5m } }
)",
                               out);
  pack.pack = true;
  pack.pack_name = "p";
  pack.log_group = "trail";
  pack.notify = {"security"};
  pack.disable = {"b", "c"};
  pack.where = {"main.yaml", 7, 5};
  RuleContext context;
  context.log_groups.push_back(log_group("trail"));
  context.topics.push_back({.name = "security"});
  context.topics.push_back({.name = "default"});
  CHECK(build_rule_set({pack}, context, out) == nullptr);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].where.line == 7);
  CHECK(out.list()[0].text == "pack \"p\" has no rule \"c\"");

  pack.disable = {"b"};
  Diagnostics clean;
  auto rules = build_rule_set({pack}, context, clean);
  REQUIRE(rules != nullptr);
  REQUIRE(rules->alarms.size() == 1);
  CHECK(rules->filters[0].log_group == "trail");
  CHECK(rules->alarms[0].ok_topics == std::vector<std::string>{"security"});
  pack.notify.clear();
  CHECK(build_rule_set({pack}, context, clean)->alarms[0].alarm_topics ==
        std::vector<std::string>{"default"});
}

TEST_CASE("an error in a pattern is shown at its column in the file", "[ruleset]") {
  const Loaded loaded = load(R"(rules:
  - name: a
    log_group: g
    pattern: '{ $.a = "x" && }'
    alarm: { count: ">= 1", within: 5m }
    notify: [t]
)");
  REQUIRE(loaded.out.list().size() == 1);
  CHECK(loaded.out.list()[0].code == "bad-pattern");
  CHECK(loaded.out.list()[0].where.line == 4);
  CHECK(loaded.out.list()[0].where.column > 20);
}

TEST_CASE("CloudWatch's quotas do not bind rules but --strict-aws tells of them", "[ruleset]") {
  std::string many = "{ $.a = 1";
  for (int i = 0; i < 100; ++i) many += " || $.abcdefgh = " + std::to_string(i);
  const std::string text = "rules:\n  - name: a\n    log_group: g\n    pattern: '" + many +
                           " }'\n    alarm: { count: \">= 1\", within: 5m }\n    notify: [t]\n";
  require_clean(load(text));
  RuleContext strict = any_context();
  strict.strict_aws = true;
  const Loaded loaded = load(text, strict);
  REQUIRE(loaded.out.list().size() == 1);
  CHECK(loaded.out.list()[0].code == "strict-aws");
  CHECK(loaded.rules != nullptr);
}

TEST_CASE("an alarm anchored at events in long form needs its filter", "[ruleset]") {
  const std::string text = R"(metric_filters:
  - name: a
    log_group: g
    pattern: x
    metric: { namespace: Tocsin, name: a }
alarms:
  - name: %
    anchor: event
    metric: { namespace: Tocsin, name: a }
    statistic: SampleCount
    period: 5m
    comparison: GreaterThanOrEqualToThreshold
    threshold: 1
    actions: { alarm: [t], ok: [t] }
)";
  const auto named = [&](const std::string& name) {
    std::string copy = text;
    return load(copy.replace(copy.find('%'), 1, name));
  };
  require_clean(named("a"));
  CHECK(codes(named("b")) == "8:13 dangling-reference");
}
