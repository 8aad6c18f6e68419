// SPDX-License-Identifier: Apache-2.0
// Whom an ALARM is told that nobody has acknowledged, and who learns of its end.
#include "support/catch.hpp"
#include "world.hpp"

namespace tocsin {
namespace {

// "cause STATE topic"
Lines messages(World& w) {
  Lines out;
  for (const Notification& n : std::exchange(w.out, {}).notifications)
    out.push_back(std::string(to_string(n.cause)) + " " + std::string(to_string(n.transition.to)) +
                  " " + n.topic);
  return out;
}

RuleSet escalating(Alarm alarm = count_alarm("a", 1, hours{2})) {
  RuleSet rules = rules_with({filter_named("a")}, {std::move(alarm)});
  rules.topics = {{"ops"}, {"oncall"}, {"boss"}};
  rules.topics[0].escalate = {{minutes{15}, "oncall"}, {minutes{30}, "boss"}};
  return rules;
}

Error ask(World& w, Duration t, decltype(OperatorRequest::what) what) {
  const auto answer = w.engine->operate({"alice", std::move(what)}, kStart + t, w.out);
  return answer ? Error{} : answer.error();
}

ActionStatus actions(World& w) { return w.engine->alarms().at(0).actions; }

}  // namespace

TEST_CASE("an ALARM that nobody acknowledges is told up the chain, and all learn of its end",
          "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  CHECK(messages(w) == Lines{"change ALARM ops"});
  CHECK(actions(w).next_escalation == kStart + minutes{15});
  w.quiet_until(minutes{15} - Duration{1});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{15});
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.notifications[0].summary.starts_with("Not acknowledged for 15m, told to ops: "));
  CHECK_FALSE(w.out.notifications[0].events.empty());
  CHECK(messages(w) == Lines{"escalation ALARM oncall"});
  CHECK(actions(w).escalated_to == Lines{"oncall"});
  w.restart(minutes{20});
  w.quiet_until(minutes{29});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{30});
  REQUIRE(w.out.notifications.size() == 1);
  CHECK(w.out.notifications[0].summary.starts_with(
      "Not acknowledged for 30m, told to ops, oncall: "));
  CHECK(messages(w) == Lines{"escalation ALARM boss"});
  CHECK_FALSE(actions(w).next_escalation);
  w.quiet_until(hours{2} - Duration{1});
  CHECK(messages(w).empty());
  w.quiet_until(hours{3});
  CHECK(messages(w) == Lines{"change OK ops", "change OK oncall", "change OK boss"});
  CHECK(actions(w).escalated_to.empty());
}

TEST_CASE("escalations have ids of their own, the same after a restart", "[engine][escalation]") {
  std::vector<std::string> ids[2];
  for (const bool again : {false, true}) {
    World w(escalating());
    w.event(minutes{0});
    if (again) w.restart(minutes{10});
    w.quiet_until(minutes{40});
    for (const Notification& n : w.out.notifications) ids[again ? 1 : 0].push_back(n.message_id);
  }
  CHECK(ids[0] == ids[1]);
  REQUIRE(ids[0].size() == 3);
  CHECK(ids[0][1] != ids[0][2]);
}

TEST_CASE("an acknowledgement stops the escalation, for as long as it stands",
          "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  ask(w, minutes{5}, Acknowledge{{"a"}, kStart + minutes{20}, "on it"});
  messages(w);
  w.quiet_until(minutes{20} - Duration{1});
  CHECK(messages(w).empty());
  CHECK_FALSE(actions(w).next_escalation);
  // It has expired, and nobody looks after it any more.
  w.quiet_until(minutes{21});
  CHECK(messages(w) == Lines{"escalation ALARM oncall"});
  ask(w, minutes{22}, Acknowledge{{"a"}});
  w.quiet_until(hours{1});
  CHECK(messages(w).empty());
  w.quiet_until(hours{3});
  CHECK(messages(w) == Lines{"change OK ops", "change OK oncall"});
}

TEST_CASE("an OK stops the escalation, and the next ALARM begins it anew", "[engine][escalation]") {
  World w(escalating(count_alarm("a", 1, minutes{10})));
  w.event(minutes{0});
  w.quiet_until(minutes{12});
  CHECK(messages(w) == Lines{"change ALARM ops", "change OK ops"});
  w.quiet_until(minutes{60});
  CHECK(messages(w).empty());
  w.event(minutes{60});
  CHECK(actions(w).next_escalation == kStart + minutes{75});
}

TEST_CASE("a mute delays a step to its end, and switched actions skip it", "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  Silence s;
  s.targets.alarms = {"a"};
  s.from = kStart + minutes{1};
  s.until = kStart + minutes{20};
  s.reason = "maintenance";
  ask(w, minutes{1}, AddSilence{s});
  messages(w);
  w.quiet_until(minutes{20} - Duration{1});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{20});
  CHECK(messages(w) == Lines{"escalation ALARM oncall"});
  ask(w, minutes{21}, SwitchActions{{"a"}, false});
  w.quiet_until(hours{1});
  CHECK(messages(w).empty());
}

TEST_CASE("nobody is told during a silence that followed another one, nor after a restart in it",
          "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  const auto silence = [&](Duration from, Duration until) {
    Silence s;
    s.targets.alarms = {"a"};
    s.from = kStart + from;
    s.until = kStart + until;
    s.reason = "maintenance";
    CHECK(ask(w, from, AddSilence{s}).code.empty());
  };
  silence(minutes{1}, minutes{20});
  messages(w);
  w.quiet_until(minutes{15});
  silence(minutes{16}, minutes{40});
  w.quiet_until(minutes{21});
  w.restart(minutes{25});
  w.quiet_until(minutes{40} - Duration{1});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{40});
  CHECK(messages(w) == Lines{"escalation ALARM oncall", "escalation ALARM boss"});
}

TEST_CASE("steps of several alarms come in one order, restarted or not", "[engine][escalation]") {
  for (const bool restarted : {false, true}) {
    INFO(restarted);
    RuleSet rules = rules_with({filter_named("a"), filter_named("b")},
                               {count_alarm("a", 1, hours{2}), count_alarm("b", 1, hours{2})});
    rules.topics = {{"ops"}, {"oncall"}, {"boss"}};
    rules.alarms[0].escalate = {{minutes{15}, "oncall"}};
    rules.alarms[1].escalate = {{minutes{10}, "boss"}};
    World w(rules);
    w.event(minutes{0}, 0);
    w.event(minutes{0}, 1);
    Silence s;
    s.targets.alarms = {"b"};
    s.from = kStart + minutes{5};
    s.until = kStart + minutes{20};
    s.reason = "maintenance";
    CHECK(ask(w, minutes{5}, AddSilence{s}).code.empty());
    w.quiet_until(minutes{11});  // it delays the step of b
    messages(w);
    if (restarted) w.restart(minutes{12});
    w.quiet_until(minutes{25});
    CHECK(messages(w) == Lines{"escalation ALARM oncall", "escalation ALARM boss"});
  }
}

TEST_CASE("a step that is due is told as soon as nobody looks after the alarm any more",
          "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  ask(w, minutes{5}, Acknowledge{{"a"}, std::nullopt, "on it"});
  w.quiet_until(minutes{20});
  messages(w);
  ask(w, minutes{21}, TakeBackAcknowledgement{{"a"}});
  CHECK(messages(w) == Lines{"escalation ALARM oncall"});
}

TEST_CASE("a silence that is ended early delays a step no longer", "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  Silence s;
  s.targets.alarms = {"a"};
  s.from = kStart + minutes{1};
  s.until = kStart + minutes{90};
  s.reason = "maintenance";
  const auto added = w.engine->operate({"alice", AddSilence{s}}, kStart + minutes{1}, w.out);
  REQUIRE(added);
  w.quiet_until(minutes{20});
  messages(w);
  ask(w, minutes{25}, EndSilence{added->silence});
  w.quiet_until(minutes{25});
  CHECK(messages(w) == Lines{"escalation ALARM oncall"});
}

TEST_CASE("a reload that changes the steps counts from the same first message",
          "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  messages(w);
  RuleSet sooner = escalating();
  sooner.topics[0].escalate = {{minutes{10}, "boss"}};
  w.reload(sooner, minutes{5});
  CHECK(actions(w).next_escalation == kStart + minutes{10});
  w.quiet_until(minutes{40});
  CHECK(messages(w) == Lines{"escalation ALARM boss"});
  w.reload(escalating(), minutes{41});
  w.quiet_until(hours{1});
  CHECK(messages(w).empty());
}

TEST_CASE("whoever was told hears how it goes on until it is OK", "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  w.quiet_until(minutes{16});
  messages(w);
  ask(w, minutes{17}, SetAlarmState{{"a"}, AlarmState::insufficient_data, "tried by hand", ""});
  CHECK(messages(w) == Lines{"change INSUFFICIENT_DATA oncall"});
  ask(w, minutes{17}, SetAlarmState{{"a"}, AlarmState::ok, "tried by hand", ""});
  CHECK(messages(w) == Lines{"change OK ops", "change OK oncall"});
}

TEST_CASE("an alarm's own chain takes the place of its topics'", "[engine][escalation]") {
  Alarm alarm = count_alarm("a", 1, hours{2});
  alarm.escalate = {{minutes{5}, "boss"}};
  World w(escalating(alarm));
  w.event(minutes{0});
  w.quiet_until(hours{1});
  CHECK(messages(w) == Lines{"change ALARM ops", "escalation ALARM boss"});
}

TEST_CASE("two topics that escalate to the same one tell it once", "[engine][escalation]") {
  Alarm alarm = count_alarm("a", 1, hours{2});
  alarm.alarm_topics = {"ops", "web"};
  RuleSet rules = escalating(alarm);
  rules.topics.push_back({"web"});
  rules.topics.back().escalate = {{minutes{15}, "oncall"}};
  World w(std::move(rules));
  w.event(minutes{0});
  w.quiet_until(minutes{20});
  CHECK(messages(w) == Lines{"change ALARM ops", "change ALARM web", "escalation ALARM oncall"});
}

TEST_CASE("an alarm that goes while it is escalated tells everybody", "[engine][escalation]") {
  World w(escalating());
  w.event(minutes{0});
  w.quiet_until(minutes{16});
  messages(w);
  RuleSet without = escalating();
  without.alarms.clear();
  without.filters.clear();
  w.reload(std::move(without), minutes{17});
  CHECK(messages(w) == Lines{"change OK ops", "change OK oncall"});
}

}  // namespace tocsin
