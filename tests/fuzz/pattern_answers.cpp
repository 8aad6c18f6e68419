// SPDX-License-Identifier: Apache-2.0
// Answers questions about filter patterns, for differential tests: one JSON object a line in,
// {"pattern", "message", "metricValue"?}, one out: {"error"} or {"match", "extracted", "sample"}.
#include <iostream>
#include <nlohmann/json.hpp>

#include "rules/pattern/pattern.hpp"

using namespace tocsin;
using Json = nlohmann::json;

namespace {

Json answer(const Json& question, EventView& event) {
  const auto compiled = Pattern::compile(question["pattern"].get<std::string>());
  if (const auto* error = std::get_if<PatternError>(&compiled))
    return {{"error", error->text}, {"column", error->column}, {"length", error->length}};
  const Pattern& pattern = *std::get<std::shared_ptr<const Pattern>>(compiled);
  const std::string message = question["message"].get<std::string>();
  event.reset(message);
  Json out = {{"match", pattern.matches(event)}, {"printed", pattern.to_string()}};
  if (!out["match"].get<bool>()) return out;
  out["extracted"] = Json::object();
  for (const auto& [name, value] : pattern.extract(event)) out["extracted"][name] = value;
  if (question.contains("metricValue")) {
    const auto sample = sample_value(pattern, question["metricValue"].get<std::string>(), event);
    out["sample"] = sample ? Json(*sample) : Json();
  }
  return out;
}

}  // namespace

int main() {
  JsonReader reader;
  EventView event(reader);
  for (std::string line; std::getline(std::cin, line);)
    std::cout
        << answer(Json::parse(line), event).dump(-1, ' ', false, Json::error_handler_t::replace)
        << '\n';
}
