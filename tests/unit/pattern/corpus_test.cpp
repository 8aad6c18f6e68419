// SPDX-License-Identifier: Apache-2.0
// Every row of tests/cases/filter-patterns.jsonl; the format is described in contract.md section 4,
// kind `pattern`.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

using namespace tocsin;
using Json = nlohmann::json;

namespace {

std::vector<Json> corpus() {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  std::vector<Json> rows;
  for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
  return rows;
}

void check_sample(const Pattern& pattern, const Json& row, EventView& event, bool matched) {
  if (!row.contains("metricValue")) return;
  const std::optional<double> sample =
      matched ? sample_value(pattern, row["metricValue"].get<std::string>(), event) : std::nullopt;
  CHECK(sample.has_value() == !row["sample"].is_null());
  if (sample && row["sample"].is_number()) CHECK(*sample == row["sample"].get<double>());
}

void check_extracted(const Pattern& pattern, const Json& row, EventView& event, bool matched) {
  if (!row.contains("extracted")) return;
  Json extracted = Json::object();
  if (matched)
    for (const auto& [name, value] : pattern.extract(event)) extracted[name] = value;
  CHECK(extracted == row["extracted"]);
}

void check_row(const Json& row, const PatternOptions& options) {
  const auto compiled = Pattern::compile(row["pattern"].get<std::string>(), options);
  const bool refused = std::holds_alternative<PatternError>(compiled);
  CHECK(refused == row.value("error", false));
  if (refused) return;
  const auto& pattern = std::get<std::shared_ptr<const Pattern>>(compiled);
  const std::string message = row["message"].get<std::string>();
  JsonReader reader;
  EventView event(reader, message);
  const bool matched = pattern->matches(event);
  CHECK(matched == row["match"].get<bool>());
  check_extracted(*pattern, row, event, matched);
  check_sample(*pattern, row, event, matched);
}

}  // namespace

TEST_CASE("every row of the filter pattern corpus holds", "[pattern]") {
  const std::vector<Json> rows = corpus();
  REQUIRE(rows.size() > 500);
  for (const Json& row : rows) {
    INFO(row["id"] << ": " << row["pattern"] << " on " << row.value("message", ""));
    check_row(row, PatternOptions{true});
  }
}

TEST_CASE("without quotas only the rows that quotas refuse change", "[pattern]") {
  for (const Json& row : corpus()) {
    if (row.value("error", false)) continue;
    INFO(row["id"] << ": " << row["pattern"]);
    check_row(row, PatternOptions{false});
  }
}

TEST_CASE("a pattern printed back and compiled again prints the same and decides the same",
          "[pattern]") {
  for (const Json& row : corpus()) {
    if (row.value("error", false)) continue;
    INFO(row["id"] << ": " << row["pattern"]);
    const auto first = Pattern::compile(row["pattern"].get<std::string>());
    REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(first));
    const std::string text = std::get<std::shared_ptr<const Pattern>>(first)->to_string();
    INFO("printed: " << text);
    const auto second = Pattern::compile(text);
    REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(second));
    CHECK(std::get<std::shared_ptr<const Pattern>>(second)->to_string() == text);
    Json printed = row;
    printed["pattern"] = text;
    check_row(printed, PatternOptions{});
  }
}
