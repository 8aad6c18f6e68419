// SPDX-License-Identifier: Apache-2.0
// Composites whose children are not known in order of time: live, where log groups are read at
// different paces, and in replay, where an event is judged before what ended earlier.
// docs/decisions/0012.
#include "sim/random.hpp"
#include "support/catch.hpp"
#include "unit/engine/composite_world.hpp"

namespace tocsin {
namespace {

using sim::Random;

// Alarms a and b over the log groups app and audit, a composite over both.
RuleSet two_groups(const std::string& rule) {
  RuleSet rules = single_rules("ab");
  rules.log_groups[0].lateness = minutes{10};
  rules.log_groups.push_back(rules.log_groups[0]);
  rules.log_groups[1].name = "audit";
  rules.filters[1].log_group = "audit";
  rules.alarms.push_back(composite_alarm("both", rule));
  return rules;
}

MatchBatch event_of(const World& w, const std::string& group, Duration time, Duration read_at,
                    std::uint32_t filter) {
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = group;
  b.stream = b.source = group + ".log";
  b.add_event(kStart + time);
  b.read_at = b.source_time = kStart + read_at;
  b.matches.push_back({0, static_cast<std::uint64_t>(time.count()), group, {}, {{filter, 1, {}}}});
  return b;
}

void look(World& w, const std::string& group, Duration t) {
  w.engine->look({group, kStart + t, {{group + ".log", false, {}}}, {}}, kStart + t, w.out);
}

Lines of_composite(World& w) {
  Lines out;
  for (const std::string& line : w.told())
    if (line.find(" both ") != std::string::npos) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE(
    "two alarms that were red at once are told together though one was over before the "
    "other was read") {
  for (const bool restarts : {false, true}) {
    World w(two_groups("ALARM(a) AND ALARM(b)"));
    const auto pause = [&](Duration t) {
      if (restarts) w.restart(t);
    };
    look(w, "app", minutes{0});
    look(w, "audit", minutes{0});
    w.engine->apply(event_of(w, "app", seconds{60}, minutes{5}, 0), kStart + minutes{5}, w.out);
    pause(minutes{5});
    look(w, "app", minutes{13});
    pause(minutes{13});
    w.engine->apply(event_of(w, "audit", seconds{90}, minutes{13}, 1), kStart + minutes{13}, w.out);
    CHECK(of_composite(w) == Lines{"-600000 both INSUFFICIENT_DATA>OK"});
    pause(minutes{13});
    look(w, "audit", minutes{13});
    REQUIRE(w.out.notifications.size() == 2);
    const Transition& late = w.out.transitions[w.out.transitions.size() - 2];
    CHECK(late.late);
    CHECK(late.events.size() == 2);
    CHECK_THAT(late.reason, Catch::Contains("alarm:b transitioned to ALARM"));
    CHECK(of_composite(w) == Lines{"90000 both OK>ALARM", "120000 both ALARM>OK"});
    pause(minutes{20});
    look(w, "app", minutes{20});
    look(w, "audit", minutes{20});
    CHECK(of_composite(w).empty());
  }
}

TEST_CASE("what was missed is told also of a composite whose state a person had set before") {
  World w(two_groups("ALARM(a) AND ALARM(b)"));
  look(w, "app", minutes{0});
  look(w, "audit", minutes{0});
  SetAlarmState set;
  set.name.alarm = "both";
  set.state = AlarmState::insufficient_data;
  set.reason = "because";
  OperatorRequest request;
  request.who = "tester";
  request.what = std::move(set);
  REQUIRE(w.engine->operate(request, kStart + minutes{1}, w.out).ok());
  w.told();
  w.engine->apply(event_of(w, "app", seconds{60}, minutes{5}, 0), kStart + minutes{5}, w.out);
  CHECK(of_composite(w) == Lines{"60000 both INSUFFICIENT_DATA>OK"});
  look(w, "app", minutes{13});
  w.engine->apply(event_of(w, "audit", seconds{90}, minutes{13}, 1), kStart + minutes{13}, w.out);
  look(w, "audit", minutes{13});
  CHECK(of_composite(w) == Lines{"90000 both OK>ALARM", "120000 both ALARM>OK"});
}

TEST_CASE("after the clock was set back composites are told of the same, restarted or not") {
  for (const bool restarted : {false, true}) {
    INFO(restarted);
    RuleSet rules = single_rules("kx");
    rules.alarms[0].group_by = {"user"};
    rules.filters[0].dimensions = {{"user", "$.user"}};
    rules.alarms[1].period = hours{2};
    rules.alarms.push_back(composite_alarm("both", "ALARM(x) AND NOT ALARM(k)"));
    World w(rules);
    w.quiet_until(minutes{0});
    w.event(minutes{30}, 0, 1, {"alice"});
    w.event(minutes{30} + seconds{1}, 1);
    w.quiet_until(minutes{30} + seconds{30});
    w.told();
    w.engine->clock_set_back(kStart + minutes{10}, minutes{20} + seconds{30}, w.out);
    if (restarted) w.restart(minutes{10});
    for (const Duration t : {minutes{11}, minutes{15}}) {
      w.event(t, 0, 1, {"bob"});
      w.quiet_until(t + minutes{2});
    }
    CHECK(of_composite(w) == Lines{"720000 both OK>ALARM", "900000 both ALARM>OK"});
  }
}

TEST_CASE("what a key was before an early ALARM is known over a restart") {
  for (const bool restarted : {false, true}) {
    INFO(restarted);
    RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("k", 1, 1)});
    rules.log_groups[0].lateness = minutes{5};
    rules.alarms[0].group_by = {"user"};
    rules.filters[0].dimensions = {{"user", "$.user"}};
    rules.alarms.push_back(composite_alarm("both", "OK(k)"));
    World w(rules);
    w.quiet_until(minutes{5});
    w.event(minutes{6}, 0, 1, {"alice"});
    w.quiet_until(minutes{12});
    w.event(minutes{13}, 0, 5, {"bob"});
    w.event(minutes{19}, 0, 5, {"alice"});
    w.told();
    if (restarted) w.restart(minutes{19});
    w.quiet_until(minutes{25});
    CHECK(of_composite(w) == Lines{"1020000 both OK>ALARM", "1140000 both ALARM>OK"});
  }
}

TEST_CASE(
    "between two keys that were red one after the other a rule with OK held, and that is told") {
  RuleSet rules = single_rules("a");
  rules.log_groups[0].lateness = minutes{10};
  rules.alarms[0].group_by = {"who"};
  rules.filters[0].dimensions = {{"who", {}}};
  rules.alarms.push_back(composite_alarm("both", "OK(a)"));
  World w(rules);
  w.quiet_until(minutes{10});
  w.event(minutes{11}, 0, 1, {"alice"});
  w.event(minutes{12} + seconds{10}, 0, 1, {"alice"});
  w.event(minutes{12} + seconds{20}, 0, 1, {"bob"});
  w.told();
  w.quiet_until(minutes{24});
  CHECK(of_composite(w) ==
        Lines{"720000 both OK>ALARM", "730000 both ALARM>OK", "800000 both OK>ALARM"});
}

namespace {

struct Line {
  Duration time;
  std::uint32_t filter;
};
using Spans = std::vector<std::pair<Instant, Instant>>;

// From each ALARM to what follows.
Spans reds(const std::vector<Transition>& all) {
  Spans out;
  for (const Transition& t : all) {
    if (t.alarm != "both") continue;
    if (t.from == AlarmState::alarm && !out.empty()) out.back().second = t.at;
    if (t.to == AlarmState::alarm) out.emplace_back(t.at, kNever);
  }
  return out;
}

Effects replayed(const RuleSet& rules, const std::vector<Line>& lines, Duration until) {
  World w(rules);
  Engine replay(w.rules, kStart, {.replay = true});
  Effects out;
  replay.restore({}, kStart, out);
  for (const Line& line : lines)
    replay.apply(
        event_of(w, rules.filters[line.filter].log_group, line.time, line.time, line.filter),
        kStart + line.time, out);
  replay.finish(kStart + until, out);
  return out;
}

void play(std::uint64_t seed) {
  Random random(seed);
  World w(two_groups(random.pick<std::string>({"ALARM(a) AND ALARM(b)", "ALARM(a) AND NOT ALARM(b)",
                                               "AT_LEAST(1, NOT OK, (a, b))", "OK(a) AND ALARM(b)",
                                               "(ALARM(a) AND ALARM(b)) OR (OK(a) AND OK(b))"})));
  const std::vector<std::string> groups{"app", "audit"};
  std::vector<std::vector<Line>> lines(2);
  for (std::uint32_t g = 0; g < 2; ++g)
    for (Duration t = seconds{random.range(1, 300)}; t < hours{1};
         t += random.range(milliseconds{1}, minutes{6}))
      lines[g].push_back({t, g});

  // Each group is read in order, now the one, now the other.
  std::vector<std::size_t> next(2);
  look(w, "app", Duration{0});
  look(w, "audit", Duration{0});
  Duration now = minutes{1};
  while (next[0] < lines[0].size() || next[1] < lines[1].size()) {
    const std::size_t g = random.chance(0.5) ? 1 : 0;
    for (auto count = random.range(1, 8); count > 0 && next[g] < lines[g].size(); --count) {
      const Line& line = lines[g][next[g]++];
      now = std::max(now, line.time);
      w.engine->apply(event_of(w, groups[g], line.time, now, line.filter), kStart + now, w.out);
    }
    if (random.chance(0.2)) w.restart(now);
    now += random.range(Duration{0}, seconds{30});
  }
  look(w, "app", hours{3});
  look(w, "audit", hours{3});
  const Spans shown = reds(w.out.transitions);

  std::vector<Line> merged = lines[0];
  merged.insert(merged.end(), lines[1].begin(), lines[1].end());
  std::stable_sort(merged.begin(), merged.end(),
                   [](const Line& x, const Line& y) { return x.time < y.time; });
  const Effects out = replayed(*w.rules, merged, hours{2});
  for (const auto& [from, to] : reds(out.transitions)) {
    INFO("seed " << seed << ": red from " << (from - kStart).count() << " to "
                 << (to - kStart).count());
    const bool is_shown = std::any_of(shown.begin(), shown.end(), [&, f = from, e = to](auto& s) {
      return s.first <= e && s.second >= f;
    });
    CHECK(is_shown);
  }
}

}  // namespace

TEST_CASE("replay sees no alarm together with one that began when it was long over") {
  for (const Duration gap : {Duration{minutes{1}}, Duration{hours{1}}})
    CHECK(reds(replayed(two_groups("ALARM(a) AND ALARM(b)"),
                        {{seconds{10}, 0}, {seconds{10} + gap, 1}}, hours{2})
                   .transitions)
              .size() == (gap == minutes{1} ? 1 : 0));
}

TEST_CASE("in replay a suppressor lets go when its time is over, whenever the next event comes") {
  RuleSet rules = two_groups("ALARM(a)");
  rules.alarms[2] = with_suppressor(rules.alarms[2], "b", minutes{1}, minutes{2});
  const Effects out = replayed(
      rules, {{seconds{10}, 0}, {hours{1}, 0}, {hours{1} + seconds{5}, 1}, {minutes{100}, 0}},
      hours{2});
  Lines told;
  for (const Notification& n : out.notifications)
    told.push_back(std::to_string((n.told_at - kStart).count()) + " " +
                   std::string(to_string(n.transition.to)));
  // The second ALARM is held, and what stands two minutes after the suppressor's end is its OK.
  CHECK(told == Lines{"70000 ALARM", "130001 OK", "3785001 OK", "6060000 ALARM", "6120001 OK"});
}

TEST_CASE("every red that replay shows of a composite over two log groups is shown live") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) play(seed);
}

namespace {

// Short forms, one of them with keys, a long form, and composites over them and one another, over
// two log groups that are never late.
RuleSet of_all_kinds(Random& random) {
  RuleSet rules = single_rules("abc");
  for (Alarm& a : rules.alarms) a.period = random.pick<Duration>({seconds{30}, minutes{5}});
  rules.alarms[2].group_by = {"who"};
  rules.filters[2].dimensions = {{"who", {}}};
  rules.filters.push_back(filter_named("m", "m"));
  rules.alarms.push_back(sum_alarm("m", 2, 1));
  rules.alarms.back().treat_missing_data = MissingData::not_breaching;
  rules.alarms.back().alarm_topics = {};
  rules.log_groups.push_back(rules.log_groups[0]);
  rules.log_groups[1].name = "audit";
  for (MetricFilter& f : rules.filters) f.log_group = random.pick<std::string>({"app", "audit"});
  const std::string leaf = random.pick<std::string>({"a", "b", "c", "m"});
  rules.alarms.push_back(composite_alarm("inner", "AT_LEAST(2, ALARM, (a, b, c, m))"));
  rules.alarms.push_back(composite_alarm("outer", "ALARM(inner) AND NOT ALARM(" + leaf + ")"));
  rules.alarms.push_back(composite_alarm("either", "ALARM(a) OR (OK(b) AND ALARM(m))"));
  for (std::size_t i = 4; i < 7; ++i)
    if (random.chance(0.7))
      rules.alarms[i] =
          with_suppressor(rules.alarms[i], random.pick<std::string>({"a", "b", "c", "m"}),
                          random.pick<Duration>({Duration{0}, seconds{40}, minutes{10}}),
                          random.pick<Duration>({Duration{0}, minutes{3}, hours{30}}));
  return rules;
}

// Bursts, and quiet for minutes or for a day.
std::vector<Line> bursts(Random& random) {
  std::vector<Line> out;
  for (Duration t = seconds{1}; out.size() < 60;
       t += random.pick<Duration>({random.range(Duration{0}, seconds{20}),
                                   random.range(seconds{20}, minutes{6}), hours{24}}))
    out.push_back({t, static_cast<std::uint32_t>(random.range(0, 3))});
  return out;
}

// The daemon, awake at every instant at which something is due.
Effects watched(const RuleSet& rules, const std::vector<Line>& lines, Duration until) {
  World w(rules);
  const auto wait_until = [&](Instant t) {
    for (;;) {
      const Instant now = std::min(w.engine->next_deadline().value_or(kNever), t);
      for (const LogGroup& g : rules.log_groups) look(w, g.name, now - kStart);
      w.engine->advance(now, w.out);
      if (now == t) return;
    }
  };
  wait_until(kStart);
  for (const Line& line : lines) {
    wait_until(kStart + line.time);
    const std::string& group = rules.filters[line.filter].log_group;
    w.engine->apply(event_of(w, group, line.time, line.time, line.filter), kStart + line.time,
                    w.out);
  }
  wait_until(kStart + until);
  return std::move(w.out);
}

// What people see of composites: changes, with the children as they are told, and messages.
Lines seen(const Effects& out) {
  Lines lines;
  const auto line = [](Instant t, const Transition& of) {
    return std::to_string((t - kStart).count()) + " " + of.alarm + " " +
           std::string(to_string(of.from)) + ">" + std::string(to_string(of.to));
  };
  for (const Transition& t : out.transitions)
    if (!t.children.empty() && !t.silent)
      lines.push_back(
          line(t.at, t) + " " + t.reason_data + (t.late ? " late" : "") +
          (!t.events.empty() && t.events.back().time > t.at ? " with a later event" : ""));
  for (const Notification& n : out.notifications)
    lines.push_back("message at " + line(n.told_at, n.transition));
  return lines;
}

}  // namespace

TEST_CASE("replay shows of composites what a daemon that never slept has shown, gaps of days too") {
  std::size_t messages = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    const RuleSet rules = of_all_kinds(random);
    const std::vector<Line> lines = bursts(random);
    const Duration until = lines.back().time + hours{48};
    const Effects live = watched(rules, lines, until);
    const Lines wanted = seen(live), found = seen(replayed(rules, lines, until));
    const auto [a, b] = std::mismatch(wanted.begin(), wanted.end(), found.begin(), found.end());
    CHECK((a == wanted.end() ? "" : "live: " + *a) + (b == found.end() ? "" : "replay: " + *b) ==
          "");
    messages += live.notifications.size();
  }
  CHECK(messages > 1000);
}

}  // namespace tocsin
