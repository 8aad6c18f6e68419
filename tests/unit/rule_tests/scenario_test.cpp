// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/rule_test.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr const char* kRules = R"(
rules:
  - name: root-login
    log_group: trail
    pattern: '{ $.type = Root }'
    alarm: { count: ">= 1", within: 5m }
    group_by: [$.recipientAccountId]
    notify: [security]
    summary: "Root: {{eventName}}"
  - name: guessing
    log_group: auth
    pattern: Failed
    alarm: { count: ">= 3", within: 1m }
    notify: [security]
  - name: silence
    log_group: backup
    pattern: done
    alarm: { count: "< 1", within: 10m }
    notify: [ops]
metric_filters:
  - name: sizes
    log_group: app
    pattern: '[w, size]'
    metric: { namespace: App, name: Size, value: $size }
  - name: errors
    log_group: app
    pattern: ERROR
    metric: { namespace: App, name: Errors, value: 1, default: 0 }
alarms:
  - name: errors
    metric: { namespace: App, name: Errors }
    statistic: Sum
    period: 60s
    evaluation_periods: 2
    comparison: GreaterThanThreshold
    threshold: 0
    treat_missing_data: notBreaching
    actions: { alarm: [ops] }
)";

Result<std::vector<EventBatch>> file(const std::string& path) {
  if (path != "trail.json") return Error{"not-found", path + ": not found"};
  EventBatch batch;
  for (const char* message : {R"({"type":"Root","eventTime":"2026-02-01T10:00:00Z","n":1})",
                              R"({"type":"User","eventTime":"2026-02-01T10:20:00Z","n":2})"}) {
    const std::string text = message;
    batch.events.push_back({static_cast<std::uint32_t>(batch.bytes.size()),
                            static_cast<std::uint32_t>(text.size()), batch.events.size()});
    batch.bytes += text;
  }
  return std::vector{batch};
}

// "" or what differs.
std::string run(const std::string& yaml) {
  TestContext context;
  Diagnostics faults;
  RuleDocument rules;
  rules.root = read_yaml(kRules, "rules.yaml", faults);
  context.rules.push_back(std::move(rules));
  context.load_events = file;
  const ConfigNode test = read_yaml(yaml, "a.test.yaml", faults);
  REQUIRE(!faults.has_errors());
  const TestResult result = run_test(test, rule_test_kinds(), context);
  CHECK(result.ok == result.detail.empty());
  return result.detail;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an event trips its alarm at once, by key, and is told once", "[rule_tests][scenario]") {
  CHECK(run(R"(
events:
  - { at: 10s, log_group: trail, event: { type: Root, eventName: Login, recipientAccountId: "1111" } }
expect:
  - { at: 9s, alarm: root-login, state: OK }
  - { at: 10s, alarm: root-login, state: ALARM, key: { recipientAccountId: "1111" } }
  - { at: 10s, alarm: root-login, state: OK, key: { recipientAccountId: "2222" } }
  - { at: 10s, notified: security, count: 1, contains: ["Root: Login"] }
  - { at: 5m10s, alarm: root-login, state: ALARM }
  - { at: 5m11s, alarm: root-login, state: OK }
  - { at: 6m, notified: security, count: 2 }
)") == "");
}

TEST_CASE("what differs is said with its line and time", "[rule_tests][scenario]") {
  CHECK(run(R"(
events: []
expect:
  - { at: 1m, alarm: root-login, state: ALARM }
)") == "alarm \"root-login\" is OK, not ALARM (line 4, at 1m)");
  CHECK(contains(run("expect: [{ at: 1s, alarm: root-logn, state: OK }]"), "did you mean"));
  CHECK(contains(run("expect: [{ at: 1s, notified: securty, count: 0 }]"), "did you mean"));
  CHECK(contains(run("expect: [{ at: 1s, notified: security }]"), "got 0 messages"));
  CHECK(contains(run("expect: [{ at: 1s, colour: red }]"), "an expectation has"));
}

TEST_CASE("a line takes the time at which it is read, and repeat gives events of their own",
          "[rule_tests][scenario]") {
  CHECK(run(R"(
events:
  - { at: 0s, log_group: auth, message: Failed, repeat: 2 }
  - { at: 59s, log_group: auth, message: Failed }
expect:
  - { at: 58s, alarm: guessing, state: OK }
  - { at: 59s, alarm: guessing, state: ALARM }
)") == "");
  CHECK(run(R"(
events:
  - { at: 0s, log_group: trail, event: { type: Root, eventID: e, recipientAccountId: "1" }, repeat: 3 }
expect:
  - { metric: Tocsin/root-login, at: 0s, statistic: SampleCount, value: 3, dimensions: { recipientAccountId: "1" } }
)") == "");
}

TEST_CASE("absence is noticed although nothing happens", "[rule_tests][scenario]") {
  CHECK(run(R"(
events: [{ at: 5m, log_group: backup, message: done }]
restart_at: [3m, 12m]
expect:
  - { at: 15m, alarm: silence, state: OK }
  - { at: 15m1s, alarm: silence, state: ALARM }
  - { at: 1h, notified: ops, count: 1 }
)") == "");
}

TEST_CASE("metrics hold their samples and defaults", "[rule_tests][scenario]") {
  CHECK(run(R"(
events:
  - { at: 0s, log_group: app, message: x 5 }
  - { at: 1s, log_group: app, message: y 7 }
  - { at: 2m, log_group: app, message: ERROR 1 }
expect:
  - { metric: App/Size, at: 0s, value: 12 }
  - { metric: App/Size, at: 0s, statistic: Average, value: 6 }
  - { metric: App/Size, at: 1m, value: null }
  - { metric: App/Errors, at: 0s, value: 0 }
  - { metric: App/Errors, at: 1m, value: null }
  - { metric: App/Errors, at: 2m, value: 1 }
)") == "");
  CHECK(
      contains(run("expect: [{ metric: App/Size, at: 0s, value: 1 }]"), "is no datapoint, not 1"));
}

TEST_CASE("a file without `at` is read at its events' own times and says the start",
          "[rule_tests][scenario]") {
  CHECK(run(R"(
events: [{ log_group: trail, file: trail.json }]
expect:
  - { at: 0s, alarm: root-login, state: ALARM }
  - { at: "2026-02-01T10:04:59Z", alarm: root-login, state: ALARM }
  - { at: "2026-02-01T10:19:00Z", alarm: root-login, state: OK }
)") == "");
  CHECK(contains(run("events: [{ log_group: t, file: x }]\nexpect: []"), "x: not found"));
}

TEST_CASE("restarts from the store and from before the last commit change nothing",
          "[rule_tests][scenario]") {
  CHECK(run(R"(
events:
  - { at: 0s, log_group: auth, message: Failed, repeat: 2 }
  - { at: 30s, log_group: auth, message: Failed }
  - { at: 30s, log_group: app, message: ERROR 2 }
  - { at: 90s, log_group: app, message: ERROR 2 }
restart_at: [0s, 15s, 30s, 45s, 60s, 90s, 91s, 3m]
expect:
  - { at: 29s, alarm: guessing, state: OK }
  - { at: 30s, alarm: guessing, state: ALARM }
  - { at: 90s, alarm: errors, state: ALARM }
  - { at: 10m, alarm: errors, state: OK }
  - { at: 10m, notified: security, count: 2 }
  - { at: 10m, notified: ops, count: 1 }
  - { metric: App/Errors, at: 0s, period: 120s, value: 2 }
)") == "");
}

TEST_CASE("lateness is the test's", "[rule_tests][scenario]") {
  CHECK(run(R"(
lateness: 10m
events: [{ at: 0s, log_group: auth, message: Failed, repeat: 3 }]
expect:
  - { at: 5m, alarm: guessing, state: ALARM }
  - { at: 11m, alarm: guessing, state: ALARM }
  - { at: 11m1s, alarm: guessing, state: OK }
)") == "");
}

}  // namespace tocsin
