// SPDX-License-Identifier: Apache-2.0
#include "rules/message/trend.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

Alarm three_of_five() {
  Alarm a;
  a.statistic = Statistic::sum;
  a.threshold = 3;
  a.evaluation_periods = 5;
  a.datapoints_to_alarm = 3;
  return a;
}

Transition with(std::vector<std::optional<double>> values) {
  Transition t;
  for (const auto& value : values) t.datapoints.push_back({Instant{}, value, 1});
  return t;
}

}  // namespace

TEST_CASE("M of N datapoints are told with those that are missing", "[message]") {
  const Transition t = with({9, 1, 4, 6, std::nullopt, 7});
  CHECK(datapoints_text(t, three_of_five()) ==
        "3 of the last 5 datapoints breach, 3 are needed: 1, 4, 6, missing, 7");
  CHECK(datapoints_text(with({0, 3}), three_of_five()) ==
        "1 of the last 5 datapoints breaches, 3 are needed: 0, 3");
  Alarm one = three_of_five();
  one.evaluation_periods = 1;
  one.datapoints_to_alarm.reset();
  CHECK(datapoints_text(t, one).empty());
}

TEST_CASE("a long list of datapoints is cut to the newest", "[message]") {
  Alarm a = three_of_five();
  a.evaluation_periods = 20;
  CHECK(
      datapoints_text(with(std::vector<std::optional<double>>(20, 5)), a) ==
      "20 of the last 20 datapoints breach, 3 are needed: ..., 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5");
}

TEST_CASE("a chart has a block for each period", "[message]") {
  const Trend trend = make_trend(with({0, 1, std::nullopt, 4, 8}), three_of_five());
  CHECK(trend.text == "\u2581\u2582\u00B7\u2585\u2588");
  CHECK(trend.caption == "5 periods of 1 min");
  CHECK(trend.threshold == 3.0);
  REQUIRE(trend.points.size() == 5);
  CHECK_FALSE(trend.points[1].breaching);
  CHECK(trend.points[3].breaching);
}

TEST_CASE("a chart with one bar or none is left out", "[message]") {
  CHECK(make_trend(with({0, 0, 5}), three_of_five()).points.empty());
  CHECK(make_trend(Transition{}, three_of_five()).points.empty());
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(make_trend(with({infinity, -infinity, 1}), three_of_five()).points.empty());
}

TEST_CASE("the parts of a short form's window are a chart without a threshold", "[message]") {
  Alarm a;
  a.anchor = Anchor::event;
  a.period = minutes{5};
  a.statistic = Statistic::sample_count;
  a.threshold = 3;
  Transition t;
  t.parts = {{Instant{}, 1.0, 1}, {Instant{}, 0.0, 0}, {Instant{}, 2.0, 2}};
  const Trend trend = make_trend(t, a);
  CHECK(trend.text == "\u2585\u2581\u2588");
  CHECK(trend.caption == "the last 5 min");
  CHECK_FALSE(trend.threshold.has_value());
  CHECK(trend.points[0].breaching);
  CHECK_FALSE(trend.points[1].breaching);
}
