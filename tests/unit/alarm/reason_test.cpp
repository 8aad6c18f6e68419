// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/reason.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr Instant kStart = instant_from_ms(1773488160000);  // 2026-03-14 11:36:00 UTC
constexpr Instant kNow = instant_from_ms(1773488462123);    // 11:41:02.123

Alarm alarm_of(int n, std::optional<int> m, Comparison c, double threshold,
               MissingData treat = MissingData::missing) {
  Alarm a;
  a.period = minutes{5};
  a.evaluation_periods = n;
  a.evaluation_range = n + 2;
  a.datapoints_to_alarm = m;
  a.comparison = c;
  a.threshold = threshold;
  a.treat_missing_data = treat;
  return a;
}

// The newest starts at kStart.
std::vector<Datapoint> range_of(std::vector<std::optional<double>> values) {
  std::vector<Datapoint> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out.push_back({kStart - minutes{5} * static_cast<int>(values.size() - 1 - i), values[i],
                   values[i] ? 2.0 : 0.0});
  return out;
}

std::string text(const Alarm& a, AlarmState to, std::vector<std::optional<double>> values) {
  return long_form_reason(a, to, range_of(std::move(values)), false, kNow).text;
}

}  // namespace

TEST_CASE("numbers print as Java prints doubles") {
  CHECK(java_double(5) == "5.0");
  CHECK(java_double(-21.5) == "-21.5");
  CHECK(java_double(0) == "0.0");
  CHECK(java_double(0.001) == "0.001");
  CHECK(java_double(1e-5) == "1.0E-5");
  CHECK(java_double(1234567) == "1234567.0");
  CHECK(java_double(1e7) == "1.0E7");
  CHECK(java_double(1.5e300) == "1.5E300");
  CHECK(java_double(99.50160229693434) == "99.50160229693434");
  CHECK(java_double(std::numeric_limits<double>::infinity()) == "Infinity");
  CHECK(java_double(std::nan("")) == "NaN");
}

TEST_CASE("reasons of the long form read as CloudWatch's") {
  using enum AlarmState;
  const auto gt = Comparison::greater;
  CHECK(text(alarm_of(1, {}, gt, 21), alarm, {{}, {}, 21.5}) ==
        "Threshold Crossed: 1 datapoint [21.5 (14/03/26 11:36:00)] was greater than the threshold "
        "(21.0).");
  CHECK(text(alarm_of(3, 2, gt, 5), alarm, {1.0, 2.0, 7.0, 4.0, 9.0}) ==
        "Threshold Crossed: 2 out of the last 3 datapoints [9.0 (14/03/26 11:36:00), 7.0 (14/03/26 "
        "11:26:00)] were "
        "greater than the threshold (5.0) (minimum 2 datapoints for OK -> ALARM transition).");
  CHECK(text(alarm_of(1, 1, gt, 50), ok, {{}, {}, 0.06}) ==
        "Threshold Crossed: 1 out of the last 1 datapoints [0.06 (14/03/26 11:36:00)] was not "
        "greater than the "
        "threshold (50.0) (minimum 1 datapoint for ALARM -> OK transition).");
  CHECK(text(alarm_of(3, 2, gt, 5, MissingData::breaching), alarm, {{}, {}, {}, {}, 1.0}) ==
        "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were "
        "treated as [Breaching].");
  CHECK(text(alarm_of(2, {}, gt, 5, MissingData::breaching), alarm, {{}, {}, {}, {}}) ==
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints "
        "were treated as "
        "[Breaching].");
  CHECK(text(alarm_of(1, {}, gt, 5, MissingData::not_breaching), ok, {{}, {}, {}}) ==
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was "
        "treated as "
        "[NonBreaching].");
  CHECK(text(alarm_of(20, 1, Comparison::greater_or_equal, 1, MissingData::not_breaching), alarm,
             {{}, 613.0}) ==
        "Threshold Crossed: 1 out of the last 20 datapoints [613.0 (14/03/26 11:36:00)] was "
        "greater than or equal to "
        "the threshold (1.0) and 19 missing datapoints were treated as [NonBreaching] (minimum 1 "
        "datapoint for OK -> "
        "ALARM transition).");
  CHECK(text(alarm_of(2, {}, Comparison::less, 1, MissingData::breaching), alarm,
             {{}, {}, {}, 0.0}) ==
        "Threshold Crossed: 1 datapoint [0.0 (14/03/26 11:36:00)] was less than the threshold "
        "(1.0) and 1 missing "
        "datapoint was treated as [Breaching].");
  CHECK(text(alarm_of(3, {}, gt, 5), insufficient_data, {{}, {}, {}}) ==
        "Insufficient Data: 3 datapoints were unknown.");
  CHECK(text(alarm_of(1, {}, gt, 5), insufficient_data, {{}}) ==
        "Insufficient Data: 1 datapoint was unknown.");
}

TEST_CASE("reason data have CloudWatch's shape and stay within 4,000 characters") {
  const Alarm a = alarm_of(2, {}, Comparison::greater, 21);
  const Reason r =
      long_form_reason(a, AlarmState::alarm, range_of({{}, 21.5, {}, 30.0}), false, kNow);
  CHECK(
      r.data ==
      R"({"version":"1.0","queryDate":"2026-03-14T11:41:02.123+0000","startDate":"2026-03-14T11:26:00.000+0000",)"
      R"("statistic":"Sum","period":300,"recentDatapoints":[21.5,30.0],"threshold":21.0,"evaluatedDatapoints":[)"
      R"({"timestamp":"2026-03-14T11:36:00.000+0000","sampleCount":2.0,"value":30.0},)"
      R"({"timestamp":"2026-03-14T11:31:00.000+0000"},)"
      R"({"timestamp":"2026-03-14T11:26:00.000+0000","sampleCount":2.0,"value":21.5}]})");
  const Reason many = long_form_reason(
      alarm_of(2000, {}, Comparison::greater, 0.1), AlarmState::alarm,
      range_of(std::vector<std::optional<double>>(2000, 0.123456789)), false, kNow);
  CHECK(many.data.size() <= 4000);
  CHECK(nlohmann::json::parse(many.data).at("evaluatedDatapoints").size() > 5);
  CHECK(many.text.size() == 1023);
}

TEST_CASE("the short form says its value and the window that it was judged on") {
  Alarm a = alarm_of(1, {}, Comparison::greater_or_equal, 3);
  a.anchor = Anchor::event;
  a.statistic = Statistic::sample_count;
  CHECK(short_form_reason(a, AlarmState::alarm, 3, 3, kStart, kNow).text ==
        "Threshold Crossed: count 3 in the 300 s up to 14/03/26 11:36:00 was greater than or equal "
        "to the threshold "
        "(3.0).");
  a.statistic = Statistic::average;
  CHECK(short_form_reason(a, AlarmState::ok, 1.5, 2, kStart, kNow).text ==
        "Threshold Crossed: average 1.5 in the 300 s up to 14/03/26 11:36:00 was not greater than "
        "or equal to the "
        "threshold (3.0).");
  CHECK(short_form_reason(a, AlarmState::ok, {}, 0, kStart, kNow).text ==
        "Threshold Crossed: no datapoints were received in the 300 s up to 14/03/26 11:36:00.");
}

}  // namespace tocsin
