// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {

TEST_CASE("a repeat of an event is counted once, also after a restart") {
  RuleSet rules = rules_with({filter_named("root")}, {count_alarm("root", 2, minutes{5})});
  rules.log_groups[0].dedup = true;
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, 1, {}, "111122223333 e1");
  w.event(seconds{2}, 0, 1, {}, "111122223333 e1");
  w.restart(seconds{3});
  w.event(seconds{4}, 0, 1, {}, "111122223333 e1");
  w.event(seconds{5});
  CHECK(w.told() == Lines{"5000 root OK>ALARM"});
  w.event(seconds{6});
  CHECK(w.engine->groups()[0].repeats == 1);
  CHECK(w.engine->matched().at("root") == 2);
}

TEST_CASE("an OK that is followed at once by an ALARM is silent, and the ALARM says again") {
  RuleSet rules = rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})});
  rules.log_groups[0].lateness = minutes{20};
  World w(rules);
  w.event(seconds{0});
  w.event(minutes{10});
  CHECK(w.told() == Lines{"0 root OK>ALARM"});
  w.quiet_until(minutes{40});
  REQUIRE(w.out.transitions.size() == 3);
  CHECK(w.out.transitions[0].silent);
  CHECK(w.out.transitions[1].again);
  CHECK(w.out.notifications.size() == 2);
  CHECK(w.told() == Lines{"300000 root ALARM>OK", "600000 root OK>ALARM", "900000 root ALARM>OK"});
}

TEST_CASE("a late sample fires late and brings its own event along") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})}));
  w.quiet_until(hours{2});
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = "app";
  b.stream = b.source = "a.log";
  b.add_event(kStart + minutes{30});
  b.read_at = b.source_time = kStart + hours{2};
  b.matches.push_back({0, 1, "the late one", "", {{0, 1.0, {}}}});
  w.engine->apply(b, kStart + hours{2}, w.out);
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].late);
  CHECK(w.out.transitions[0].at == kStart + minutes{30});
  CHECK(w.out.transitions[0].events.at(0).message == "the late one");
  // A day behind the watermark (and two windows more) it is too late, and counted.
  b.times.front().time = kStart - days{2};
  w.engine->apply(b, kStart + hours{2}, w.out);
  CHECK(w.engine->groups()[0].dropped_late == 1);
  CHECK(w.engine->groups()[0].dropped_example == "a.log:1");
}

TEST_CASE("a default value is published once for a minute with events and no match") {
  MetricFilter f = filter_named("f", "m");
  f.default_value = 0;
  Alarm a = sum_alarm("sum", 1, 1);
  a.comparison = Comparison::less_or_equal;
  a.threshold = 0;
  World w(rules_with({f}, {a}));
  const auto plain = [&](Duration t) {
    MatchBatch b;
    b.rules = w.rules;
    b.log_group = "app";
    b.stream = "a.log";
    b.add_event(kStart + t);
    b.read_at = b.source_time = kStart + std::max(t, Duration{minutes{3}});
    w.engine->apply(b, b.read_at, w.out);
  };
  plain(seconds{5});
  plain(seconds{50});
  w.restart(seconds{55});
  w.event(seconds{70});
  w.quiet_until(minutes{3});
  CHECK(w.told() == Lines{"60000 sum INSUFFICIENT_DATA>ALARM", "120000 sum ALARM>OK"});
  const auto first = w.engine->statistics("Test/m", {}, kStart, minutes{1});
  REQUIRE(first);
  CHECK(first->count == 1);
  CHECK(first->sum == 0);
  CHECK_FALSE(w.engine->statistics("Test/m", {}, kStart + minutes{2}, minutes{1}));
  // A match that comes late takes the default back.
  w.restart(minutes{3});
  MatchBatch late;
  late.rules = w.rules;
  late.log_group = "app";
  late.stream = "a.log";
  late.add_event(kStart + seconds{30});
  late.read_at = late.source_time = kStart + minutes{3};
  late.matches.push_back({0, 1, "late", "", {{0, 4.0, {}}}});
  w.engine->apply(late, kStart + minutes{3}, w.out);
  const auto again = w.engine->statistics("Test/m", {}, kStart, minutes{1});
  REQUIRE(again);
  CHECK(again->count == 1);
  CHECK(again->sum == 4);
}

TEST_CASE("a default value ends an alarm that rests, at the close of its own minute") {
  MetricFilter f = filter_named("f", "m");
  f.default_value = 0;
  Alarm a = sum_alarm("sum", 1, 1);
  a.treat_missing_data = MissingData::ignore;
  World w(rules_with({f}, {a}));
  w.quiet_until(seconds{0});
  w.event(seconds{10}, 0, 2);
  CHECK(w.told() == Lines{"10000 sum INSUFFICIENT_DATA>ALARM"});
  w.quiet_until(minutes{20});  // nothing in its range any more: it rests
  MatchBatch plain;
  plain.rules = w.rules;
  plain.log_group = "app";
  plain.stream = "a.log";
  plain.add_event(kStart + minutes{20} + seconds{5});
  plain.read_at = plain.source_time = plain.times[0].time;
  w.engine->apply(plain, plain.read_at, w.out);
  w.quiet_until(minutes{21});
  CHECK(w.told() == Lines{"1260000 sum ALARM>OK"});
}

TEST_CASE("an alarm with a unit sees only samples of that unit") {
  MetricFilter bytes = filter_named("b", "m"), counts = filter_named("c", "m");
  bytes.unit = "Bytes";
  counts.unit = "Count";
  Alarm a = sum_alarm("sum", 1, 1);
  a.unit = "Bytes";
  World w(rules_with({bytes, counts}, {a}));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 1, 100);
  CHECK(w.told().empty());
  w.event(seconds{2}, 0, 2);
  CHECK(w.told() == Lines{"2000 sum INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("samples below the filter's minimum are refused and counted") {
  MetricFilter f = filter_named("f", "m");
  f.minimum = 0;
  World w(rules_with({f}, {sum_alarm("sum", 1, 1)}));
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0, -5);
  w.event(seconds{2}, 0, 2);
  CHECK(w.told() == Lines{"2000 sum INSUFFICIENT_DATA>ALARM"});
  CHECK(w.engine->groups()[0].refused == 1);
}

TEST_CASE("a transition carries the newest events, oldest first, at most as many as wanted") {
  RuleSet rules = rules_with({filter_named("root")}, {count_alarm("root", 8, minutes{5})});
  rules.alarms[0].evidence.events = 3;
  World w(rules);
  w.quiet_until(seconds{0});
  for (int i = 1; i <= 5; ++i) w.event(seconds{i});
  w.restart(seconds{5});
  for (int i = 6; i <= 8; ++i) w.event(seconds{i});
  REQUIRE(w.out.transitions.size() == 1);
  const Transition& t = w.out.transitions[0];
  REQUIRE(t.events.size() == 3);
  CHECK(t.events[0].message == "message at 6000");
  CHECK(t.events[2].message == "message at 8000");
  CHECK(t.events_total == 8);
  CHECK(t.value == 8);
}

TEST_CASE("a key with more samples than its bound stays exact in number") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 6000, hours{1})}));
  w.quiet_until(seconds{0});
  for (int i = 0; i < 5999; ++i) w.event(milliseconds{i * 100});
  CHECK(w.told().empty());
  w.event(milliseconds{599'900});
  CHECK(w.told() == Lines{"599900 root OK>ALARM"});
}

TEST_CASE("a clock set back opens the periods after it again") {
  RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)});
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.quiet_until(hours{2});
  w.told();
  w.engine->clock_set_back(kStart + hours{1}, hours{1}, w.out);
  CHECK(w.out.history.size() == 1);
  CHECK(w.engine->groups()[0].watermark == kStart + hours{1});
  w.event(hours{1} + seconds{5}, 0, 2);
  CHECK(w.told() == Lines{"3605000 sum INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("absence begins anew when a listener listens again") {
  RuleSet rules = rules_with({filter_named("beat")}, {count_alarm("beat", 1, minutes{5})});
  rules.alarms[0].comparison = Comparison::less;
  rules.log_groups[0].input = "stdin";
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.quiet_until(minutes{2});
  w.restart(hours{1});
  w.quiet_until(hours{1});
  w.quiet_until(hours{1} + minutes{5});
  CHECK(w.told().empty());
  w.quiet_until(hours{1} + minutes{6});
  CHECK(w.told() == Lines{"3900000 beat OK>ALARM"});
}

TEST_CASE("an alarm fed by two log groups waits for both") {
  RuleSet rules =
      rules_with({filter_named("f", "m"), filter_named("g", "m")}, {sum_alarm("sum", 1, 1)});
  rules.log_groups.push_back(rules.log_groups[0]);
  rules.log_groups[1].name = "web";
  rules.filters[1].log_group = "web";
  World w(rules);
  w.quiet_until(seconds{0});
  w.engine->look({"web", kStart, {{"b.log", false, {}}}, {}}, kStart, w.out);
  w.event(seconds{10}, 0, 1);
  w.quiet_until(minutes{5});
  CHECK(w.told().empty());
  w.engine->look({"web", kStart + minutes{1}, {{"b.log", false, {}}}, {}}, kStart + minutes{5},
                 w.out);
  CHECK(w.told() == Lines{"60000 sum INSUFFICIENT_DATA>OK"});
}

TEST_CASE("a stalled stream is shown as partial data until it moves again") {
  RuleSet rules = rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})});
  rules.log_groups[0].max_stall = minutes{10};
  World w(rules);
  w.quiet_until(seconds{0});
  w.save();
  const auto stuck = [&](Duration t) {
    w.engine->look({"app", kStart + t, {{"a.log", false, {}}, {"b.log", true, kStart}}, {}},
                   kStart + t, w.out);
  };
  for (int m = 1; m <= 13; m += 2) stuck(minutes{m});
  w.save();
  CHECK(w.engine->groups()[0].partial_data);
  CHECK(w.stored.alarms.at(0).evaluation_state == EvaluationState::partial_data);
  CHECK(w.engine->groups()[0].watermark == kStart + minutes{13});
  w.quiet_until(minutes{14});
  w.save();
  CHECK(w.stored.alarms.at(0).evaluation_state == EvaluationState::normal);
}

TEST_CASE("a first line from 1970 does not make the engine walk through the years") {
  MetricFilter f = filter_named("f", "m");
  f.dimensions = {{"user", "$.u"}};
  Alarm keyed = sum_alarm("keyed", 1, 1);
  keyed.group_by = {"user"};
  World w(rules_with({f, filter_named("g", "m")}, {keyed, sum_alarm("sum", 1, 1)}));
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = "app";
  b.stream = "a.log";
  b.add_event(Instant{});
  b.read_at = b.source_time = kStart;
  b.more_unread = true;
  w.engine->apply(b, kStart, w.out);
  CHECK(w.engine->groups()[0].watermark == Instant{});
  w.event(seconds{1}, 0, 2, {"ann"});
  w.quiet_until(minutes{5});
  CHECK(w.told() == Lines{"1000 keyed/ann INSUFFICIENT_DATA>ALARM",
                          "240000 keyed/ann ALARM>OK"});
}

TEST_CASE("an alarm over more than a day is evaluated on the hour") {
  RuleSet rules = rules_with({filter_named("f", "m")}, {sum_alarm("sum", 2, 2)});
  rules.alarms[0].period = days{1};
  rules.alarms[0].treat_missing_data = MissingData::not_breaching;
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(minutes{30}, 0, 5);
  w.quiet_until(hours{2});
  CHECK(w.told() == Lines{"3600000 sum INSUFFICIENT_DATA>OK"});
  w.event(days{1} + minutes{30}, 0, 1);
  w.event(days{1} + minutes{31}, 0, 1);
  // Certain for the two days that end at the next full hour.
  CHECK(w.told() == Lines{"88260000 sum OK>ALARM"});
  w.quiet_until(days{5});
  CHECK(w.told() == Lines{"349200000 sum ALARM>OK"});
}

TEST_CASE("a hot key is bounded, keeps its rows few and says that its counts are approximate") {
  MetricFilter f = filter_named("bytes");
  f.value = "$.bytes";
  f.minimum = 0;
  Alarm a = count_alarm("bytes", 1e9, minutes{5});
  a.statistic = Statistic::sum;
  RuleSet rules = rules_with({f}, {a});
  rules.log_groups[0].lateness = minutes{15};
  World w(rules);
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = "app";
  b.stream = "a.log";
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    b.add_event(kStart + milliseconds{30 * i});
    b.matches.push_back({i, i, "", "", {{0, 1.0, {}}}});
  }
  b.read_at = b.source_time = kStart + hours{1};
  w.engine->apply(b, b.read_at, w.out);
  w.save();
  CHECK(w.stored.alarms.at(0).note == "counts are approximate");
  const auto chunks = std::count_if(w.stored.rows.begin(), w.stored.rows.end(),
                                    [](const StateRow& r) { return r.kind == "cells"; });
  CHECK(chunks <= 64);
  const auto sum = w.engine->statistics("Tocsin/bytes", {}, kStart + minutes{45}, minutes{5});
  REQUIRE(sum);
  CHECK(sum->sum == Approx(10'000).epsilon(0.01));
}

}  // namespace tocsin
