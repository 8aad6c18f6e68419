// SPDX-License-Identifier: Apache-2.0
// Every row of tests/cases/maths/statistics.jsonl; the README beside it describes the format.
#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/metric/extended_statistic.hpp"
#include "rules/metric/statistic_expression.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::json;

std::vector<Json> rows() {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/maths/statistics.jsonl");
  std::vector<Json> out;
  for (std::string line; std::getline(file, line);) out.push_back(Json::parse(line));
  return out;
}

void check_refusal(const std::string& text, const Json& wanted) {
  const auto parsed = parse_statistic(text);
  REQUIRE(std::holds_alternative<StatisticError>(parsed));
  const auto& error = std::get<StatisticError>(parsed);
  CHECK(error.column == wanted["column"].get<int>());
  CHECK(error.length >= 1);
  CHECK(error.text != "");
  INFO(error.hint);
  CHECK(error.hint.find(wanted.value("hint", "")) != std::string::npos);
}

void check_value(const StatisticExpression& statistic, const Json& row) {
  Totals totals;
  Distribution samples;
  for (const Json& sample : row["samples"]) {
    const double value = sample.is_array() ? sample[0].get<double>() : sample.get<double>();
    const std::uint64_t count = sample.is_array() ? sample[1].get<std::uint64_t>() : 1;
    for (std::uint64_t i = 0; i < count; ++i) totals.add(value);
    samples.add(value, count);
  }
  const auto result = statistic_value(statistic, totals, samples);
  REQUIRE(result.has_value() == !row["expect"].is_null());
  if (result) CHECK(*result == Approx(row["expect"].get<double>()).epsilon(1e-14));
}

}  // namespace

TEST_CASE("every row of the statistics cases holds", "[metric]") {
  const std::vector<Json> all = rows();
  REQUIRE(all.size() > 150);
  for (const Json& row : all) {
    INFO(row.dump());
    const std::string text = row["statistic"];
    if (row.contains("error")) {
      check_refusal(text, row["error"]);
      continue;
    }
    const auto parsed = parse_statistic(text);
    REQUIRE(std::holds_alternative<StatisticExpression>(parsed));
    const auto& statistic = std::get<StatisticExpression>(parsed);
    const auto again = parse_statistic(to_string(statistic));
    REQUIRE(std::holds_alternative<StatisticExpression>(again));
    CHECK(std::get<StatisticExpression>(again) == statistic);
    if (row.contains("prints")) CHECK(to_string(statistic) == row["prints"].get<std::string>());
    if (row.contains("samples")) check_value(statistic, row);
  }
}

}  // namespace tocsin
