// SPDX-License-Identifier: Apache-2.0
// Suppressors in the engine: spec/alarms.md section 9.4, against a second implementation that knows
// only its table.
#include <functional>
#include <random>

#include "support/catch.hpp"
#include "unit/engine/composite_world.hpp"

namespace tocsin {
namespace {

// States are set by hand, so that a second decides nothing by itself.
struct Stage {
  World world;
  Lines told;  // "t name STATE" of messages

  explicit Stage(std::vector<Alarm> composites)
      : world([&] {
          RuleSet rules = single_rules("abm");
          for (Alarm& c : composites) rules.alarms.push_back(std::move(c));
          return rules;
        }()) {
    world.quiet_until(seconds{0});
    world.out = {};
  }

  void take(int t) {
    for (const Notification& n : std::exchange(world.out, {}).notifications)
      told.push_back(std::to_string(t) + " " + n.transition.alarm + " " +
                     std::string(to_string(n.transition.to)));
  }
  void advance(int t) {
    world.engine->advance(kStart + seconds{t}, world.out);
    take(t);
  }
  void set(int t, const std::string& alarm, AlarmState state) {
    advance(t);
    SetAlarmState set;
    set.name.alarm = alarm;
    set.state = state;
    set.reason = "because";
    OperatorRequest request;
    request.who = "tester";
    request.what = std::move(set);
    REQUIRE(world.engine->operate(request, kStart + seconds{t}, world.out).ok());
    take(t);
  }
  void restart(int t) {
    world.restart(seconds{t});
    take(t);
  }
  void run_until(int from, int to) {
    for (int t = from; t <= to; ++t) advance(t);
  }
  AlarmStatus status(const std::string& name) const {
    for (const AlarmStatus& s : world.engine->alarms())
      if (s.alarm == name) return s;
    return {};
  }
};

Alarm suppressed(int wait, int extension) {
  return with_suppressor(composite_alarm("both", "ALARM(a)"), "m", seconds{wait},
                         seconds{extension});
}

constexpr AlarmState kAlarm = AlarmState::alarm, kOk = AlarmState::ok;

}  // namespace

TEST_CASE("actions wait for the suppressor, and run when it does not come") {
  Stage s({suppressed(2, 3)});
  s.set(2, "a", kAlarm);
  const AlarmStatus waiting = s.status("both");
  CHECK(waiting.state == kAlarm);
  REQUIRE(waiting.actions.hold.has_value());
  CHECK(waiting.actions.waiting);
  CHECK(to_string(waiting.actions.hold->by) == "WaitPeriod");
  CHECK(waiting.actions.hold->name == "m");
  CHECK(waiting.actions.hold->until == kStart + seconds{4});
  s.run_until(3, 10);
  CHECK(s.told == Lines{"4 both ALARM"});
  CHECK_FALSE(s.status("both").actions.waiting);
}

TEST_CASE("a suppressor that comes in time holds the actions, and for its extension after it") {
  Stage s({suppressed(2, 3)});
  s.set(2, "a", kAlarm);
  s.set(3, "m", kAlarm);
  CHECK(to_string(s.status("both").actions.hold->by) == "Alarm");
  s.set(6, "m", kOk);
  CHECK(to_string(s.status("both").actions.hold->by) == "ExtensionPeriod");
  s.set(7, "a", kOk);
  s.run_until(8, 20);
  CHECK(s.told == Lines{"9 both OK"});
}

TEST_CASE("returning to the old state inside the wait ends in the actions of that state") {
  Stage s({suppressed(2, 3)});
  s.set(2, "a", kAlarm);
  s.set(3, "a", kOk);
  s.run_until(4, 20);
  CHECK(s.told == Lines{"5 both OK"});
}

TEST_CASE("a suppressor that was in ALARM before holds at once, until it goes") {
  Stage s({suppressed(0, 0)});
  s.set(1, "m", kAlarm);
  s.set(2, "a", kAlarm);
  s.run_until(3, 50);
  CHECK(s.told.empty());
  s.set(51, "m", AlarmState::insufficient_data);
  CHECK(s.told == Lines{"51 both ALARM"});
}

TEST_CASE("the message after a suppression says who did what and why") {
  Stage s({suppressed(2, 3)});
  s.world.event(seconds{2}, 0);
  const Transition t = s.world.out.transitions.back();
  REQUIRE(t.hold.has_value());
  CHECK(t.actions == ActionsFate::held);
  CHECK(to_string(t.hold->by) == "WaitPeriod");
  s.world.out = {};
  s.world.engine->advance(kStart + seconds{4}, s.world.out);
  REQUIRE(s.world.out.notifications.size() == 1);
  const Notification& n = s.world.out.notifications[0];
  REQUIRE(n.events.size() == 1);
  CHECK(n.events[0].evidence.message == "message at 2000");
  CHECK_THAT(n.transition.reason, Catch::Contains("alarm:a transitioned to ALARM"));
  CHECK(n.transition.children.size() == 1);
}

TEST_CASE("a removed suppressor lets go of what it holds, another one holds it anew") {
  Stage s({suppressed(2, 3)});
  s.set(1, "m", kAlarm);
  s.set(2, "a", kAlarm);
  RuleSet rules = *s.world.rules;
  rules.alarms.back() =
      with_suppressor(composite_alarm("both", "ALARM(a)"), "b", seconds{4}, seconds{3});
  s.world.reload(rules, seconds{3});
  s.take(3);
  s.run_until(4, 6);
  CHECK(s.told.empty());
  s.advance(7);
  CHECK(s.told == Lines{"7 both ALARM"});
  s.set(10, "b", kAlarm);
  s.set(11, "a", kOk);
  rules.alarms.back() = composite_alarm("both", "ALARM(a)");
  s.world.reload(rules, seconds{12});
  s.take(12);
  CHECK(s.told == Lines{"7 both ALARM", "12 both OK"});
}

TEST_CASE("a suppressor that comes or goes while it holds nothing costs no state at a restart") {
  Stage s({composite_alarm("both", "ALARM(a)")});
  RuleSet rules = *s.world.rules;
  s.set(1, "m", kAlarm);
  const auto restarted = [&](Alarm both, int t) {
    rules.alarms.back() = std::move(both);
    s.world.reload(rules, seconds{t});
    s.take(t);
    s.restart(t + 1);
    const AlarmStatus status = s.status("both");
    CHECK(status.state == kOk);
    CHECK_THAT(status.reason, !Catch::Contains("Unchecked"));
  };
  restarted(suppressed(2, 3), 2);
  s.set(4, "a", kAlarm);
  CHECK(to_string(s.status("both").actions.hold->by) == "Alarm");
  s.set(5, "a", kOk);
  s.set(6, "m", kOk);
  s.run_until(7, 10);
  restarted(composite_alarm("both", "ALARM(a)"), 20);
  s.set(30, "a", kAlarm);
  CHECK(s.told == Lines{"9 both OK", "30 both ALARM"});
}

TEST_CASE("since when a suppressor holds actions is not a matter of restarts and reloads") {
  Stage stage({with_suppressor(composite_alarm("c", "ALARM(a)"), "m", seconds{5}, seconds{5})});
  stage.set(1, "m", AlarmState::alarm);
  stage.set(2, "a", AlarmState::alarm);
  const auto since = [&] { return stage.status("c").actions.hold->since; };
  CHECK(since() == kStart + seconds{2});
  stage.restart(10);
  CHECK(since() == kStart + seconds{2});
  stage.world.reload(*stage.world.rules, seconds{20});
  CHECK(since() == kStart + seconds{2});
  CHECK(stage.told.empty());
}

TEST_CASE("a wait that was over before the clock was set back is over at once") {
  Stage s({suppressed(60, 60)});
  s.set(3600, "a", kAlarm);
  s.world.engine->clock_set_back(kStart + seconds{3600}, seconds{100}, s.world.out);
  s.take(3600);
  CHECK(s.told == Lines{"3600 both ALARM"});
}

TEST_CASE("a clock that is set back does not lengthen a wait") {
  Stage s({suppressed(60, 60)});
  s.set(3600, "a", kAlarm);
  s.world.engine->clock_set_back(kStart + seconds{10}, seconds{3590}, s.world.out);
  s.run_until(11, 69);
  CHECK(s.told.empty());
  s.advance(70);
  CHECK(s.told == Lines{"70 both ALARM"});
}

TEST_CASE("a state set by hand stands until a child changes, over restarts too") {
  Stage s({composite_alarm("both", "ALARM(a)")});
  s.set(1, "both", kAlarm);
  s.world.quiet_until(minutes{10});
  s.restart(601);
  CHECK(s.status("both").state == kAlarm);
  s.set(602, "a", kAlarm);
  CHECK(s.status("both").state == kAlarm);
  s.set(603, "a", kOk);
  CHECK(s.status("both").state == kOk);
  CHECK(s.told == Lines{"1 both ALARM", "603 both OK"});
}

namespace {

using States = std::map<std::string, AlarmState>;

// A composite as the random runs have it: its rule twice, as text and as C++.
struct Written {
  std::string name, rule;
  std::function<bool(const States&)> holds;
  std::string suppressor;  // empty: none
  int wait = 0, extension = 0;
};

// The table of section 9.4, a second at a time.
class Naive {
 public:
  explicit Naive(std::vector<Written> composites) : composites_(std::move(composites)) {
    for (const char* name : {"a", "b", "m"}) states_[name] = kOk;
    for (const Written& c : composites_) {
      states_[c.name] = c.holds(states_) ? kAlarm : kOk;
      if (states_[c.name] == kAlarm) told.push_back("0 " + c.name + " ALARM");
    }
    held_.resize(composites_.size());
  }

  void timers(int t) {
    for (std::size_t i = 0; i < composites_.size(); ++i)
      if (held_[i].timer == t) act(i, t);
  }
  void set(int t, const std::string& alarm, AlarmState state) {
    const States before = states_;
    states_[alarm] = state;
    for (const Written& c : composites_) states_[c.name] = c.holds(states_) ? kAlarm : kOk;
    for (std::size_t i = 0; i < composites_.size(); ++i) suppressor_moved(i, t, before);
    for (std::size_t i = 0; i < composites_.size(); ++i)
      if (states_[composites_[i].name] != before.at(composites_[i].name)) composite_moved(i, t);
  }
  AlarmState state(const std::string& name) const { return states_.at(name); }

  Lines told;

 private:
  struct Held {
    AlarmState state = kOk;  // of the composite, as it was when it changed last
    bool pending = false;
    int timer = -1;
  };
  bool is_on(std::size_t i, const States& states) const {
    const std::string& by = composites_[i].suppressor;
    return !by.empty() && states.at(by) == kAlarm;
  }
  void act(std::size_t i, int t) {
    held_[i] = {held_[i].state, false, -1};
    told.push_back(std::to_string(t) + " " + composites_[i].name + " " +
                   std::string(to_string(held_[i].state)));
  }
  void start(std::size_t i, int t, int length) {
    if (length == 0) return act(i, t);
    held_[i] = {held_[i].state, true, t + length};
  }
  void suppressor_moved(std::size_t i, int t, const States& before) {
    if (!held_[i].pending || is_on(i, before) == is_on(i, states_)) return;
    if (is_on(i, states_))
      held_[i].timer = -1;
    else
      start(i, t, composites_[i].extension);
  }
  void composite_moved(std::size_t i, int t) {
    held_[i].state = states_.at(composites_[i].name);
    if (composites_[i].suppressor.empty()) return act(i, t);
    if (is_on(i, states_))
      held_[i] = {held_[i].state, true, -1};
    else
      start(i, t, composites_[i].wait);
  }

  std::vector<Written> composites_;
  States states_;
  std::vector<Held> held_;
};

std::vector<Written> random_composites(std::mt19937& random) {
  const auto in_alarm = [](const char* name) {
    return [name](const States& s) { return s.at(name) == kAlarm; };
  };
  const auto a = in_alarm("a"), b = in_alarm("b"), m = in_alarm("m"), low = in_alarm("low");
  const std::vector<std::pair<std::string, std::function<bool(const States&)>>> lower{
      {"ALARM(a) AND ALARM(b)", [=](const States& s) { return a(s) && b(s); }},
      {"ALARM(a) OR NOT OK(b)", [=](const States& s) { return a(s) || s.at("b") != kOk; }},
      {"AT_LEAST(2, ALARM, (a, b, m))",
       [=](const States& s) { return int{a(s)} + int{b(s)} + int{m(s)} >= 2; }},
      {"INSUFFICIENT_DATA(a) OR ALARM(b)",
       [=](const States& s) { return s.at("a") == AlarmState::insufficient_data || b(s); }}};
  const std::vector<std::pair<std::string, std::function<bool(const States&)>>> upper{
      {"ALARM(low) AND NOT ALARM(a)", [=](const States& s) { return low(s) && !a(s); }},
      {"OK(low) OR ALARM(b)", [=](const States& s) { return !low(s) || b(s); }},
      {"NOT (ALARM(low) OR ALARM(m))", [=](const States& s) { return !low(s) && !m(s); }}};
  const auto pick = [&](const auto& from) { return from[random() % from.size()]; };
  const std::vector<std::string> suppressors{"", "m", "b", "low", "high"};
  std::vector<Written> out;
  for (const char* name : {"low", "high"}) {
    Written w;
    w.name = name;
    std::tie(w.rule, w.holds) = w.name == "low" ? pick(lower) : pick(upper);
    do w.suppressor = pick(suppressors);
    while (w.suppressor == w.name);
    w.wait = static_cast<int>(random() % 4);
    w.extension = static_cast<int>(random() % 4);
    out.push_back(std::move(w));
  }
  return out;
}

void run_random(unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<Written> written = random_composites(random);
  std::vector<Alarm> alarms;
  for (const Written& w : written) {
    Alarm alarm = composite_alarm(w.name, w.rule);
    if (!w.suppressor.empty())
      alarm =
          with_suppressor(std::move(alarm), w.suppressor, seconds{w.wait}, seconds{w.extension});
    alarms.push_back(std::move(alarm));
  }
  Naive naive(written);
  Stage stage(alarms);
  // Those that begin in ALARM may wait for their suppressor: not what this is about.
  stage.told.clear();
  naive.told.clear();
  stage.run_until(1, 10);
  stage.told.clear();
  INFO("seed " << seed << ": " << written[0].rule << " / " << written[1].rule);
  const std::vector<std::string> names{"a", "b", "m"};
  for (int t = 11; t < 60; ++t) {
    stage.advance(t);
    naive.timers(t);
    for (auto count = random() % 3; count > 0; --count) {
      const std::string name = names[random() % names.size()];
      const auto state = static_cast<AlarmState>(random() % 3);
      stage.set(t, name, state);
      naive.set(t, name, state);
    }
    if (random() % 5 == 0) stage.restart(t);
    for (const Written& w : written) REQUIRE(stage.status(w.name).state == naive.state(w.name));
    std::sort(stage.told.begin(), stage.told.end());
    std::sort(naive.told.begin(), naive.told.end());
    REQUIRE(stage.told == naive.told);
  }
}

}  // namespace

TEST_CASE("random states, rules, suppressors and restarts tell what the naive table tells") {
  for (unsigned seed = 1; seed <= 150; ++seed) run_random(seed);
}

TEST_CASE("many random suppressions", "[.long]") {
  for (unsigned seed = 1000; seed <= 6000; ++seed) run_random(seed);
}

}  // namespace tocsin
