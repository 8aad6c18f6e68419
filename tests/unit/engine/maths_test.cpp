// SPDX-License-Identifier: Apache-2.0
// Alarms by metric maths and bands in the engine: clocks over several log groups, restarts,
// reloads, late samples, what is kept.
#include <nlohmann/json.hpp>
#include <random>

#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

AlarmMetric metric(const std::string& id, const std::string& name) {
  AlarmMetric m;
  m.id = id;
  m.metric_namespace = "Test";
  m.metric_name = name;
  m.statistic = Statistic::sum;
  return m;
}

// errors / total > 0.5 for one minute, or m outside its band for a quarter of an hour.
Alarm by_maths(AlarmMaths maths, Duration period = minutes{1}) {
  Alarm a;
  a.name = "maths";
  a.metric_namespace = "Test";
  a.metric_name = maths.metrics.front().metric_name;
  a.period = period;
  a.comparison = Comparison::greater;
  a.threshold = 0.5;
  a.treat_missing_data = MissingData::not_breaching;
  a.alarm_topics = {"ops"};
  a.maths = std::make_shared<const AlarmMaths>(std::move(maths));
  return a;
}

AlarmMaths rate() {
  AlarmMaths out;
  out.metrics = {metric("errors", "errors"), metric("total", "total")};
  out.expression = "errors / total";
  return out;
}

AlarmMaths band(const std::string& expression = "ANOMALY_DETECTION_BAND(m, 2)") {
  AlarmMaths out;
  out.metrics = {metric("m", "m")};
  out.expression = expression;
  out.band = BandComparison::outside;
  return out;
}

// Filter 0: errors, of log group "app"; filter 1: total, of `second`.
RuleSet rate_rules(const std::string& second = "app") {
  RuleSet out = rules_with({filter_named("errors", "errors"), filter_named("total", "total")},
                           {by_maths(rate())});
  out.filters[1].log_group = second;
  if (second == "app") return out;
  LogGroup other = out.log_groups.front();
  other.name = second;
  out.log_groups.push_back(other);
  return out;
}

RuleSet band_rules() {
  return rules_with({filter_named("m", "m")}, {by_maths(band(), minutes{15})});
}

void look(World& w, const std::string& group, Duration t) {
  w.engine->look({group, kStart + t, {{"a.log", false, {}}}, {}}, kStart + t, w.out);
}

void event_in(World& w, const std::string& group, Duration t, std::uint32_t filter, Duration now) {
  MatchBatch b;
  b.rules = w.rules;
  b.log_group = group;
  b.stream = b.source = "a.log";
  b.add_event(kStart + t);
  b.read_at = b.source_time = kStart + now;
  b.matches.push_back({0, 7, "message", {}, {{filter, 1.0, {}}}});
  w.engine->apply(b, kStart + now, w.out);
}

// An hour's noisy sums, every five minutes, with an incident at hours 30 to 32.
std::vector<std::pair<Duration, double>> noisy(std::uint32_t seed, Duration length) {
  std::mt19937 random(seed);
  std::vector<std::pair<Duration, double>> out;
  for (Duration t{0}; t < length; t += minutes{5}) {
    const bool incident = t >= hours{30} && t < hours{32};
    out.emplace_back(t, 100 + static_cast<double>(random() % 20) + (incident ? 150 : 0));
  }
  return out;
}

std::string reasons(const Effects& out) {
  std::string text;
  for (const Transition& t : out.transitions)
    text += std::to_string((t.at - kStart).count()) + " " + t.reason + "\n";
  return text;
}

}  // namespace

TEST_CASE("an alarm over two log groups waits for the slower one", "[engine][maths]") {
  World w(rate_rules("other"));
  look(w, "app", seconds{0});
  look(w, "other", seconds{0});
  event_in(w, "app", seconds{10}, 0, seconds{10});
  look(w, "app", minutes{3});
  CHECK(w.told().empty());
  event_in(w, "other", seconds{20}, 1, minutes{3});
  look(w, "other", seconds{59});
  CHECK(w.told().empty());
  look(w, "other", minutes{1});
  CHECK(w.told() == Lines{"60000 maths INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("what the slower log group has not reached yet is kept of the faster one",
          "[engine][maths]") {
  for (const bool restarted : {false, true}) {
    World w(rate_rules("other"));
    look(w, "app", seconds{0});
    look(w, "other", seconds{0});
    for (int hour = 0; hour < 30; ++hour) {
      event_in(w, "app", hours{hour} + seconds{10}, 0, hours{hour} + seconds{10});
      look(w, "app", hours{hour} + minutes{59});
    }
    if (restarted) w.restart(hours{30});
    w.told();
    event_in(w, "other", hours{2} + seconds{20}, 1, hours{30});
    event_in(w, "other", hours{2} + seconds{21}, 1, hours{30});
    event_in(w, "other", hours{25} + seconds{20}, 1, hours{30});
    look(w, "other", hours{30});
    const Lines told = w.told();
    CHECK(std::find(told.begin(), told.end(), "90060000 maths OK>ALARM") != told.end());
  }
}

TEST_CASE("no early breach: maths is judged when its period has closed", "[engine][maths]") {
  World w(rate_rules());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 1);
  w.event(seconds{2}, 0);
  CHECK(w.told().empty());
  w.quiet_until(minutes{1});
  CHECK(w.told() == Lines{"60000 maths INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("events that travel with maths are those of its first metric", "[engine][maths]") {
  World w(rate_rules());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 1);
  w.event(seconds{2}, 0);
  w.event(seconds{3}, 1);
  w.quiet_until(minutes{1});
  REQUIRE(w.out.transitions.size() == 1);
  REQUIRE(w.out.transitions[0].events.size() == 1);
  CHECK(w.out.transitions[0].events[0].message == "message at 2000");
  CHECK(w.out.transitions[0].events_total == 0);
}

TEST_CASE("a reload keeps the state of maths and judges it by its new expression",
          "[engine][maths]") {
  RuleSet rules = rate_rules();
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  w.event(seconds{3}, 1);
  w.quiet_until(minutes{1} + seconds{5});
  CHECK(w.told() == Lines{"60000 maths INSUFFICIENT_DATA>OK"});
  AlarmMaths half = rate();
  half.expression = "2 * errors / total";
  rules.alarms[0] = by_maths(half);
  w.reload(rules, minutes{1} + seconds{6});
  CHECK(w.told() == Lines{"60000 maths OK>ALARM"});
  // To one metric, and back.
  rules.alarms[0].maths = nullptr;
  rules.alarms[0].metric_name = "total";
  rules.alarms[0].threshold = 5;
  w.reload(rules, minutes{1} + seconds{7});
  CHECK(w.told() == Lines{"60000 maths ALARM>OK"});
  rules.alarms[0] = by_maths(half);
  w.reload(rules, minutes{1} + seconds{8});
  CHECK(w.told() == Lines{"60000 maths OK>ALARM"});
}

TEST_CASE("datapoints of maths are those of all its metrics: one pattern changed empties it",
          "[engine][maths]") {
  RuleSet rules = rate_rules();
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  w.quiet_until(minutes{1} + seconds{1});
  CHECK(w.told() == Lines{"60000 maths INSUFFICIENT_DATA>ALARM"});
  rules.filters[1].pattern_text = "another";
  w.reload(rules, minutes{1} + seconds{2});
  CHECK(w.told() == Lines{"60000 maths ALARM>OK"});
}

TEST_CASE("an alarm by maths that is no more says goodbye after a restart", "[engine][maths]") {
  RuleSet rules = rate_rules();
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  w.quiet_until(minutes{1});
  w.save();
  w.told();
  rules.alarms.clear();
  w.rules = std::make_shared<const RuleSet>(rules);
  w.engine = std::make_unique<Engine>(w.rules, kStart + minutes{2});
  w.engine->restore(w.stored, kStart + minutes{2}, w.out);
  REQUIRE(w.out.transitions.size() == 1);
  CHECK(w.out.transitions[0].reason == "Alarm deleted");
}

TEST_CASE("keys of maths share no datapoints", "[engine][maths]") {
  RuleSet rules = rate_rules();
  for (MetricFilter& f : rules.filters) f.dimensions = {{"host", "$.host"}};
  rules.alarms[0].group_by = {"host"};
  World w(rules);
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 1, 1, {"a"});
  w.event(seconds{2}, 0, 1, {"a"});
  w.event(seconds{3}, 1, 1, {"b"});
  w.restart(seconds{4});
  w.event(seconds{5}, 1, 1, {"b"});
  w.event(seconds{6}, 0, 1, {"b"});
  w.quiet_until(minutes{1});
  CHECK(w.told() ==
        Lines{"60000 maths/a INSUFFICIENT_DATA>ALARM", "60000 maths/b INSUFFICIENT_DATA>OK"});
}

TEST_CASE("the reason data of maths name no statistic, those of a band its thresholds",
          "[engine][maths]") {
  World w(rate_rules());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  w.quiet_until(minutes{1});
  const auto data = nlohmann::json::parse(w.out.transitions.at(0).reason_data);
  CHECK_FALSE(data.contains("statistic"));
  CHECK_FALSE(data.contains("unit"));
  CHECK(data["threshold"] == 0.5);
  CHECK(data["evaluatedDatapoints"][0]["value"] == 1.0);
  CHECK_FALSE(data["evaluatedDatapoints"][0].contains("sampleCount"));

  World b(band_rules());
  b.quiet_until(seconds{0});
  for (Duration t{0}; t < hours{4}; t += minutes{15}) b.event(t, 0, 100);
  b.quiet_until(hours{4});
  b.out = {};
  b.event(hours{4}, 0, 300);
  b.quiet_until(hours{4} + minutes{15});
  REQUIRE_FALSE(b.out.transitions.empty());
  const auto of_band = nlohmann::json::parse(b.out.transitions.at(0).reason_data);
  CHECK_FALSE(of_band.contains("threshold"));
  CHECK(of_band["recentDatapoints"].size() == of_band["recentLowerThresholds"].size());
  CHECK(of_band["recentLowerThresholds"].back() == 80.0);
  CHECK(of_band["recentUpperThresholds"].back() == 120.0);
}

TEST_CASE("the message of maths lists its metrics as CloudWatch does", "[engine][maths]") {
  World w(rate_rules());
  w.quiet_until(seconds{0});
  w.event(seconds{1}, 0);
  w.event(seconds{2}, 1);
  w.quiet_until(minutes{1});
  REQUIRE(w.out.notifications.size() == 1);
  const auto trigger = nlohmann::json::parse(w.out.notifications[0].cloudwatch_message)["Trigger"];
  CHECK_FALSE(trigger.contains("MetricName"));
  CHECK(trigger["Threshold"] == 0.5);
  CHECK(trigger["Metrics"] == nlohmann::json::parse(R"([
    {"Id": "errors", "MetricStat": {"Metric": {"Dimensions": [], "MetricName": "errors",
      "Namespace": "Test"}, "Period": 60, "Stat": "Sum"}, "ReturnData": false},
    {"Id": "total", "MetricStat": {"Metric": {"Dimensions": [], "MetricName": "total",
      "Namespace": "Test"}, "Period": 60, "Stat": "Sum"}, "ReturnData": false},
    {"Id": "e1", "Expression": "errors / total", "ReturnData": true}])"));

  World b(band_rules());
  b.quiet_until(seconds{0});
  for (Duration t{0}; t < hours{4}; t += minutes{15}) b.event(t, 0, 100);
  b.event(hours{4}, 0, 300);
  b.quiet_until(hours{4} + minutes{15});
  REQUIRE_FALSE(b.out.notifications.empty());
  const auto of_band =
      nlohmann::json::parse(b.out.notifications.back().cloudwatch_message)["Trigger"];
  CHECK_FALSE(of_band.contains("Threshold"));
  CHECK(of_band["ThresholdMetricId"] == "ad1");
  CHECK(of_band["ComparisonOperator"] == "LessThanLowerOrGreaterThanUpperThreshold");
  CHECK(of_band["Metrics"][0]["ReturnData"] == true);
  CHECK(of_band["Metrics"][1]["Expression"] == "ANOMALY_DETECTION_BAND(m, 2)");
  CHECK(of_band["Metrics"][1]["ReturnData"] == true);
}

TEST_CASE("a band is the same after restarts, whenever they come", "[engine][band]") {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    World straight(band_rules()), restarted(band_rules());
    std::mt19937 random(seed + 100);
    Effects all;
    straight.quiet_until(seconds{0});
    restarted.quiet_until(seconds{0});
    for (const auto& [t, value] : noisy(seed, hours{60})) {
      straight.event(t, 0, value);
      restarted.event(t, 0, value);
      if (random() % 40 == 0) restarted.restart(t + minutes{1});
    }
    CHECK(reasons(straight.out) == reasons(restarted.out));
    CHECK(straight.out.transitions.size() >= 3);
  }
}

TEST_CASE("a late sample changes what a band has learned, before and after a restart alike",
          "[engine][band]") {
  RuleSet rules = band_rules();
  rules.log_groups[0].lateness = hours{2};
  World straight(rules), restarted(rules);
  std::mt19937 random(7);
  for (const auto& [t, value] : noisy(7, hours{40})) {
    // Some of them hours late, yet within lateness of the newest.
    const Duration at = random() % 4 == 0 ? t - Duration{minutes{random() % 110}} : t;
    for (World* w : {&straight, &restarted}) {
      MatchBatch b;
      b.rules = w->rules;
      b.log_group = "app";
      b.stream = b.source = "a.log";
      b.add_event(kStart + at);
      b.read_at = b.source_time = kStart + t;
      b.matches.push_back({0, 7, "message", {}, {{0, value, {}}}});
      w->engine->apply(b, kStart + t, w->out);
      w->quiet_until(t);
    }
    if (random() % 50 == 0) restarted.restart(t + seconds{1});
  }
  CHECK(reasons(straight.out) == reasons(restarted.out));
  CHECK_FALSE(straight.out.transitions.empty());
}

TEST_CASE("a band does not learn the incident that it tells, for a day", "[engine][band]") {
  World w(band_rules());
  w.quiet_until(seconds{0});
  Duration t{0};
  for (; t < hours{24}; t += minutes{15}) w.event(t, 0, 100);
  w.quiet_until(t);
  w.told();
  for (; t < hours{47}; t += minutes{15}) w.event(t, 0, 160);
  w.quiet_until(t);
  CHECK(w.told() == Lines{"86460000 maths OK>ALARM"});
  for (; t < hours{72}; t += minutes{15}) w.event(t, 0, 160);
  w.quiet_until(t);
  CHECK(w.told().at(0) == "172860000 maths ALARM>OK");
}

TEST_CASE("a band knows fourteen days and forgets what is older", "[engine][band]") {
  World w(band_rules());
  w.quiet_until(seconds{0});
  Duration t{0};
  for (; t < days{20}; t += minutes{15}) w.event(t, 0, 100);
  w.save();
  std::size_t rows = 0;
  for (const StateRow& row : w.stored.rows) rows += row.kind == "series" ? 1 : 0;
  // 96 cells a day, 128 a row.
  CHECK(rows >= 14 * 96 / 128);
  CHECK(rows <= 17 * 96 / 128);
}

}  // namespace tocsin
