// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/evaluate.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;
using Row = std::vector<std::optional<bool>>;

// spec/alarms.md 5.3 once more, written down as literally as C++ allows and sharing nothing with
// what it checks.
AlarmState oracle(int n, int m, int range, MissingData treat, Row row, AlarmState keep) {
  row.insert(row.begin(), static_cast<std::size_t>(range), std::nullopt);
  std::vector<std::pair<int, bool>> real;
  for (int age = 1; age <= range; ++age)
    if (const auto& p = row[row.size() - static_cast<std::size_t>(age)]) real.emplace_back(age, *p);
  const auto bad = [](const auto& points) {
    return static_cast<int>(
        std::count_if(points.begin(), points.end(), [](auto p) { return p.second; }));
  };
  const auto alarm_or_ok = [](bool b) { return b ? AlarmState::alarm : AlarmState::ok; };
  if (static_cast<int>(real.size()) >= n) {
    real.resize(static_cast<std::size_t>(n));
    return alarm_or_ok(bad(real) >= m);
  }
  if (real.empty()) {
    if (treat == MissingData::missing) return AlarmState::insufficient_data;
    if (treat == MissingData::ignore) return keep;
    return alarm_or_ok(treat == MissingData::breaching);
  }
  const int b = bad(real), fill = n - static_cast<int>(real.size());
  if (treat == MissingData::breaching) return alarm_or_ok(b + fill >= m);
  if (treat == MissingData::not_breaching) return alarm_or_ok(b >= m);
  if (b >= m) return AlarmState::alarm;
  if (b == static_cast<int>(real.size())) {
    if (real.back().first >= m) return treat == MissingData::missing ? AlarmState::alarm : keep;
    return keep;
  }
  return AlarmState::ok;
}

Row row_of(int code, int length) {
  Row row;
  for (int i = 0; i < length; ++i, code /= 3)
    row.push_back(code % 3 == 0 ? std::optional<bool>() : std::optional<bool>(code % 3 == 1));
  return row;
}

AlarmState state_of(const std::string& text) {
  if (text == "OK") return AlarmState::ok;
  return text == "ALARM" ? AlarmState::alarm : AlarmState::insufficient_data;
}

template <class Enum>
Enum enum_of(const std::string& text, std::initializer_list<Enum> values) {
  for (Enum e : values)
    if (to_string(e) == text) return e;
  FAIL("unknown value " << text);
  return *values.begin();
}

struct CaseAlarm {
  EvaluationSpec spec;
  Comparison comparison = Comparison::greater;
  double threshold = 0;
};

CaseAlarm case_alarm(const Json& j) {
  CaseAlarm out;
  out.spec.n = j.at("evaluation_periods");
  out.spec.m = j.value("datapoints_to_alarm", Json()).is_null()
                   ? out.spec.n
                   : j.at("datapoints_to_alarm").get<int>();
  out.spec.range = j.value("evaluation_range", default_evaluation_range(out.spec.n));
  out.spec.treat = enum_of(j.value("treat_missing_data", std::string("missing")),
                           {MissingData::missing, MissingData::ignore, MissingData::breaching,
                            MissingData::not_breaching});
  out.comparison = enum_of(j.at("comparison").get<std::string>(),
                           {Comparison::greater, Comparison::greater_or_equal, Comparison::less,
                            Comparison::less_or_equal});
  out.threshold = j.at("threshold");
  return out;
}

Row flags(const CaseAlarm& alarm, const Json& values) {
  Row row;
  for (const Json& v : values)
    row.push_back(v.is_null() ? std::optional<bool>()
                              : is_breaching(v.get<double>(), alarm.comparison, alarm.threshold));
  return row;
}

void check_snapshot(const Json& c, const CaseAlarm& alarm) {
  const Row row = flags(alarm, c.at("datapoints"));
  CHECK(to_string(evaluate(alarm.spec, row, state_of(c.at("initial_state")))) ==
        c.at("expect_state"));
}

void check_sequence(const Json& c, const CaseAlarm& alarm) {
  const Row row = flags(alarm, c.at("stream"));
  AlarmState state = state_of(c.at("initial_state"));
  Json actions = Json::array(), states = Json::array();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const AlarmState next = evaluate(alarm.spec, std::span(row).first(i + 1), state);
    if (next != state && c.at("alarm").value("actions_enabled", true))
      actions.push_back({i, to_string(next)});
    states.push_back(to_string(state = next));
  }
  CHECK(states == c.at("expect_states"));
  CHECK(actions == c.at("expect_actions"));
}

bool of_the_five_statistics(const Json& alarm) {
  const Json statistic = alarm.value("statistic", Json());
  return statistic.is_string() && !alarm.at("threshold").is_null();
}

}  // namespace

TEST_CASE("every row of up to 6 periods gives what the specification's pseudocode gives") {
  const auto treats = {MissingData::missing, MissingData::ignore, MissingData::breaching,
                       MissingData::not_breaching};
  const auto states = {AlarmState::insufficient_data, AlarmState::ok, AlarmState::alarm};
  int wrong = 0;
  for (int n = 1; n <= 4; ++n)
    for (int m = 1; m <= n; ++m)
      for (int range = n; range <= n + 2; ++range)
        for (int length = 0, codes = 1; length <= 6; ++length, codes *= 3)
          for (int code = 0; code < codes; ++code)
            for (MissingData treat : treats)
              for (AlarmState state : states) {
                const Row row = row_of(code, length);
                wrong += evaluate({n, m, range, treat}, row, state) !=
                         oracle(n, m, range, treat, row, state);
              }
  CHECK(wrong == 0);
}

TEST_CASE("a value on the threshold breaches only the operators that include it") {
  CHECK_FALSE(is_breaching(5, Comparison::greater, 5));
  CHECK(is_breaching(5, Comparison::greater_or_equal, 5));
  CHECK_FALSE(is_breaching(5, Comparison::less, 5));
  CHECK(is_breaching(5, Comparison::less_or_equal, 5));
  CHECK(is_breaching(0.0, Comparison::less, 1e-300));
}

TEST_CASE("the evaluation range is N and two more, or a third more") {
  CHECK(default_evaluation_range(1) == 3);
  CHECK(default_evaluation_range(3) == 5);
  CHECK(default_evaluation_range(9) == 12);
}

TEST_CASE("the alarm cases that use the five statistics agree") {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/alarm-cases.jsonl");
  REQUIRE(file);
  int snapshots = 0, sequences = 0;
  for (std::string line; std::getline(file, line);) {
    const Json c = Json::parse(line);
    if (!of_the_five_statistics(c.at("alarm"))) continue;
    INFO(c.at("id"));
    const CaseAlarm alarm = case_alarm(c.at("alarm"));
    if (c.at("kind") == "snapshot") ++snapshots, check_snapshot(c, alarm);
    if (c.at("kind") == "sequence") ++sequences, check_sequence(c, alarm);
  }
  CHECK(snapshots > 200);
  CHECK(sequences > 10);
}

TEST_CASE("a value on a bound of the band breaches nothing") {
  for (const BandComparison c :
       {BandComparison::outside, BandComparison::below, BandComparison::above}) {
    CHECK_FALSE(is_breaching(2, c, Band{2, 8}));
    CHECK_FALSE(is_breaching(8, c, Band{2, 8}));
    CHECK(is_breaching(1.9, c, Band{2, 8}) == (c != BandComparison::above));
    CHECK(is_breaching(8.1, c, Band{2, 8}) == (c != BandComparison::below));
  }
}

StatisticExpression named(std::string_view statistic) {
  return std::get<StatisticExpression>(parse_statistic(statistic));
}

TEST_CASE("a percentile needs ten samples beyond it, other statistics need none") {
  CHECK(*samples_needed(named("p99")) == Approx(1000));
  CHECK(*samples_needed(named("p50")) == Approx(20));
  CHECK(*samples_needed(named("p10")) == Approx(100));
  for (const char* statistic : {"p0", "p100", "tm90", "IQM", "PR(1:2)", "Sum"})
    CHECK_FALSE(samples_needed(named(statistic)));
}

TEST_CASE("samples are counted over the datapoints that are judged, and 10000 are 10000") {
  const EvaluationSpec spec{.n = 2, .m = 2, .range = 4, .treat = MissingData::missing};
  const Row row{true, true, std::nullopt, true};
  const std::vector<double> counts{500, 30, 700, 70};
  CHECK_FALSE(has_few_samples(spec, row, counts, 100));
  CHECK(has_few_samples(spec, row, counts, 101));
  CHECK_FALSE(has_few_samples(spec, Row{std::nullopt}, std::vector<double>{0}, 100));
  const double needed = *samples_needed(named("p99.9"));
  CHECK_FALSE(has_few_samples(spec, Row{true}, std::vector<double>{10'000}, needed));
  CHECK(has_few_samples(spec, Row{true}, std::vector<double>{9'999}, needed));
}

}  // namespace tocsin
