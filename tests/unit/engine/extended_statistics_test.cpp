// SPDX-License-Identifier: Apache-2.0
// Alarms on percentiles and their kin, from sample to message, over restarts and reloads.
#include <nlohmann/json.hpp>

#include "rules/metric/statistic_expression.hpp"
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;

StatisticExpression named(std::string_view text) {
  return std::get<StatisticExpression>(parse_statistic(text));
}

Alarm latency_alarm(std::string_view statistic) {
  Alarm a = sum_alarm("latency", 1, 1);
  a.datapoints_to_alarm.reset();
  a.statistic = named(statistic);
  a.comparison = Comparison::greater;
  a.threshold = 300;
  a.treat_missing_data = MissingData::not_breaching;
  return a;
}

RuleSet latency_rules(std::string_view statistic) {
  return rules_with({filter_named("latency", "m")}, {latency_alarm(statistic)});
}

std::size_t rows_of(const World& w, const std::string& kind) {
  return static_cast<std::size_t>(std::count_if(w.stored.rows.begin(), w.stored.rows.end(),
                                                [&](const auto& r) { return r.kind == kind; }));
}

void minute_of(World& w, Duration start, std::initializer_list<double> values) {
  Duration t = start;
  for (const double value : values) w.event(t += seconds{1}, 0, value);
}

}  // namespace

TEST_CASE("a percentile is judged when its period closes, never before", "[extended]") {
  World w(latency_rules("p90"));
  w.quiet_until(seconds{0});
  w.told();
  minute_of(w, seconds{0}, {400, 400, 400});
  CHECK(w.told().empty());
  w.quiet_until(seconds{60});
  CHECK(w.told() == Lines{"60000 latency INSUFFICIENT_DATA>ALARM"});
}

TEST_CASE("its reason and message say the statistic as CloudWatch does", "[extended]") {
  World w(latency_rules("p90"));
  w.quiet_until(seconds{0});
  minute_of(w, seconds{0}, {100, 500});
  w.out = {};
  w.quiet_until(seconds{60});
  REQUIRE(w.out.transitions.size() == 1);
  const Transition& t = w.out.transitions[0];
  CHECK(t.reason ==
        "Threshold Crossed: 1 datapoint [460.0 (01/01/26 00:00:00)] was greater than the threshold "
        "(300.0).");
  const Json data = Json::parse(t.reason_data);
  CHECK(data["statistic"] == "p90");
  CHECK(data["evaluatedDatapoints"][0]["sampleCount"] == 2.0);
  REQUIRE(w.out.notifications.size() == 1);
  const Json trigger = Json::parse(w.out.notifications[0].cloudwatch_message)["Trigger"];
  CHECK(trigger["StatisticType"] == "ExtendedStatistic");
  CHECK(trigger["ExtendedStatistic"] == "p90");
  CHECK_FALSE(trigger.contains("Statistic"));
  CHECK(w.out.notifications[0].condition == "p90 > 300 for a period of 60 s");
}

TEST_CASE("distributions outlive a restart, and go when their metric no longer needs them",
          "[extended]") {
  World w(latency_rules("p50"));
  w.quiet_until(seconds{0});
  minute_of(w, seconds{0}, {100, 400, 500});
  w.restart(seconds{30});
  CHECK(rows_of(w, "values") == 1);
  minute_of(w, seconds{30}, {500, 1});
  const auto median = [&] {
    return w.engine->statistic(named("p50"), "Test/m", {}, kStart, minutes{1});
  };
  CHECK(median() == 400);
  w.restart(seconds{50});
  CHECK(median() == 400);
  w.told();
  w.quiet_until(seconds{60});
  CHECK(w.told() == Lines{"60000 latency INSUFFICIENT_DATA>ALARM"});
  w.reload(latency_rules("Sum"), seconds{61});
  w.save();
  CHECK(rows_of(w, "values") == 0);
  CHECK_FALSE(median());
  CHECK(w.engine->statistic(Statistic::sum, "Test/m", {}, kStart, minutes{1}) == 1501);
}

TEST_CASE("of what came before a percentile was asked for, periods of one value are known",
          "[extended]") {
  World w(latency_rules("Sum"));
  w.quiet_until(seconds{0});
  minute_of(w, seconds{0}, {7, 8});
  minute_of(w, seconds{60}, {8, 8, 8});
  minute_of(w, seconds{120}, {9});
  w.save();
  CHECK(rows_of(w, "values") == 0);
  w.reload(latency_rules("p50"), seconds{130});
  minute_of(w, seconds{130}, {11});
  const auto median = [&](int minute) {
    return w.engine->statistic(named("p50"), "Test/m", {}, kStart + minutes{minute}, minutes{1});
  };
  CHECK_FALSE(median(0));  // missing, not wrong
  CHECK(median(1) == 8);
  CHECK(median(2) == 10);
}

TEST_CASE("a period with a negative sample has no extended statistic", "[extended]") {
  World w(latency_rules("p50"));
  w.quiet_until(seconds{0});
  minute_of(w, seconds{0}, {400, -1, 400});
  w.quiet_until(seconds{60});
  CHECK(w.told() == Lines{"60000 latency INSUFFICIENT_DATA>OK"});  // missing: not breaching
}

TEST_CASE("the median of a long day is within the sketch's bound", "[extended]") {
  Alarm a = latency_alarm("p99");
  a.period = hours{1};
  World w(rules_with({filter_named("latency", "m")}, {a}));
  w.quiet_until(seconds{0});
  for (int i = 0; i < 3599; ++i) w.event(seconds{i}, 0, i);
  const auto value = w.engine->statistic(named("p50"), "Test/m", {}, kStart, hours{1});
  REQUIRE(value);
  CHECK(*value == Approx(1799).epsilon(1.0 / 129));
  CHECK(w.engine->statistic(named("p100"), "Test/m", {}, kStart, hours{1}) == 3598);
}

}  // namespace tocsin
