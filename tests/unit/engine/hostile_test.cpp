// SPDX-License-Identifier: Apache-2.0
// Rules and events at the edges of what they may be.
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "sim/random.hpp"
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

RuleSet sum_by_user(MissingData treat) {
  MetricFilter f = filter_named("f", "m");
  f.dimensions = {{"user", "$.user"}};
  Alarm a = sum_alarm("by-user", 1, 1);
  a.group_by = {"user"};
  a.treat_missing_data = treat;
  return rules_with({f}, {a});
}

}  // namespace

TEST_CASE("an edit judges no key by the time before its first sample") {
  for (const MissingData treat : {MissingData::missing, MissingData::ignore, MissingData::breaching,
                                  MissingData::not_breaching}) {
    RuleSet rules = sum_by_user(treat);
    World w(rules);
    w.quiet_until(seconds{0});
    // Lateness keeps the watermark behind the sample: here the stream has unread data.
    MatchBatch b;
    b.rules = w.rules;
    b.log_group = "app";
    b.stream = b.source = "a.log";
    b.add_event(kStart + minutes{3});
    b.read_at = b.source_time = kStart + minutes{3};
    b.more_unread = true;
    b.matches.push_back({0, 7, "a message", "", {{0, 1.0, {"ann"}}}});
    w.engine->apply(b, kStart + minutes{3}, w.out);
    CHECK(w.told().empty());
    rules.alarms[0].threshold = 3;
    w.reload(rules, minutes{3});
    CHECK(w.told().empty());
    w.quiet_until(minutes{4});
    CHECK(w.told() == Lines{"240000 by-user/ann INSUFFICIENT_DATA>OK"});
  }
}

TEST_CASE("a flood of keys leaves no more series behind than are kept for curiosity") {
  World w(sum_by_user(MissingData::missing));
  w.quiet_until(seconds{0});
  for (int i = 0; i < 45'000; ++i) w.event(milliseconds{i}, 0, 1, {"user-" + std::to_string(i)});
  StateDelta delta;
  w.engine->collect(delta);
  const auto series = std::count_if(delta.rows.begin(), delta.rows.end(), [](const StateRow& r) {
    return r.kind == "series" && r.value;
  });
  // One of each key that is watched, and as many that are not.
  CHECK(series <= 20'000);
}

TEST_CASE("a storm of reloads leaves nothing of what is no more") {
  sim::Random random(7);
  RuleSet empty = rules_with({}, {});
  World w(empty);
  w.quiet_until(seconds{0});
  Duration t{};
  for (int storm = 0; storm < 300; ++storm) {
    RuleSet rules = empty;
    for (int i = 0; i < 6; ++i) {
      if (random.chance(0.5)) continue;
      const std::string name = "rule-" + std::to_string(i);
      const bool is_short = random.chance(0.5);
      MetricFilter f = filter_named(name, is_short ? "" : "m" + std::to_string(i % 2));
      Alarm a = is_short ? count_alarm(name, 2, minutes{1}) : sum_alarm(name, 2, 1);
      if (!is_short) a.metric_name = f.metric_name;
      if (random.chance(0.5)) a.group_by = {"user"};
      if (random.chance(0.5)) f.dimensions = {{"user", "$.u"}};
      if (f.dimensions.empty() && random.chance(0.5)) f.default_value = 0;
      rules.filters.push_back(f);
      rules.alarms.push_back(a);
    }
    const std::size_t filters = rules.filters.size();
    w.reload(std::move(rules), t);
    for (std::uint32_t i = 0; i < 2 * filters; ++i) {
      const bool keyed = !w.rules->filters[i % filters].dimensions.empty();
      w.event(t, i % static_cast<std::uint32_t>(filters), 1,
              keyed ? std::vector<std::optional<std::string>>{"u" + std::to_string(storm % 9)}
                    : std::vector<std::optional<std::string>>{});
    }
    if (random.chance(0.5)) w.save();
    if (random.chance(0.2)) w.restart(t);
    if (random.chance(0.7)) w.quiet_until(t += seconds{40});
  }
  w.reload(empty, t);
  w.save();
  CHECK(w.engine->alarms().empty());
  CHECK(w.stored.alarms.empty());
  for (const StateRow& row : w.stored.rows)
    if (row.kind != "group" && row.kind != "stream" && row.kind != "minutes")
      FAIL_CHECK(row.kind << " " << row.id);
  // Whoever was told of a red is told of its end.
  std::map<std::string, AlarmState> states;
  for (const Transition& x : w.out.transitions) {
    std::string name = x.alarm;
    for (const auto& [part, value] : x.key) name += "/" + value;
    states[name] = x.to;
  }
  CHECK(states.size() > 6);
  for (const auto& [name, state] : states)
    if (state == AlarmState::alarm) FAIL_CHECK(name << " was left red");
}

TEST_CASE("values beyond what CloudWatch takes are refused and counted, not summed to infinity") {
  Alarm sum = sum_alarm("sum", 1, 1), average = sum_alarm("average", 1, 1);
  average.statistic = Statistic::average;
  average.comparison = Comparison::less;
  World w(rules_with({filter_named("f", "m")}, {sum, average}));
  w.quiet_until(seconds{0});
  const double huge = std::numeric_limits<double>::max();
  for (const double value :
       {huge, huge, -huge, -huge, -huge, std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN(), std::ldexp(1.0, 361)})
    w.event(seconds{10}, 0, value);
  CHECK(w.engine->groups()[0].refused == 8);
  w.event(seconds{20}, 0, 3);
  w.quiet_until(minutes{1});
  for (const Transition& t : w.out.transitions)
    CHECK(to_string(t.to) == (t.alarm == "sum" ? "ALARM" : "OK"));
  const auto set = w.engine->statistics("Test/m", {}, kStart, minutes{1});
  REQUIRE(set);
  CHECK(set->sum == 3);
}

TEST_CASE("keys of any bytes are kept apart from each other and from the store's own marks") {
  RuleSet rules = sum_by_user(MissingData::not_breaching);
  rules.alarms[0].threshold = 1;
  World w(rules);
  w.quiet_until(seconds{0});
  const std::vector<std::string> users{std::string("\0", 1),
                                       "\x1b",
                                       "\x1c",
                                       "\x1d",
                                       "\x1d=",
                                       "\x1e",
                                       "\x1f",
                                       "\x1f"
                                       "0",
                                       "\n",
                                       "\"",
                                       "\\",
                                       "\xc3\xa9",
                                       "e\xcc\x81",
                                       "*",
                                       std::string(100'000, 'x')};
  for (const std::string& user : users) w.event(seconds{1}, 0, 1, {user});
  w.restart(seconds{2});
  CHECK(w.engine->alarms().size() == users.size() + 1);  // and the alarm as a whole
  CHECK(w.told().size() == users.size());
  for (const std::string& user : users) w.event(seconds{3}, 0, 1, {user});
  CHECK(w.told().empty());
  for (const std::string& user : users) {
    const auto set = w.engine->statistics("Test/m", {{"user", user}}, kStart, minutes{1});
    REQUIRE(set);
    CHECK(set->sum == 2);
  }
}

TEST_CASE("periods of the longest kind and thresholds beyond every number harm nobody") {
  std::vector<Alarm> alarms;
  for (const double threshold :
       {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()})
    for (const Duration period : {Duration{seconds{10}}, Duration{days{1}}, Duration{days{7}}})
      for (const Anchor anchor : {Anchor::minute, Anchor::fixed, Anchor::event}) {
        const std::string name = "a" + std::to_string(alarms.size());
        Alarm a =
            anchor == Anchor::event ? count_alarm(name, threshold, period) : sum_alarm(name, 1, 1);
        a.anchor = anchor;
        a.period = period;
        a.threshold = threshold;
        alarms.push_back(a);
      }
  std::vector<MetricFilter> filters{filter_named("f", "m")};
  for (const Alarm& a : alarms)
    if (a.anchor == Anchor::event) filters.push_back(filter_named(a.name));
  World w(rules_with(filters, alarms));
  w.quiet_until(seconds{0});
  for (std::uint32_t f = 0; f < filters.size(); ++f) w.event(seconds{5}, f);
  w.quiet_until(hours{3});
  w.restart(hours{3});
  w.quiet_until(days{10});
  for (const Transition& t : w.out.transitions) {
    const Alarm& a = *std::find_if(alarms.begin(), alarms.end(),
                                   [&](const Alarm& x) { return x.name == t.alarm; });
    if (t.to == AlarmState::alarm) CHECK(a.threshold == -std::numeric_limits<double>::infinity());
  }
}

}  // namespace tocsin
