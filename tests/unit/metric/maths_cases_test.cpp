// SPDX-License-Identifier: Apache-2.0
// Every row of tests/cases/maths/maths.jsonl; the README beside it describes the format.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/metric/maths/math_program.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;  // METRICS() gives the metrics as they are written

std::vector<Json> rows() {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/maths/maths.jsonl");
  std::vector<Json> out;
  for (std::string line; std::getline(file, line);) out.push_back(Json::parse(line));
  return out;
}

std::vector<MathEntry> entries(const Json& row) {
  std::vector<MathEntry> out;
  for (const auto& [id, values] : row["metrics"].items()) out.push_back({id, ""});
  const Json expressions = row.value("expressions", Json::object());
  for (const auto& [id, text] : expressions.items()) out.push_back({id, text.get<std::string>()});
  out.push_back({"result", row["expression"].get<std::string>()});
  return out;
}

std::optional<double> number(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

MathSeries series(const Json& values) {
  MathSeries out;
  for (const Json& value : values) out.push_back(number(value));
  return out;
}

void check_same(std::optional<double> found, const Json& wanted) {
  REQUIRE(found.has_value() == !wanted.is_null());
  if (found) CHECK(*found == Approx(wanted.get<double>()).epsilon(1e-12));
}

void check_same(const MathSeries& found, const Json& wanted) {
  REQUIRE(wanted.is_array());
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("datapoint " << i);
    check_same(found[i], wanted[i]);
  }
}

void check_same(const std::vector<MathSeries>& found, const Json& wanted) {
  REQUIRE(wanted.is_array());
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) check_same(found[i], wanted[i]);
}

MathValue evaluated(const MathProgram& program, const Json& row) {
  MathGrid grid{instant_from_ms(row.value("start", 0) * std::int64_t{1000}),
                seconds{row.value("period", 60)}, row["metrics"].front().size()};
  std::vector<MathSeries> metrics;
  for (const std::string& id : program.metrics()) metrics.push_back(series(row["metrics"][id]));
  MathBandSeries band;
  const Json pairs = row.value("bands", Json::array());
  for (const Json& pair : pairs) {
    band.lower.push_back(pair.is_null() ? std::nullopt : number(pair[0]));
    band.upper.push_back(pair.is_null() ? std::nullopt : number(pair[1]));
  }
  const std::vector<MathBandSeries> bands(program.bands().size(), band);
  return program.evaluate({grid, metrics, bands});
}

void check_program(const MathProgram& program, const Json& row) {
  const MathValue result = evaluated(program, row);
  CHECK(result.index() == static_cast<std::size_t>(program.type()));
  std::visit([&](const auto& value) { check_same(value, row["expect"]); }, result);
  if (row.contains("look_back")) CHECK(program.look_back() == row["look_back"].get<std::size_t>());
  if (!row.contains("notices")) return;
  Json codes = Json::array();
  for (const MathNotice& notice : program.notices()) codes.push_back(notice.code);
  CHECK(codes == row["notices"]);
}

void check_errors(const std::vector<MathError>& errors, const Json& row) {
  REQUIRE(errors.size() == 1);
  const MathError& error = errors.front();
  const Json& wanted = row["error"];
  INFO(error.text << " | " << error.hint);
  CHECK(to_string(error.fault) == wanted["code"].get<std::string>());
  CHECK(error.column == wanted["column"].get<int>());
  CHECK(error.length >= 1);
  const std::string in = wanted.value("in", "result");
  CHECK(entries(row)[error.entry].id == in);
  CHECK(error.hint.find(wanted.value("hint", "")) != std::string::npos);
}

}  // namespace

TEST_CASE("every row of the metric maths cases holds", "[metric]") {
  const std::vector<Json> all = rows();
  REQUIRE(all.size() > 200);
  for (const Json& row : all) {
    INFO(row.dump());
    const bool alarm = row.value("alarm", false);
    const auto compiled =
        MathProgram::compile(entries(row), "result", alarm ? MathResult::series : MathResult::any);
    const auto* errors = std::get_if<std::vector<MathError>>(&compiled);
    if (row.contains("error")) {
      REQUIRE(errors != nullptr);
      check_errors(*errors, row);
      continue;
    }
    INFO((errors == nullptr ? "" : errors->front().text));
    REQUIRE(errors == nullptr);
    check_program(std::get<MathProgram>(compiled), row);
  }
}

TEST_CASE("an expression printed from its tree reads back as the same", "[metric]") {
  for (const Json& row : rows()) {
    const auto parsed = parse_math(row["expression"].get<std::string>());
    if (!std::holds_alternative<MathExpression>(parsed)) continue;
    const std::string printed = to_string(std::get<MathExpression>(parsed));
    INFO(printed);
    const auto again = parse_math(printed);
    if (printed.size() > kMathCharactersMax) continue;
    REQUIRE(std::holds_alternative<MathExpression>(again));
    CHECK(to_string(std::get<MathExpression>(again)) == printed);
  }
}

}  // namespace tocsin
