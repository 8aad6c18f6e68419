// SPDX-License-Identifier: Apache-2.0
// Rows of state that cannot be read at a start: whoever was told of an ALARM is told of its end.
#include "support/catch.hpp"
#include "unit/engine/composite_world.hpp"

namespace tocsin {
namespace {

const std::string kNothing = "nothing";
// Whatever is damaged, all is told as if nothing was.
std::vector<std::string> kinds() { return {kNothing, "key", "alarm", "group"}; }

// Stops at `t`, and starts again with all rows of a kind damaged.
void restart_without(World& w, const std::string& kind, Duration t) {
  w.save();
  std::size_t damaged = 0;
  for (StateRow& row : w.stored.rows) {
    if (row.kind != kind) continue;
    row.value = "\x07nonsense";
    ++damaged;
  }
  REQUIRE((damaged > 0) == (kind != kNothing));
  w.restart(t);
}

// "cause alarm/key STATE" of the messages since the last call.
Lines messages(World& w) {
  Lines out;
  for (const Notification& n : std::exchange(w.out, {}).notifications) {
    const Transition& t = n.transition;
    out.push_back(std::string(to_string(n.cause)) + " " + t.alarm +
                  (t.key.empty() ? "" : "/" + t.key[0].second) + " " +
                  std::string(to_string(t.to)));
  }
  return out;
}

Lines told_from(World& w, Duration from, Duration until, Duration step) {
  Lines out;
  for (Duration t = from; t <= until; t += step) {
    w.quiet_until(t);
    for (const std::string& line : w.told()) out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("a short form whose row is damaged while red ends when it would have ended anyway",
          "[engine][unreadable]") {
  for (const std::string& kind : kinds()) {
    INFO(kind);
    World w(rules_with({filter_named("a")}, {count_alarm("a", 2, minutes{5})}));
    w.quiet_until(seconds{0});
    w.event(seconds{1});
    w.event(seconds{2});
    w.event(seconds{200});
    CHECK(w.told() == Lines{"2000 a OK>ALARM"});
    restart_without(w, kind, seconds{201});
    CHECK(messages(w).empty());
    CHECK(w.engine->alarms().at(0).state == AlarmState::alarm);
    CHECK(w.engine->alarms().at(0).state_since == kStart + seconds{2});
    w.quiet_until(seconds{302});
    CHECK(w.told().empty());
    w.quiet_until(minutes{6});
    CHECK(messages(w) == Lines{"change a OK"});
    // Once more, and nothing is left of the damage.
    w.event(minutes{20});
    w.event(minutes{20} + seconds{1});
    CHECK(messages(w) == Lines{"change a ALARM"});
    w.restart(minutes{21});
    CHECK(w.out.history.empty());
  }
}

TEST_CASE("a short form whose row is damaged while OK tells nothing of the past",
          "[engine][unreadable]") {
  Alarm low = count_alarm("a", 3, minutes{1});
  low.statistic = Statistic::minimum;
  low.comparison = Comparison::greater_or_equal;  // judged behind each sample
  for (const std::string& kind : kinds()) {
    INFO(kind);
    World w(rules_with({filter_named("a")}, {low}));
    w.quiet_until(seconds{0});
    w.event(seconds{1}, 0, 5);
    w.quiet_until(minutes{5});
    w.told();
    restart_without(w, kind, minutes{5});
    CHECK(messages(w).empty());
    CHECK(told_from(w, minutes{5}, minutes{10}, seconds{30}).empty());
  }
}

TEST_CASE("a late ALARM whose row is damaged lasts as long as any, and is told once",
          "[engine][unreadable]") {
  for (const std::string& kind : kinds()) {
    INFO(kind);
    World w(rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{5})}));
    w.quiet_until(minutes{20});
    w.read(minutes{18}, minutes{20});
    CHECK(w.told() == Lines{"1080000 a OK>ALARM"});
    w.quiet_until(minutes{21});
    restart_without(w, kind, minutes{21});
    CHECK(told_from(w, minutes{21}, minutes{26}, seconds{10}) == Lines{"1500000 a ALARM>OK"});
    restart_without(w, kind, minutes{26});
    w.read(minutes{17}, minutes{27});
    CHECK(w.told().empty());
  }
}

TEST_CASE("absence goes on counting when the row of its alarm is damaged", "[engine][unreadable]") {
  Alarm silent = count_alarm("a", 1, minutes{5});
  silent.comparison = Comparison::less;
  for (const std::string& kind : std::vector<std::string>{kNothing, "key"}) {
    INFO(kind);
    World w(rules_with({filter_named("a")}, {silent}));
    w.quiet_until(seconds{0});
    w.quiet_until(minutes{6});
    CHECK(messages(w) == Lines{"change a ALARM"});
    restart_without(w, kind, minutes{6});
    CHECK(messages(w).empty());
    w.quiet_until(minutes{7});
    w.event(minutes{11});
    w.quiet_until(minutes{12});
    CHECK(messages(w) == Lines{"change a OK"});
    w.quiet_until(minutes{20});
    CHECK(messages(w) == Lines{"change a ALARM"});
  }
}

TEST_CASE("keys of a rule whose rows are damaged while red end each at its own time",
          "[engine][unreadable]") {
  RuleSet rules = rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{5})});
  rules.alarms[0].group_by = {"user"};
  rules.filters[0].dimensions = {{"user", "$.user"}};
  for (const std::string& kind : kinds()) {
    INFO(kind);
    World w(rules);
    w.quiet_until(seconds{0});
    w.event(seconds{1}, 0, 1, {"alice"});
    w.event(minutes{1}, 0, 1, {"bob"});
    w.event(minutes{2}, 0, 1, {"alice"});
    w.told();
    restart_without(w, kind, minutes{3});
    CHECK(w.told().empty());
    CHECK(told_from(w, minutes{3}, minutes{10}, seconds{1}) ==
          Lines{"360000 a/bob ALARM>OK", "420000 a/alice ALARM>OK"});
  }
}

TEST_CASE("a long form whose row is damaged is judged anew on the datapoints that it has",
          "[engine][unreadable]") {
  for (const std::string& kind : kinds()) {
    INFO(kind);
    RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("a", 3, 1)});
    rules.alarms[0].treat_missing_data = MissingData::not_breaching;
    rules.alarms[0].ok_topics = {"ops"};
    World w(rules);
    w.quiet_until(seconds{0});
    w.event(seconds{61}, 0, 5);
    CHECK(messages(w) == Lines{"change a ALARM"});
    w.quiet_until(minutes{3});
    restart_without(w, kind, minutes{3});
    CHECK(w.told().empty());
    CHECK(told_from(w, minutes{3}, minutes{10}, seconds{20}) == Lines{"420000 a ALARM>OK"});
    // What ended while the daemon was down ends at its start.
    w.event(minutes{30}, 0, 5);
    w.told();
    w.quiet_until(minutes{31});
    restart_without(w, kind, minutes{60});
    w.quiet_until(minutes{60});
    CHECK(messages(w) == Lines{"change a OK"});
  }
}

TEST_CASE("an ALARM that `ok_after` prolongs ends though the row that says so is damaged",
          "[engine][unreadable]") {
  RuleSet rules = rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{1})});
  rules.alarms[0].ok_after = minutes{10};
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  CHECK(messages(w) == Lines{"change a ALARM"});
  w.quiet_until(minutes{3});
  CHECK(messages(w).empty());
  restart_without(w, "shown", minutes{4});
  CHECK(messages(w).empty());
  CHECK(w.engine->alarms().at(0).state == AlarmState::alarm);
  w.quiet_until(minutes{5});
  CHECK(messages(w) == Lines{"change a OK"});
}

TEST_CASE("a composite whose row is damaged ends with its children", "[engine][unreadable]") {
  for (const bool over : {false, true}) {
    RuleSet rules = single_rules("ab");
    rules.alarms.push_back(composite_alarm("both", "ALARM(a) AND ALARM(b)"));
    World w(rules);
    w.quiet_until(seconds{0});
    w.event(seconds{1}, 0);
    w.event(seconds{2}, 1);
    CHECK(messages(w) == Lines{"change both ALARM"});
    restart_without(w, "key", seconds{30});
    CHECK(messages(w).empty());
    CHECK(w.engine->alarms().at(2).state == AlarmState::alarm);
    if (over) w.event(seconds{40}, 0);
    w.quiet_until(minutes{2});
    CHECK(messages(w) == Lines{"change both OK"});
  }
}

TEST_CASE("what a suppressor held is told though the composite's row is damaged",
          "[engine][unreadable]") {
  RuleSet rules = single_rules("am");
  rules.alarms.push_back(
      with_suppressor(composite_alarm("c", "ALARM(a)"), "m", seconds{20}, seconds{20}));
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1});
  CHECK(messages(w).empty());
  restart_without(w, "key", seconds{10});
  CHECK(messages(w).empty());
  w.engine->advance(kStart + seconds{29}, w.out);
  CHECK(messages(w).empty());
  w.engine->advance(kStart + seconds{30}, w.out);
  CHECK(messages(w) == Lines{"change c ALARM"});
}

}  // namespace tocsin
