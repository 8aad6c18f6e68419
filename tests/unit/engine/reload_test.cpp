// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "unit/engine/composite_world.hpp"

namespace tocsin {
namespace {

RuleSet root_rules(double threshold = 2) {
  return rules_with({filter_named("root")}, {count_alarm("root", threshold, minutes{5})});
}

}  // namespace

TEST_CASE("an alarm that is removed while in ALARM says goodbye on its old topics") {
  RuleSet rules = root_rules(1);
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.told();
  rules.alarms.clear();
  rules.filters.clear();
  w.reload(rules, seconds{2});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].to == AlarmState::ok);
  CHECK(w.out.transitions[0].reason == "Alarm deleted");
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.notifications[0].topic == "ops");
  CHECK(w.engine->alarms().empty());
  w.save();
  CHECK(w.stored.alarms.empty());
}

TEST_CASE("an alarm that was removed while the daemon was down says goodbye at the start") {
  RuleSet rules = root_rules(1);
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.save();
  w.told();
  rules.alarms.clear();
  rules.filters.clear();
  w.rules = std::make_shared<const RuleSet>(rules);
  w.engine = std::make_unique<Engine>(w.rules, kStart + seconds{5});
  w.engine->restore(w.stored, kStart + seconds{5}, w.out);
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason == "Alarm deleted");
  CHECK(w.out.notifications.size() == 1);
}

TEST_CASE("rows of state that cannot be read are named, and begin anew but once") {
  World w(root_rules(1));
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.save();
  for (StateRow& row : w.stored.rows)
    if (row.kind == "key") row.value = "nonsense";
  w.stored.rows.push_back({"stream",
                           "gone\x1f"
                           "a.log",
                           "of a log group that is no more"});
  w.told();
  const std::vector<StateRow> lost = w.engine->restore(w.stored, kStart + seconds{2}, w.out);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].kind == "key");
  REQUIRE_FALSE(w.out.history.empty());
  const HistoryItem& item = w.out.history.back();
  CHECK(item.alarm == "root");
  CHECK(item.summary == "Stored state could not be read and begins anew (rows: key)");
  w.save();
  CHECK(w.engine->restore(w.stored, kStart + seconds{3}, w.out).empty());
}

TEST_CASE("an alarm that becomes a composite that is never judged keeps its state at a restart") {
  RuleSet rules = root_rules(1);
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.save();
  rules.filters.clear();
  rules.alarms = {composite_alarm("root", "ALARM(root)")};
  w.reload(rules, seconds{2});
  w.save();
  CHECK(w.engine->restore(w.stored, kStart + seconds{3}, w.out).empty());
  REQUIRE(w.engine->alarms().size() == 1);
  CHECK(w.engine->alarms()[0].state == AlarmState::alarm);
}

TEST_CASE("an edit keeps state and datapoints and never tells the past") {
  World w(root_rules(3));
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.event(seconds{2});
  w.quiet_until(seconds{3});
  w.reload(root_rules(2), seconds{3});
  CHECK(w.told().empty());
  w.event(seconds{4});
  CHECK(w.told() == Lines{"4000 root OK>ALARM"});
  w.reload(root_rules(4), seconds{5});
  CHECK(w.told().empty());
  w.quiet_until(minutes{6});
  CHECK(w.told() == Lines{"304000 root ALARM>OK"});
}

TEST_CASE("a window made shorter while red ends the red at once if it is over") {
  RuleSet rules = root_rules(1);
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.quiet_until(minutes{2});
  w.told();
  rules.alarms[0].period = seconds{30};
  w.reload(rules, minutes{2});
  w.quiet_until(minutes{2} + seconds{1});
  CHECK(w.told() == Lines{"120000 root ALARM>OK"});
}

TEST_CASE("datapoints start empty when the pattern changes, the state stays") {
  RuleSet rules = root_rules(2);
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  rules.filters[0].pattern_text = "another";
  w.reload(rules, seconds{2});
  w.event(seconds{3});
  CHECK(w.told().empty());
  w.event(seconds{4});
  CHECK(w.told() == Lines{"4000 root OK>ALARM"});
}

TEST_CASE("when group_by changes all keys go, those in ALARM with a last OK") {
  RuleSet rules = root_rules(1);
  rules.filters[0].dimensions = {{"user", "$.u"}};
  rules.alarms[0].group_by = {"user"};
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {"ann"});
  w.told();
  rules.filters[0].dimensions = {{"account", "$.a"}};
  rules.alarms[0].group_by = {"account"};
  w.reload(rules, seconds{2});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason == "Key removed by configuration change");
  CHECK(w.told() == Lines{"1000 root/ann ALARM>OK"});
}

TEST_CASE("a renamed rule that says what it was keeps its state") {
  World w(root_rules(1));
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.told();
  RuleSet renamed = rules_with({filter_named("admin")}, {count_alarm("admin", 1, minutes{5})});
  renamed.alarms[0].was = "root";
  w.reload(renamed, seconds{2});
  CHECK(w.told().empty());
  w.restart(seconds{3});
  CHECK(w.told().empty());
  w.quiet_until(minutes{6});
  CHECK(w.told() == Lines{"301000 admin ALARM>OK"});
  w.save();
  REQUIRE(w.stored.alarms.size() == 1);
  CHECK(w.stored.alarms[0].alarm == "admin");
}

TEST_CASE("a changed long form is judged again at once on the datapoints that it has") {
  RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)});
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{10}, 0, 1);
  w.quiet_until(seconds{70});
  CHECK(w.told() == Lines{"60000 sum INSUFFICIENT_DATA>OK"});
  rules.alarms[0].threshold = 1;
  w.reload(rules, seconds{70});
  CHECK(w.told() == Lines{"60000 sum OK>ALARM"});
}

TEST_CASE("a reload that changes nothing tells nothing") {
  RuleSet rules = rules_with({filter_named("root"), filter_named("f", "m")},
                             {count_alarm("root", 2, minutes{5}), sum_alarm("sum", 3, 2)});
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  w.event(seconds{2}, 1, 2);
  w.reload(rules, seconds{3});
  CHECK(w.out.history.size() == 2);  // both were created, at the start
  w.event(seconds{4});
  w.event(seconds{70}, 1, 2);
  CHECK(w.told() == Lines{"4000 root OK>ALARM", "70000 sum INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("history tells of every edit of an alarm, by a reload and by a restart") {
  using Edit = void (*)(Alarm&);
  const Edit edit = GENERATE(values<Edit>({
      [](Alarm& a) { a.description = "new"; },
      [](Alarm& a) {
        a.dimensions = {{"route", "/pay"}};
      },
      [](Alarm& a) { a.statistic = Statistic::maximum; },
      [](Alarm& a) { a.period = minutes{5}; },
      [](Alarm& a) { a.evaluation_periods = 2; },
      [](Alarm& a) { a.datapoints_to_alarm.reset(); },
      [](Alarm& a) { a.evaluation_range = 9; },
      [](Alarm& a) { a.comparison = Comparison::less; },
      [](Alarm& a) { a.threshold = 7; },
      [](Alarm& a) { a.treat_missing_data = MissingData::breaching; },
      [](Alarm& a) { a.evaluate_low_samples = false; },
      [](Alarm& a) { a.unit = "Bytes"; },
      [](Alarm& a) { a.actions_enabled = false; },
      [](Alarm& a) { a.alarm_topics = {"others"}; },
      [](Alarm& a) { a.ok_topics = {"others"}; },
      [](Alarm& a) { a.insufficient_data_topics = {"others"}; },
      [](Alarm& a) { a.shadow = true; },
      [](Alarm& a) { a.repeat = hours{1}; },
      [](Alarm& a) { a.ok_after = hours{1}; },
      [](Alarm& a) { a.flapping = Flapping::notice; },
      [](Alarm& a) {
        a.storm = {5, hours{1}};
      },
      [](Alarm& a) { a.severity = Severity::critical; },
      [](Alarm& a) { a.summary = "new"; },
      [](Alarm& a) {
        a.templates = {{"subject", "new"}};
      },
      [](Alarm& a) { a.runbook = "new"; },
      [](Alarm& a) {
        a.tags = {{"team", "pay"}};
      },
      [](Alarm& a) { a.evidence.events = 1; },
      [](Alarm& a) { a.evidence.fields = {"$.who"}; },
      [](Alarm& a) { a.evidence.drop = {"$.who"}; },
      [](Alarm& a) { a.max_keys = 9; },
  }));
  const RuleSet rules =
      rules_with({filter_named("f", "m")}, {sum_alarm("a", 3, 2), sum_alarm("b", 3, 2)});
  RuleSet edited = rules;
  edit(edited.alarms[1]);
  World w(rules);
  w.save();
  const StateImage before = w.stored;
  w.told();
  w.reload(edited, seconds{1});
  World down(rules);
  down.stored = before;
  down.rules = std::make_shared<const RuleSet>(edited);
  down.told();
  down.engine = std::make_unique<Engine>(down.rules, kStart + seconds{1});
  down.engine->restore(down.stored, kStart + seconds{1}, down.out);
  for (const World* world : {&w, &down}) {
    REQUIRE(world->out.history.size() == 1);
    CHECK(world->out.history[0].type == "ConfigurationUpdate");
    CHECK(world->out.history[0].alarm == "b");
  }
}

TEST_CASE("an alarm that only moved in its file is not told as edited, by a reload or a restart") {
  RuleSet rules = rules_with({filter_named("root"), filter_named("f", "m")},
                             {count_alarm("root", 2, minutes{5}), sum_alarm("sum", 3, 2)});
  World w(rules);
  w.save();
  w.told();
  for (Alarm& a : rules.alarms) a.where = {"moved.yaml", 70, 3};
  w.reload(rules, seconds{1});
  w.restart(seconds{2});
  CHECK(w.out.history.empty());
}

TEST_CASE("an alarm moved to a log group that is behind judges nothing twice, restarted or not") {
  const auto played = [](bool restarts) {
    RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)});
    rules.alarms[0].treat_missing_data = MissingData::breaching;
    World w(rules);
    w.quiet_until(seconds{0});
    for (int i = 1; i < 120; ++i) w.event(minutes{i}, 0, i < 100 ? 1 : 2);
    w.quiet_until(hours{2});
    LogGroup other = rules.log_groups[0];
    other.name = "other";
    rules.log_groups.push_back(other);
    rules.filters[0].log_group = "other";
    w.reload(rules, hours{2});
    w.told();
    if (restarts) w.restart(hours{2});
    // Its first file begins an hour ago.
    w.engine->look({"other", kStart + hours{2}, {{"b.log", true, kStart + hours{1}}}, {}},
                   kStart + hours{2}, w.out);
    if (restarts) w.restart(hours{2});
    for (int i = 121; i < 130; ++i)
      w.engine->look({"other", kStart + minutes{i}, {{"b.log", false, {}}}, {}},
                     kStart + minutes{i}, w.out);
    return w.told();
  };
  CHECK(played(true) == played(false));
}

}  // namespace tocsin
