// SPDX-License-Identifier: Apache-2.0
// Kind pattern: a filter pattern and the events that it must and must not match.
#include <algorithm>

#include "rules/pattern/event_view.hpp"
#include "rules/pattern/pattern.hpp"
#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct PatternCase {
  std::string message;
  bool match = false;
  std::optional<Fields> extracted;
  std::optional<std::string> metric_value;
  bool has_sample = false;
  std::optional<double> sample;  // nothing: no sample is expected
};

struct PatternTest {
  std::string pattern;
  bool quotas = true;
  bool error = false;
  std::vector<PatternCase> cases;
};

constexpr std::pair<std::string_view, bool> kSwitch[] = {
    {"on", true}, {"off", false}, {"true", true}, {"false", false}};

PatternCase read_case_keys(ConfigReader& read) {
  PatternCase c;
  read.require("message", c.message);
  read.require("match", c.match);
  if (read.optional("extracted", c.extracted)) std::sort(c.extracted->begin(), c.extracted->end());
  read.optional("metricValue", c.metric_value);
  if (const ConfigNode* sample = read.find("sample")) {
    c.has_sample = true;
    if (!sample->is_null()) c.sample = config::number(*sample, "sample", {}, read.diagnostics());
  }
  return c;
}

void read_cases(ConfigReader& read, PatternTest& test) {
  const ConfigNode* cases = read.find("cases");
  if (cases == nullptr) {
    if (!test.error) test.cases.push_back(read_case_keys(read));
    return;
  }
  if (!cases->is_sequence())
    return config::wrong_type(*cases, "cases", "a list", read.diagnostics());
  for (const ConfigNode& node : cases->items) {
    ConfigReader one(node, "a case", read.diagnostics());
    test.cases.push_back(read_case_keys(one));
    for (const char* key : {"id", "name", "source", "note", "confidence"}) one.allow(key);
    one.finish();
  }
}

PatternTest read_pattern_test(const ConfigNode& node, Diagnostics& out) {
  PatternTest test;
  ConfigReader read(node, "a pattern test", out);
  allow_common_keys(read);
  read.require("pattern", test.pattern);
  read.optional("error", test.error);
  read.optional_name("quotas", test.quotas, kSwitch);
  read_cases(read, test);
  read.finish();
  if (test.error && !test.cases.empty())
    out.error("bad-value", node.where, "a pattern that must be refused has no cases");
  return test;
}

std::string show(const Fields& fields) {
  std::string text = "{";
  for (const auto& [name, value] : fields)
    text += (text.size() > 1 ? ", " : "") + name + ": \"" + value + "\"";
  return text + "}";
}

std::string show(std::optional<double> sample) {
  return sample ? config::show_number(*sample) : "no sample";
}

std::string check_case(const Pattern& pattern, const PatternCase& c) {
  JsonReader reader;
  EventView event(reader, c.message);
  const bool matched = pattern.matches(event);
  if (matched != c.match) return matched ? "matches, but must not" : "does not match, but must";
  if (c.extracted) {
    Fields fields = matched ? pattern.extract(event) : Fields{};
    std::sort(fields.begin(), fields.end());
    if (fields != *c.extracted) return "extracted " + show(fields) + ", not " + show(*c.extracted);
  }
  if (!c.metric_value || !c.has_sample) return {};
  const auto sample = matched ? sample_value(pattern, *c.metric_value, event) : std::nullopt;
  if (sample == c.sample) return {};
  const bool refused = c.metric_value->starts_with('$') && !pattern.can_resolve(*c.metric_value);
  return "gives " + show(sample) + ", not " + show(c.sample) +
         (refused ? ": the pattern cannot supply " + *c.metric_value : "");
}

std::string refusal(const PatternError& error) {
  return "the pattern is refused at column " + std::to_string(error.column) + ": " + error.text;
}

}  // namespace

std::string run_pattern_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  const PatternTest test = read_pattern_test(node, faults);
  if (faults.has_errors()) return first_faults(faults);
  const auto compiled = Pattern::compile(test.pattern, {.quotas = test.quotas});
  const auto* error = std::get_if<PatternError>(&compiled);
  if (test.error) return error != nullptr ? "" : "the pattern is accepted, but must be refused";
  if (error != nullptr) return refusal(*error);
  const Pattern& pattern = *std::get<std::shared_ptr<const Pattern>>(compiled);
  for (std::size_t i = 0; i < test.cases.size(); ++i) {
    const std::string difference = check_case(pattern, test.cases[i]);
    if (difference.empty()) continue;
    return test.cases.size() == 1 ? difference : "case " + std::to_string(i + 1) + " " + difference;
  }
  return {};
}

}  // namespace tocsin
