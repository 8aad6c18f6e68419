// SPDX-License-Identifier: Apache-2.0
#include "rules/engine.hpp"

#include <memory>

#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr Instant kStart = instant_from_ms(1767225600000);  // 2026-01-01 00:00:00 UTC

MetricFilter filter_named(const std::string& name, const std::string& metric = {}) {
  MetricFilter f;
  f.name = name;
  f.log_group = "app";
  f.metric_namespace = metric.empty() ? "Tocsin" : "Test";
  f.metric_name = metric.empty() ? name : metric;
  return f;
}

Alarm count_alarm(const std::string& name, double threshold, Duration within) {
  Alarm a;
  a.name = name;
  a.anchor = Anchor::event;
  a.metric_namespace = "Tocsin";
  a.metric_name = name;
  a.statistic = Statistic::sample_count;
  a.threshold = threshold;
  a.period = within;
  a.alarm_topics = a.ok_topics = {"ops"};
  return a;
}

Alarm sum_alarm(const std::string& name, int n, int m) {
  Alarm a;
  a.name = name;
  a.metric_namespace = "Test";
  a.metric_name = "m";
  a.threshold = 2;
  a.evaluation_periods = n;
  a.datapoints_to_alarm = m;
  a.evaluation_range = n + 2;
  a.alarm_topics = {"ops"};
  return a;
}

RuleSet rules_with(std::vector<MetricFilter> filters, std::vector<Alarm> alarms) {
  RuleSet out;
  LogGroup g;
  g.name = "app";
  g.input = "file";
  g.lateness = seconds{0};
  out.log_groups = {g};
  out.topics = {{"ops"}};
  out.filters = std::move(filters);
  out.alarms = std::move(alarms);
  return out;
}

// One stream that is always read to its end.
struct World {
  std::shared_ptr<const RuleSet> rules;
  std::unique_ptr<Engine> engine;
  Effects out;
  StateImage stored;

  explicit World(RuleSet set)
      : rules(std::make_shared<const RuleSet>(std::move(set))),
        engine(std::make_unique<Engine>(rules, kStart)) {
    engine->restore({}, kStart, out);
  }

  // A matched event at kStart + t, read at once.
  void event(Duration t, std::uint32_t filter = 0, double value = 1,
             std::vector<std::optional<std::string>> dimensions = {}, const std::string& id = {}) {
    MatchBatch b;
    b.rules = rules;
    b.log_group = "app";
    b.stream = b.source = "a.log";
    b.times = {kStart + t};
    b.read_at = b.source_time = kStart + t;
    b.matches.push_back({0,
                         7,
                         "message at " + std::to_string(t.count()),
                         id,
                         {{filter, value, std::move(dimensions)}}});
    engine->apply(b, kStart + t, out);
  }

  void quiet_until(Duration t) {
    engine->look({"app", kStart + t, {{"a.log", false, {}}}, {}}, kStart + t, out);
  }

  // "t name FROM>TO" of what was decided since the last call.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const Transition& t : std::exchange(out, {}).transitions)
      lines.push_back(std::to_string((t.at - kStart).count()) + " " + t.alarm +
                      (t.key.empty() ? "" : "/" + t.key[0].second) + " " +
                      std::string(to_string(t.from)) + ">" + std::string(to_string(t.to)));
    return lines;
  }

  void save() {
    StateDelta delta;
    engine->collect(delta);
    const auto same = [](const StateRow& a) {
      return [&](const StateRow& b) { return a.kind == b.kind && a.id == b.id; };
    };
    for (StateRow& row : delta.rows) {
      std::erase_if(stored.rows, same(row));
      if (row.value) stored.rows.push_back(row);
    }
    for (const AlarmStatus& s : delta.alarms) {
      std::erase_if(stored.alarms,
                    [&](const auto& x) { return x.alarm == s.alarm && x.key == s.key; });
      stored.alarms.push_back(s);
    }
    for (const auto& [alarm, key] : delta.removed)
      std::erase_if(stored.alarms, [&](const auto& x) { return x.alarm == alarm && x.key == key; });
    stored.seen.insert(stored.seen.end(), delta.seen.begin(), delta.seen.end());
    stored.next_sequence = delta.next_sequence;
  }

  void restart(Duration t) {
    save();
    engine = std::make_unique<Engine>(rules, kStart + t);
    engine->restore(stored, kStart + t, out);
  }

  void reload(RuleSet set, Duration t) {
    rules = std::make_shared<const RuleSet>(std::move(set));
    engine->swap_rules(rules, kStart + t, out);
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a short-form alarm fires when its sample arrives and goes to OK after its window") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 1, minutes{5})}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason ==
        "Threshold Crossed: count 1 in the 300 s up to 01/01/26 00:00:10 was greater than or equal "
        "to the threshold (1.0).");
  CHECK(w.out.transitions[0].events.at(0).message == "message at 10000");
  CHECK(w.out.notifications.size() == 1);
  CHECK(w.told() == Lines{"10000 root OK>ALARM"});
  w.quiet_until(seconds{310});
  CHECK(w.told().empty());
  w.quiet_until(seconds{310} + milliseconds{1});
  CHECK(w.told() == Lines{"310000 root ALARM>OK"});
}

TEST_CASE("a long-form alarm breaches early and closes by plain evaluation") {
  World w(rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  CHECK(w.told().empty());
  w.event(seconds{20});
  CHECK(w.told() == Lines{"20000 sum INSUFFICIENT_DATA>ALARM"});
  w.event(seconds{65});
  w.quiet_until(seconds{120});
  CHECK(w.told() == Lines{"120000 sum ALARM>OK"});
}

TEST_CASE("the first OK of a long-form alarm is recorded but told to nobody") {
  World w(rules_with({filter_named("f", "m")}, {sum_alarm("sum", 1, 1)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.quiet_until(seconds{60});
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].silent);
  CHECK(w.out.notifications.empty());
}

TEST_CASE("an engine restored from its rows continues as if it had not stopped") {
  World w(rules_with({filter_named("root"), filter_named("f", "m")},
                     {count_alarm("root", 3, minutes{5}), sum_alarm("sum", 3, 2)}));
  w.quiet_until(seconds{0});
  w.event(seconds{10});
  w.event(seconds{20}, 1, 2);
  w.restart(seconds{21});
  w.event(seconds{30});
  w.restart(seconds{31});
  w.event(seconds{40});
  CHECK(w.told() == Lines{"40000 root OK>ALARM"});
  w.restart(seconds{41});
  w.event(seconds{70}, 1, 2);
  CHECK(w.told() == Lines{"70000 sum INSUFFICIENT_DATA>ALARM"});
  w.restart(seconds{71});
  w.quiet_until(seconds{400});
  const Lines told = w.told();
  CHECK(std::count(told.begin(), told.end(), "340000 root ALARM>OK") == 1);
}

TEST_CASE("nothing changed means no rows") {
  World w(rules_with({filter_named("root")}, {count_alarm("root", 3, minutes{5})}));
  w.event(seconds{10});
  w.save();
  StateDelta delta;
  w.engine->collect(delta);
  CHECK(delta.rows.empty());
  CHECK(delta.alarms.empty());
}

}  // namespace tocsin
