// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "unit/engine/composite_world.hpp"

namespace tocsin {
namespace {

// Of composites only: their names are longer.
Lines told_of(World& w) {
  Lines lines;
  for (const Transition& t : w.out.transitions)
    if (t.alarm.size() > 1)
      lines.push_back(std::to_string((t.at - kStart).count()) + " " + t.alarm + " " +
                      std::string(to_string(t.from)) + ">" + std::string(to_string(t.to)));
  w.out = {};
  return lines;
}

World world_of(const std::string& letters, std::vector<Alarm> composites) {
  RuleSet rules = single_rules(letters);
  for (Alarm& a : composites) rules.alarms.push_back(std::move(a));
  return World(std::move(rules));
}

const AlarmStatus& status_of(const std::vector<AlarmStatus>& all, const std::string& name) {
  return *std::find_if(all.begin(), all.end(), [&](const auto& s) { return s.alarm == name; });
}

}  // namespace

TEST_CASE("a composite goes to OK when it is created, and nobody is told") {
  World w = world_of("ab", {composite_alarm("both", "ALARM(a) AND ALARM(b)")});
  CHECK(w.engine->alarms().back().state == AlarmState::insufficient_data);
  w.quiet_until(seconds{0});
  CHECK(w.out.notifications.empty());
  CHECK(told_of(w) == Lines{"0 both INSUFFICIENT_DATA>OK"});
  const AlarmStatus both = status_of(w.engine->alarms(), "both");
  CHECK(both.reason ==
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:both was created and its alarm rule "
        "evaluates to OK");
}

TEST_CASE("a composite follows its children at once, with their time") {
  World w = world_of("ab", {composite_alarm("both", "ALARM(a) AND ALARM(b)")});
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  told_of(w);
  w.event(seconds{2}, 1);
  CHECK(told_of(w) == Lines{"2000 both OK>ALARM"});
  w.quiet_until(seconds{70});
  CHECK(told_of(w) == Lines{"61000 both ALARM>OK"});
}

TEST_CASE("the reason of a composite names the child that changed, its data too") {
  World w = world_of("ab", {composite_alarm("both", "ALARM(a) AND ALARM(b)")});
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  told_of(w);
  w.event(seconds{2}, 1);
  const Transition t = w.out.transitions.back();
  CHECK(t.reason ==
        "arn:aws:cloudwatch:us-east-1:000000000000:alarm:b transitioned to ALARM at Thursday 1 "
        "January, 2026 00:00:02 UTC");
  CHECK(t.reason_data ==
        R"({"triggeringAlarms":[{"arn":"arn:aws:cloudwatch:us-east-1:000000000000:alarm:b",)"
        R"("state":{"value":"ALARM","timestamp":"2026-01-01T00:00:02.000+0000"}}]})");
  REQUIRE(t.children.size() == 2);
  CHECK(t.children[0].decides);
  CHECK_FALSE(t.children[0].changed_at.has_value());
  CHECK(t.children[1].changed_at == kStart + seconds{2});
}

TEST_CASE("who did what travels with the message of a composite, a share of each child's events") {
  World w = world_of("ab", {composite_alarm("both", "ALARM(a) AND ALARM(b)")});
  w.quiet_until(seconds{0});
  for (int i = 1; i <= 7; ++i) w.event(seconds{i}, 0);
  w.event(seconds{8}, 1);
  const Transition t = w.out.transitions.back();
  Lines messages;
  for (const Evidence& e : t.events) messages.push_back(e.message);
  CHECK(messages == Lines{"message at 4000", "message at 5000", "message at 6000",
                          "message at 7000", "message at 8000"});
  CHECK(t.events_total == 8);
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.notifications[0].events.size() == 5);
  CHECK(w.out.notifications[0].condition == "ALARM(a) AND ALARM(b)");
}

TEST_CASE("what two children do at one instant is one change for a composite") {
  RuleSet rules = single_rules("ab");
  rules.alarms[1] = count_alarm("b", 2, minutes{1});
  rules.alarms.push_back(composite_alarm("either", "ALARM(a) OR ALARM(b)"));
  rules.alarms.push_back(composite_alarm("one", "ALARM(a) AND NOT ALARM(b)"));
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 1);
  told_of(w);
  // One event, two samples: a and b go to ALARM together, and "one" never sees a without b.
  MatchBatch batch;
  batch.rules = w.rules;
  batch.log_group = "app";
  batch.stream = batch.source = "a.log";
  batch.add_event(kStart + seconds{2});
  batch.read_at = batch.source_time = kStart + seconds{2};
  batch.matches.push_back({0, 7, "both", "", {{0, 1, {}}, {1, 1, {}}}});
  w.engine->apply(batch, kStart + seconds{2}, w.out);
  CHECK(told_of(w) == Lines{"2000 either OK>ALARM"});
  w.quiet_until(minutes{3});
  CHECK(told_of(w) == Lines{"62000 either ALARM>OK"});
}

TEST_CASE("composites of composites are evaluated in one step, children first") {
  World w = world_of(
      "a", {composite_alarm("top", "ALARM(middle) AND NOT OK(bottom)"),
            composite_alarm("middle", "ALARM(bottom)"), composite_alarm("bottom", "ALARM(a)")});
  w.quiet_until(seconds{0});
  told_of(w);
  w.event(seconds{1}, 0);
  const Transition top = w.out.transitions.back();
  REQUIRE(top.events.size() == 1);
  CHECK(top.events[0].message == "message at 1000");
  CHECK(told_of(w) == Lines{"1000 bottom OK>ALARM", "1000 middle OK>ALARM", "1000 top OK>ALARM"});
}

TEST_CASE("a keyed alarm is in ALARM for a composite while any of its keys is") {
  RuleSet rules = single_rules("a");
  rules.filters[0].dimensions = {{"who", "$.who"}};
  rules.alarms[0].group_by = {"who"};
  rules.alarms.push_back(composite_alarm("red", "ALARM(a)"));
  rules.alarms.push_back(composite_alarm("green", "OK(a)"));
  World w(rules);
  w.quiet_until(seconds{0});
  CHECK(told_of(w) == Lines{"0 green INSUFFICIENT_DATA>ALARM", "0 red INSUFFICIENT_DATA>OK"});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.event(seconds{20}, 0, 1, {"bob"});
  CHECK(told_of(w) == Lines{"1000 green ALARM>OK", "1000 red OK>ALARM"});
  w.quiet_until(seconds{70});
  CHECK(told_of(w).empty());
  w.quiet_until(seconds{90});
  CHECK(told_of(w) == Lines{"80000 green OK>ALARM", "80000 red ALARM>OK"});
}

TEST_CASE(
    "a key that makes room for another, and one that vanishes, count for composites at once") {
  MetricFilter filter = filter_named("m", "m");
  filter.dimensions = {{"who", "$.who"}};
  Alarm keyed = sum_alarm("a", 1, 1);
  keyed.group_by = {"who"};
  keyed.max_keys = 1;
  World w(rules_with({filter}, {keyed, composite_alarm("judged", "OK(a)")}));
  w.quiet_until(seconds{0});
  w.event(seconds{10}, 0, 1, {"ann"});
  w.quiet_until(seconds{60});
  CHECK(told_of(w) == Lines{"0 judged INSUFFICIENT_DATA>OK", "60000 judged OK>ALARM"});
  w.event(seconds{70}, 0, 1, {"bob"});
  CHECK(told_of(w) == Lines{"60000 judged ALARM>OK"});  // the watermark
  w.quiet_until(seconds{120});
  CHECK(told_of(w) == Lines{"120000 judged OK>ALARM"});
  // Its range ends three minutes after its last period.
  w.quiet_until(minutes{10});
  const Lines told = told_of(w);
  REQUIRE(told.size() == 1);
  CHECK_THAT(told[0], Catch::EndsWith("judged ALARM>OK"));
}

TEST_CASE("a metric whose filter is edited is watched by a composite's keyed child all the same") {
  MetricFilter filter = filter_named("m", "m");
  filter.dimensions = {{"who", "$.who"}};
  Alarm keyed = sum_alarm("a", 1, 1);
  keyed.group_by = {"who"};
  RuleSet rules = rules_with({filter}, {keyed, composite_alarm("judged", "OK(a)")});
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{10}, 0, 1, {"ann"});
  w.quiet_until(seconds{60});
  told_of(w);
  rules.filters[0].pattern_text = "another";
  w.reload(rules, seconds{61});
  CHECK(told_of(w) == Lines{"60000 judged ALARM>OK"});
}

TEST_CASE("a restart tells nothing of a composite again, and loses nothing") {
  World w = world_of("ab", {composite_alarm("both", "ALARM(a) AND ALARM(b)")});
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  told_of(w);
  w.restart(seconds{3});
  w.quiet_until(seconds{4});
  CHECK(told_of(w).empty());
  const AlarmStatus both = status_of(w.engine->alarms(), "both");
  CHECK(both.state == AlarmState::alarm);
  CHECK_THAT(both.reason, Catch::Contains("alarm:b transitioned to ALARM"));
  w.quiet_until(seconds{70});
  CHECK(told_of(w) == Lines{"61000 both ALARM>OK"});
}

TEST_CASE("a rule that is edited is judged at once and says so") {
  RuleSet rules = single_rules("ab");
  rules.alarms.push_back(composite_alarm("both", "ALARM(a) AND ALARM(b)"));
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.quiet_until(seconds{2});
  told_of(w);
  rules.alarms.back() = composite_alarm("both", "ALARM(a) OR ALARM(b)");
  w.reload(rules, seconds{2});
  REQUIRE_FALSE(w.out.transitions.empty());
  CHECK_THAT(w.out.transitions.back().reason,
             Catch::EndsWith("both was updated and its alarm rule evaluates to ALARM"));
  CHECK(w.out.transitions.back().events.size() == 1);
  CHECK(told_of(w) == Lines{"2000 both OK>ALARM"});
}

TEST_CASE("a renamed composite keeps its state, a removed one says goodbye") {
  RuleSet rules = single_rules("a");
  rules.alarms.push_back(composite_alarm("before", "ALARM(a)"));
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  told_of(w);
  rules.alarms.back() = composite_alarm("after", "ALARM(a)");
  rules.alarms.back().was = "before";
  w.reload(rules, seconds{2});
  CHECK(told_of(w).empty());
  CHECK(status_of(w.engine->alarms(), "after").state == AlarmState::alarm);
  rules.alarms.pop_back();
  w.reload(rules, seconds{3});
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.transitions.back().reason == "Alarm deleted");
}

TEST_CASE("composites in a cycle are frozen, and those that lead to it; the others go on") {
  World w = world_of(
      "a",
      {composite_alarm("ring", "ALARM(ring2) OR ALARM(a)"), composite_alarm("ring2", "ALARM(ring)"),
       composite_alarm("above", "ALARM(ring) OR ALARM(a)"), composite_alarm("sound", "ALARM(a)")});
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  CHECK(told_of(w) == Lines{"0 sound INSUFFICIENT_DATA>OK", "1000 sound OK>ALARM"});
  for (const char* name : {"ring", "ring2", "above"})
    CHECK(status_of(w.engine->alarms(), name).evaluation_state ==
          EvaluationState::evaluation_error);
  CHECK(status_of(w.engine->alarms(), "sound").evaluation_state == EvaluationState::normal);
  CHECK(w.engine->evaluations() == Engine::EvaluationCounts{2, 0, 0, 3});
}

TEST_CASE("a rule of constants is evaluated once") {
  World w = world_of("a", {composite_alarm("never", "FALSE"), composite_alarm("always", "TRUE")});
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  CHECK(told_of(w) == Lines{"0 always INSUFFICIENT_DATA>ALARM", "0 never INSUFFICIENT_DATA>OK"});
}

TEST_CASE("an alarm whose source cannot be read says EVALUATION_FAILURE, its composites too") {
  World w = world_of("a", {composite_alarm("both", "ALARM(a)")});
  w.quiet_until(seconds{0});
  w.engine->look({"app", kStart + seconds{1}, {{"a.log", true, {}, true}}, {}}, kStart + seconds{1},
                 w.out);
  for (const AlarmStatus& s : w.engine->alarms())
    CHECK(s.evaluation_state == EvaluationState::evaluation_failure);
  CHECK(w.engine->evaluations() == Engine::EvaluationCounts{0, 0, 2, 0});
  w.quiet_until(seconds{2});
  for (const AlarmStatus& s : w.engine->alarms())
    CHECK(s.evaluation_state == EvaluationState::normal);
  CHECK(w.engine->evaluations() == Engine::EvaluationCounts{2, 0, 0, 0});
}

}  // namespace tocsin
