// SPDX-License-Identifier: Apache-2.0
// Who is told, and when: silences, switched actions, acknowledgements; over restarts.
#include "rules/match/time/event_time.hpp"
#include "support/catch.hpp"
#include "world.hpp"

namespace tocsin {
namespace {

World one_alarm() {
  return World(rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{5})}));
}

// Once a message: "cause SUBJECT-STATE".
Lines messages(World& w) {
  Lines out;
  for (const Notification& n : std::exchange(w.out, {}).notifications)
    out.push_back(std::string(to_string(n.cause)) + " " + std::string(to_string(n.transition.to)));
  return out;
}

std::string ask(World& w, Duration t, decltype(OperatorRequest::what) what) {
  const auto answer = w.engine->operate({"alice", std::move(what)}, kStart + t, w.out);
  return answer ? "ok " + answer->silence : answer.error().code;
}

std::string silence(World& w, Duration from, Duration until, const std::string& pattern = "a") {
  Silence s;
  s.targets.alarms = {pattern};
  s.from = kStart + from;
  s.until = kStart + until;
  s.reason = "maintenance";
  return ask(w, from, AddSilence{s});
}

AlarmStatus status(World& w) { return w.engine->alarms().at(0); }

}  // namespace

TEST_CASE("a silence holds actions, and they run once at its end if the state is still the same",
          "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1});
  CHECK(silence(w, minutes{1}, minutes{10}).starts_with("ok silence-"));
  w.event(minutes{2});
  CHECK(w.out.transitions.at(0).actions == ActionsFate::held);
  CHECK(w.out.transitions.at(0).hold->why == "maintenance");
  CHECK(messages(w).empty());
  CHECK(status(w).actions.waiting);
  CHECK(status(w).actions.hold->until == kStart + minutes{10});
  w.event(minutes{6});
  w.quiet_until(minutes{10} - Duration{1});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{10});
  CHECK(messages(w) == Lines{"after_mute ALARM"});
  CHECK_FALSE(status(w).actions.waiting);
  w.quiet_until(minutes{20});
  CHECK(messages(w) == Lines{"change OK"});
  CHECK(w.engine->mutes()->silences().empty());
}

TEST_CASE("an alarm that was muted in ALARM and again in OK tells the OK, as CloudWatch does",
          "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1});
  silence(w, minutes{1}, minutes{30});
  w.event(minutes{2});
  w.quiet_until(minutes{29});
  CHECK(status(w).state == AlarmState::ok);
  CHECK(messages(w).empty());
  w.quiet_until(minutes{30});
  CHECK(messages(w) == Lines{"after_mute OK"});
}

TEST_CASE("a silence that is taken back early ends then, and a restart inside loses nothing",
          "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1});
  const std::string id = silence(w, minutes{1}, minutes{30}).substr(3);
  w.event(minutes{2});
  w.restart(minutes{3});
  CHECK(status(w).actions.waiting);
  CHECK(ask(w, minutes{4}, EndSilence{"silence-none"}) == "not-found");
  CHECK(messages(w).empty());
  CHECK(ask(w, minutes{4}, EndSilence{id}) == "ok " + id);
  const std::vector<Notification> told = std::exchange(w.out, {}).notifications;
  REQUIRE(told.size() == 1);
  CHECK(told[0].transition.events_total == 1);
  CHECK_FALSE(told[0].events.empty());
  CHECK(told[0].cloudwatch_message.find("\"ActionExecutedAfterMuteWindow\":true") !=
        std::string::npos);
}

TEST_CASE("what a silence holds is held on by a restart after the clock was set back before it",
          "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{10});
  silence(w, minutes{10}, minutes{30});
  w.event(minutes{11});
  CHECK(w.out.transitions.at(0).actions == ActionsFate::held);
  messages(w);
  w.restart(minutes{5});
  CHECK(messages(w).empty());
  CHECK(status(w).actions.waiting);
  w.quiet_until(minutes{29});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{30});
  CHECK(messages(w) == Lines{"after_mute OK"});
}

TEST_CASE("of two silences the last to end tells", "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1});
  silence(w, minutes{1}, minutes{4});
  silence(w, minutes{1}, minutes{6}, "*");
  w.event(minutes{2});
  w.quiet_until(minutes{5});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{6});
  CHECK(messages(w) == Lines{"after_mute ALARM"});
}

TEST_CASE("an alarm removed under a silence tells its OK only to people who know of the ALARM",
          "[engine][actions]") {
  World known = one_alarm();
  known.event(minutes{1});
  silence(known, minutes{2}, hours{1});
  messages(known);
  known.reload(rules_with({}, {}), minutes{3});
  CHECK(messages(known) == Lines{"change OK"});
  World unknown = one_alarm();
  unknown.quiet_until(minutes{1});
  silence(unknown, minutes{1}, hours{1});
  unknown.event(minutes{2});
  unknown.reload(rules_with({}, {}), minutes{3});
  CHECK(messages(unknown).empty());
  World waiting = one_alarm();
  waiting.event(minutes{1});
  silence(waiting, minutes{2}, hours{1});
  waiting.quiet_until(minutes{20});
  messages(waiting);
  waiting.reload(rules_with({}, {}), minutes{21});
  CHECK(messages(waiting) == Lines{"after_mute OK"});
}

TEST_CASE("actions that are switched off stay off until they are switched on or the rule is edited",
          "[engine][actions]") {
  World w = one_alarm();
  CHECK(ask(w, minutes{1}, SwitchActions{{"a"}, false}) == "ok ");
  CHECK(ask(w, minutes{1}, SwitchActions{{"a", "none"}, true}) == "not-found");
  w.event(minutes{2});
  CHECK(w.out.transitions.at(0).actions == ActionsFate::disabled);
  w.restart(minutes{3});
  CHECK_FALSE(status(w).actions.enabled);
  CHECK(status(w).actions.switched_by == "alice");
  w.reload(rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{5})}), minutes{4});
  CHECK_FALSE(status(w).actions.enabled);
  ask(w, minutes{5}, SwitchActions{{"a"}, true});
  CHECK(messages(w).empty());
  w.quiet_until(minutes{20});
  CHECK(messages(w) == Lines{"change OK"});

  Alarm off = count_alarm("a", 1, minutes{5});
  off.actions_enabled = false;
  ask(w, minutes{21}, SwitchActions{{"a"}, false});
  w.reload(rules_with({filter_named("a")}, {off}), minutes{22});
  CHECK_FALSE(status(w).actions.enabled);
  CHECK(status(w).actions.switched_by.empty());
  ask(w, minutes{23}, SwitchActions{{"a"}, true});
  w.event(minutes{24});
  CHECK(messages(w) == Lines{"change ALARM"});
}

TEST_CASE("reminders come at their times with ids of their own, and an acknowledgement holds them",
          "[engine][actions]") {
  Alarm a = count_alarm("a", 1, hours{24});
  a.repeat = hours{4};
  World w(rules_with({filter_named("a")}, {a}));
  w.event(minutes{0});
  std::vector<std::string> ids;
  for (int h = 1; h <= 9; ++h) {
    if (h == 5) w.restart(hours{h});
    w.quiet_until(hours{h});
    for (const Notification& n : w.out.notifications) ids.push_back(n.message_id);
  }
  CHECK(messages(w) == Lines{"change ALARM", "reminder ALARM", "reminder ALARM"});
  std::sort(ids.begin(), ids.end());
  CHECK(std::unique(ids.begin(), ids.end()) - ids.begin() == 3);
  CHECK(ask(w, hours{9}, Acknowledge{{"a"}, kStart + hours{14}, "on it"}) == "ok ");
  CHECK(status(w).actions.acknowledged->comment == "on it");
  w.quiet_until(hours{13});
  CHECK(messages(w).empty());
  w.quiet_until(hours{16});
  CHECK(messages(w) == Lines{"reminder ALARM"});
  CHECK_FALSE(status(w).actions.acknowledged);
  // Asleep for a while: one message says what two would have.
  ask(w, hours{17}, Acknowledge{{"a"}});
  CHECK(ask(w, hours{17}, TakeBackAcknowledgement{{"a"}}) == "ok ");
  CHECK(ask(w, hours{17}, TakeBackAcknowledgement{{"a"}}) == "conflict");
  w.quiet_until(hours{24} - Duration{1});
  CHECK(messages(w) == Lines{"reminder ALARM"});
  w.quiet_until(hours{25});
  CHECK(messages(w) == Lines{"reminder ALARM", "change OK"});
  CHECK(ask(w, hours{26}, Acknowledge{{"a"}}) == "conflict");
  w.quiet_until(hours{40});
  CHECK(messages(w).empty());
}

TEST_CASE("an acknowledgement ends with the state and never holds a new one", "[engine][actions]") {
  World w = one_alarm();
  w.event(minutes{1});
  ask(w, minutes{2}, Acknowledge{{"a"}});
  messages(w);
  w.quiet_until(minutes{10});
  CHECK(messages(w) == Lines{"change OK"});
  CHECK_FALSE(status(w).actions.acknowledged);
  w.event(minutes{11});
  CHECK(messages(w) == Lines{"change ALARM"});
}

TEST_CASE("an alarm in shadow is judged and tells nobody", "[engine][actions]") {
  Alarm a = count_alarm("a", 1, minutes{5});
  a.shadow = true;
  World w(rules_with({filter_named("a")}, {a}));
  w.event(minutes{1});
  CHECK(w.out.transitions.at(0).actions == ActionsFate::shadow);
  CHECK(status(w).state == AlarmState::alarm);
  w.reload(rules_with({}, {}), minutes{2});
  CHECK(messages(w).empty());
}

TEST_CASE("more than six changes within half an hour are marked, and told once where it is asked",
          "[engine][actions]") {
  for (const Flapping flapping : {Flapping::off, Flapping::mark, Flapping::notice}) {
    Alarm a = count_alarm("a", 1, minutes{2});
    a.flapping = flapping;
    World w(rules_with({filter_named("a")}, {a}));
    for (int i = 0; i < 6; ++i) {
      w.event(minutes{4 * i});
      w.quiet_until(minutes{4 * i + 3});
    }
    const Lines told = messages(w);
    CHECK(std::count(told.begin(), told.end(), "flapping ALARM") ==
          (flapping == Flapping::notice ? 1 : 0));
    CHECK(std::count(told.begin(), told.end(), "change ALARM") == 6);
    CHECK(status(w).actions.flapping == (flapping != Flapping::off));
    w.restart(minutes{24});
    CHECK(status(w).actions.flapping == (flapping != Flapping::off));
    w.quiet_until(minutes{60});
    CHECK_FALSE(status(w).actions.flapping);
  }
}

TEST_CASE("flapping that was over when it was read ends with the event that shows it, in any batch",
          "[engine][actions]") {
  std::vector<Lines> told;
  for (const bool together : {false, true}) {
    World w(rules_with({filter_named("a"), filter_named("b")},
                       {count_alarm("a", 1, minutes{2}), count_alarm("b", 1, minutes{2})}));
    for (int i = 0; i < 3; ++i) {
      w.event(minutes{4 * i});
      w.quiet_until(minutes{4 * i + 3});
    }
    w.out = {};
    const auto read_at = kStart + minutes{37};
    const auto read = [&](std::vector<std::uint32_t> filters, std::uint32_t first) {
      MatchBatch b;
      b.rules = w.rules;
      b.log_group = "app";
      b.stream = b.source = "a.log";
      b.read_at = b.source_time = read_at;
      for (std::uint32_t i = 0; i < filters.size(); ++i) {
        b.add_event(kStart + minutes{12 + first + i});
        b.matches.push_back({i, first + i, "message", {}, {{filters[i], 1, {}}}});
      }
      w.engine->apply(b, read_at, w.out);
    };
    if (together) {
      read({0, 1}, 0);
    } else {
      read({0}, 0);
      read({1}, 1);
    }
    Lines& lines = told.emplace_back();
    for (const HistoryItem& h : w.out.history) lines.push_back(h.alarm + " " + h.summary);
  }
  CHECK(told[0] == told[1]);
  CHECK(std::count(told[0].begin(), told[0].end(), "a Flapping no more") == 1);
}

TEST_CASE("that a change of state is half an hour old changes nothing that is shown of the alarm",
          "[engine][actions]") {
  World w(rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{2})}));
  w.event(minutes{0});
  w.quiet_until(minutes{5});
  w.save();
  w.quiet_until(minutes{40});
  StateDelta later;
  w.engine->collect(later);
  CHECK(later.alarms.empty());
}

TEST_CASE("a state set by hand is told, and the next evaluation goes back to what is judged",
          "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1} + seconds{30});
  SetAlarmState set{{"a"}, AlarmState::alarm, "fire drill", R"({"by":"hand"})"};
  CHECK(ask(w, minutes{1} + seconds{30}, set) == "ok ");
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason == "fire drill");
  CHECK(w.out.transitions[0].set_by == "alice");
  CHECK(messages(w) == Lines{"change ALARM"});
  CHECK(status(w).actions.set_by == "alice");
  w.restart(minutes{1} + seconds{40});
  CHECK(status(w).state == AlarmState::alarm);
  w.quiet_until(minutes{2});
  CHECK(messages(w) == Lines{"change OK"});
  CHECK(status(w).actions.set_by.empty());
  // The state that it has already: nobody is told, and it is judged on as before.
  set.state = AlarmState::ok;
  CHECK(ask(w, minutes{3}, set) == "ok ");
  w.event(minutes{3} + seconds{1});
  CHECK(messages(w) == Lines{"change ALARM"});
  // Set to OK while it is judged ALARM.
  CHECK(ask(w, minutes{4}, set) == "ok ");
  CHECK(messages(w) == Lines{"change OK"});
  w.quiet_until(minutes{5});
  CHECK(messages(w) == Lines{"change ALARM"});
  w.quiet_until(minutes{20});
  CHECK(messages(w) == Lines{"change OK"});
  CHECK(ask(w, minutes{21}, SetAlarmState{{"a"}, AlarmState::ok, "", ""}) == "bad-request");
  CHECK(ask(w, minutes{21}, SetAlarmState{{"a"}, AlarmState::ok, "x", "{"}) == "bad-request");
  CHECK(ask(w, minutes{21}, SetAlarmState{{"b"}, AlarmState::ok, "x", ""}) == "not-found");
}

TEST_CASE("a sample that is judged meanwhile ends a state set by hand", "[engine][actions]") {
  World w = one_alarm();
  w.quiet_until(minutes{1});
  ask(w, minutes{1}, SetAlarmState{{"a"}, AlarmState::insufficient_data, "test", ""});
  CHECK(w.told() == Lines{"60000 a OK>INSUFFICIENT_DATA"});
  w.event(minutes{1} + seconds{1});
  CHECK(w.told() == Lines{"61000 a INSUFFICIENT_DATA>ALARM"});
  w.quiet_until(minutes{2});
  CHECK(w.told().empty());
}

TEST_CASE("ok_after keeps the short form in ALARM until it was OK for so long",
          "[engine][actions]") {
  Alarm a = count_alarm("a", 1, minutes{5});
  a.ok_after = minutes{10};
  World w(rules_with({filter_named("a")}, {a}));
  w.event(minutes{0});
  w.quiet_until(minutes{12});
  CHECK(w.told() == Lines{"0 a OK>ALARM"});
  w.event(minutes{13});  // a breach in between: from 18 min on anew
  w.restart(minutes{20});
  w.quiet_until(minutes{28});
  CHECK(w.told().empty());
  CHECK(status(w).state == AlarmState::alarm);
  w.quiet_until(minutes{28} + Duration{1});
  CHECK(w.out.transitions.at(0).reason.ends_with("It was OK for 10m without a break (ok_after)."));
  CHECK(w.told() == Lines{"1680000 a ALARM>OK"});
}

TEST_CASE("ok_after keeps the long form in ALARM, also while there is nothing to judge",
          "[engine][actions]") {
  Alarm a = sum_alarm("long", 1, 1);
  a.ok_after = minutes{3};
  World w(rules_with({filter_named("f", "m")}, {a}));
  w.event(seconds{1}, 0, 5);
  w.event(minutes{1} + seconds{1}, 0, 1);  // good
  w.quiet_until(minutes{2});
  CHECK(w.told() == Lines{"1000 long INSUFFICIENT_DATA>ALARM"});
  w.quiet_until(minutes{4});
  w.event(minutes{4} + seconds{1}, 0, 9);
  w.event(minutes{5} + seconds{1}, 0, 1);
  w.event(minutes{6} + seconds{1}, 0, 1);
  w.event(minutes{7} + seconds{1}, 0, 1);
  CHECK(w.told().empty());
  w.quiet_until(minutes{9});
  CHECK(w.told() == Lines{"540000 long ALARM>OK"});
  // Taken away: at once.
  w.event(minutes{10}, 0, 5);
  w.event(minutes{11}, 0, 1);
  w.quiet_until(minutes{12});
  CHECK(w.told() == Lines{"600000 long OK>ALARM"});
  w.reload(rules_with({filter_named("f", "m")}, {sum_alarm("long", 1, 1)}), minutes{12});
  w.quiet_until(minutes{12} + seconds{1});
  CHECK(w.told() == Lines{"720000 long ALARM>OK"});
}

TEST_CASE("requests beyond the limits are refused and change nothing", "[engine][actions]") {
  World w = one_alarm();
  w.event(minutes{1});
  Silence s;
  s.targets.alarms = {"a"};
  s.from = kStart;
  s.until = kStart + hours{1};
  CHECK(ask(w, minutes{2}, AddSilence{s}) == "bad-request");  // no reason
  s.reason = "x";
  s.targets = {};
  CHECK(ask(w, minutes{2}, AddSilence{s}) == "bad-request");
  s.targets.alarms = {"*"};
  s.until = kStart + minutes{1};
  CHECK(ask(w, minutes{2}, AddSilence{s}) == "bad-request");
  CHECK(ask(w, minutes{2}, Acknowledge{{"a"}, kStart}) == "bad-request");
  CHECK(ask(w, minutes{2}, Acknowledge{{"b"}}) == "not-found");
  s.until = kStart + hours{1};
  for (std::size_t i = 0; i < MuteTable::kSilencesMax; ++i)
    REQUIRE(ask(w, minutes{2}, AddSilence{s}).starts_with("ok"));
  CHECK(ask(w, minutes{2}, AddSilence{s}) == "too-many");
}

}  // namespace tocsin
