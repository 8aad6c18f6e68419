// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/rule_test.hpp"

#include "rules/rule_tests/compact_json.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

TestResult run(const std::string& yaml) {
  Diagnostics faults;
  const ConfigNode node = read_yaml(yaml, "a.test.yaml", faults);
  REQUIRE(!faults.has_errors());
  return run_test(node, rule_test_kinds(), {});
}

std::string kind_of(const std::string& yaml) {
  Diagnostics faults;
  return test_kind(read_yaml(yaml, "a.test.yaml", faults));
}

}  // namespace

TEST_CASE("the kind key is looked at before all others", "[rule_tests]") {
  CHECK(kind_of("{kind: match, events: [], alarm: {}, pattern: x}") == "match");
  CHECK(kind_of("{events: [], alarm: {}}") == "scenario");
  CHECK(kind_of("{expect: []}") == "scenario");
  CHECK(kind_of("{expect: OK, alarm: {}, stream: []}") == "sequence");
  CHECK(kind_of("{alarm: {}, pattern: 0X}") == "snapshot");
  CHECK(kind_of("{pattern: ERROR}") == "pattern");
}

TEST_CASE("a kind that does not exist fails its test and says so", "[rule_tests]") {
  CHECK(run("{kind: snapshto}").detail.find("did you mean \"snapshot\"") != std::string::npos);
  CHECK(run("just text").ok == false);
}

TEST_CASE("a test is named by its name, else its id, else its line", "[rule_tests]") {
  CHECK(run("{name: n, id: i, pattern: x, message: x, match: true}").name == "n");
  CHECK(run("{id: i, pattern: x, message: x, match: true}").name == "i");
  CHECK(run("\n\n{pattern: x, message: x, match: true}").name == "line 3");
}

TEST_CASE("an unknown key fails the test, keys that are for people do not", "[rule_tests]") {
  CHECK(run("{pattern: x, message: x, match: true, source: s, note: n, confidence: c}").ok);
  CHECK(run("{pattern: x, message: x, match: true, macth: true}").ok == false);
}

TEST_CASE("a pattern test judges match, extracted values and samples", "[rule_tests]") {
  CHECK(run("{pattern: '[a, b]', message: x 5, match: true, extracted: {$a: x, $b: 5}}").ok);
  CHECK(run("{pattern: '[a, b]', message: x 5, match: true, extracted: {$a: x}}").ok == false);
  CHECK(run("{pattern: x, message: y, match: false, extracted: {}}").ok);
  CHECK(run("{pattern: '[a, b]', message: x 5, match: true, metricValue: $b, sample: 5.0}").ok);
  CHECK(run("{pattern: '[a, b]', message: x y, match: true, metricValue: $b, sample: null}").ok);
  CHECK(run("{pattern: '[a, b]', message: x 5, match: true, metricValue: $b, sample: null}").ok ==
        false);
}

TEST_CASE("a pattern that must be refused is refused with quotas and accepted without",
          "[rule_tests]") {
  const std::string three = "'{ $.a = %x% || $.b = %x% || $.c = %x% }'";
  CHECK(run("{pattern: " + three + ", error: true}").ok);
  CHECK(run("{pattern: " + three + ", quotas: off, message: '{\"c\":\"x\"}', match: true}").ok);
  CHECK(run("{pattern: ERROR, error: true}").detail ==
        "the pattern is accepted, but must be refused");
}

TEST_CASE("a metricValue with two wildcards gives a sample without quotas only", "[rule_tests]") {
  const std::string two =
      "{pattern: '{ $.a = * || $.n = 1 }', message: '{\"n\":1,\"l\":[{\"x\":7}]}', "
      "match: true, metricValue: '$.l[*].*', ";
  CHECK(run(two + "sample: null}").ok);
  CHECK(run(two + "sample: 7}").detail ==
        "gives no sample, not 7: the pattern cannot supply $.l[*].*");
  CHECK(run(two + "quotas: off, sample: 7}").ok);
}

TEST_CASE("a filter policy is tried on attributes or a body", "[rule_tests]") {
  const std::string attributes = "kind: match, attributes: {k: {Type: Number, Value: 5}}, ";
  CHECK(run("{" + attributes + "policy: {k: [5]}, expect_match: true}").ok);
  CHECK(run("{" + attributes + "policy: {k: ['5']}, expect_match: true}").detail ==
        "is not accepted, but must be");
  const std::string body = "kind: match, scope: MessageBody, body: '{\"a\":{\"b\":1}}', ";
  CHECK(run("{" + body + "policy: {a: {b: [1]}}, expect_match: true}").ok);
  CHECK(run("{" + body + "policy: {a: {b: 1}}, expect_match: true}")
            .detail.starts_with("the policy is refused, not_array"));
}

TEST_CASE("a filter policy is valid, or refused for the reason that is expected", "[rule_tests]") {
  CHECK(run("{kind: validate, policy: {k: [a]}, expect_valid: true}").ok);
  CHECK(run("{kind: validate, policy: {k: []}, expect_invalid: empty_array}").ok);
  CHECK_FALSE(run("{kind: validate, policy: {k: [a]}, expect_invalid: empty_array}").ok);
  CHECK_FALSE(run("{kind: validate, policy: {k: a}, expect_invalid: empty_array}").ok);
  CHECK(run("{kind: validate, policy: {k: [a]}}").detail ==
        "give `expect_valid: true` or `expect_invalid: CODE`");
}

TEST_CASE("a snapshot gives the state of one plain evaluation", "[rule_tests]") {
  const std::string alarm =
      "alarm: {statistic: Sum, period: 60, threshold: 5, comparison: GreaterThanThreshold, "
      "evaluation_periods: 2}, ";
  CHECK(run("{" + alarm + "datapoints: [6, 7], expect_state: ALARM}").ok);
  CHECK(run("{" + alarm + "datapoints: [6, 7], expect_state: OK}").detail == "is ALARM, not OK");
  CHECK(run("{" + alarm +
            "initial_state: OK, datapoints: [null, null], "
            "expect_state: INSUFFICIENT_DATA}")
            .ok);
}

TEST_CASE("a sequence compares every state and exactly the actions run", "[rule_tests]") {
  const std::string head =
      "{alarm: {statistic: Sum, period: 60, threshold: 5, comparison: GreaterThanThreshold, "
      "evaluation_periods: 1, datapoints_to_alarm: 1, treat_missing_data: notBreaching}, "
      "initial_state: OK, stream: [6, 1], expect_states: [ALARM, OK], ";
  CHECK(run(head + "expect_actions: [[0, ALARM], [1, OK]]}").ok);
  CHECK(run(head + "expect_actions: [[0, ALARM]]}").detail ==
        "actions are [[0, ALARM], [1, OK]], not [[0, ALARM]]");
}

TEST_CASE("tests of composite alarms say what differs", "[rule_tests]") {
  CHECK(run("{kind: rule, rule: ALARM(a), children: {a: ALARM}, expect: OK}").detail ==
        "is ALARM, not OK");
  CHECK(run("{kind: rule, rule: ALARM(b), children: {a: ALARM}, expect: OK}").detail ==
        "the rule is refused with unknown_alarm at column 7: there is no alarm \"b\"");
  CHECK(run("{kind: rule, rule: 'TRUE', children: {}, expect: {error: syntax}}").detail ==
        "the rule is accepted, but must be refused with syntax");
  CHECK(run("{kind: rule, rule: 'TRUE', children: {}, expect: {error: sintax}}").ok == false);
  CHECK(run("{kind: cycle, rules: {A: ALARM(A)}, expect_cycle: []}").detail ==
        "in cycles are [A], not []");
  CHECK(run("{kind: cycle, rules: {A: ALARM(}, expect_cycle: []}").detail.substr(0, 3) == "A: ");
}

TEST_CASE("a suppression test compares actions and what suppressed after each event",
          "[rule_tests]") {
  const std::string head =
      "{kind: suppression, wait: 2, extension: 3, events: [{t: 2, composite: ALARM}], ";
  CHECK(
      run(head + "until: 4, expect_actions: [[4, ALARM]], expect_suppressed_by: [WaitPeriod]}").ok);
  CHECK(run(head + "until: 3, expect_actions: [[4, ALARM]]}").detail ==
        "actions are [], not [[4, ALARM]]");
  CHECK(run(head + "until: 4, expect_actions: [[4, ALARM]], expect_suppressed_by: [~]}").detail ==
        "after event 0 suppressed by WaitPeriod, not null");
  CHECK(run(head + "until: 4, expect_actions: [[4, ALARM]], expect_suppressed_by: []}").ok ==
        false);
  CHECK(run("{kind: suppression, wait: 2, extension: 3, events: [{t: 2}], until: 4, "
            "expect_actions: []}")
            .ok == false);
}

TEST_CASE("bands and percentiles of few samples are judged, misfits refused", "[rule_tests]") {
  const std::string band =
      "{alarm: {statistic: Sum, period: 60, comparison: LessThanLowerThreshold, "
      "evaluation_periods: 1}, initial_state: OK, datapoints: [1], ";
  CHECK(run(band + "band: [[2, 3]], expect_state: ALARM}").ok);
  CHECK(run(band + "band: [~], expect_state: INSUFFICIENT_DATA}").ok);
  CHECK(run(band + "band: [], expect_state: ALARM}").ok == false);
  const std::string percentile =
      "initial_state: OK, datapoints: [9], sample_counts: [19], expect_state: OK, alarm: {period: "
      "60, threshold: 5, comparison: GreaterThanThreshold, evaluation_periods: 1, "
      "evaluate_low_sample_count_percentile: ignore, ";
  CHECK(run("{" + percentile + "statistic: ~, extended_statistic: p50}}").ok);
  CHECK(run("{" + percentile + "statistic: p50}}").ok);
  CHECK(run("{" + percentile + "extended_statistic: p40}}").ok);
  CHECK(run("{" + percentile + "extended_statistic: tm50}}").detail == "is ALARM, not OK");
  CHECK(run("{" + percentile + "statistic: Sum, extended_statistic: p50}}").ok == false);
  CHECK(run("{" + percentile + "extended_statistic: q50}}").ok == false);
}

TEST_CASE("events become compact JSON in the order written", "[rule_tests]") {
  Diagnostics faults;
  const ConfigNode node = read_yaml(
      "{z: 1, a: {id: 012345, n: 1.50, yes: true, no: ~, text: 'true', list: [1e3, -0, x]}}", "f",
      faults);
  CHECK(
      compact_json(node) ==
      R"({"z":1,"a":{"id":"012345","n":1.50,"yes":true,"no":null,"text":"true","list":[1e3,-0,"x"]}})");
}

TEST_CASE("inline rules may be a map, text or a list of them", "[rule_tests]") {
  Diagnostics faults;
  const ConfigNode root =
      read_yaml("inline: [{rules: []}, 'rules: []']\nrules: a.yaml\ntests: []\n", "f", faults);
  const TestFile file = decode_test_file(root, faults);
  CHECK(!faults.has_errors());
  CHECK(file.inline_rules.size() == 2);
  CHECK(file.rules == std::vector<std::string>{"a.yaml"});
}

}  // namespace tocsin
