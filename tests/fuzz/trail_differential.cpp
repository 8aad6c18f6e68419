// SPDX-License-Identifier: Apache-2.0
// The compiled engine against the plain evaluation on a file of real events, with patterns made
// from them:
//
//   trail_differential FILE [--patterns N] [--seed S]
//
// Prints one JSON object a pattern for other judges: {"pattern", "matches": [numbers of lines]}.
// Exits 1 at a difference.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine_case.hpp"
#include "random_patterns.hpp"

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

Case make_case(std::vector<std::string> events, std::size_t patterns, std::uint64_t seed) {
  Case c;
  c.events = std::move(events);
  Random random(seed);
  JsonReader reader;
  while (c.patterns.size() < patterns) {
    const JsonNode* root = reader.read(random.of(c.events));
    if (root == nullptr) continue;
    const Value model = value_of(*root);
    MadePattern made = random_json_pattern(model, random);
    const PatternPtr pattern = compile(made.text, true);
    if (!pattern) continue;
    c.patterns.push_back({pattern, {"$.eventName", random_selector(model, random)}});
    if (!pattern->can_resolve(c.patterns.back().references.back()))
      c.patterns.back().references.pop_back();
    c.parts.push_back({made.text});
  }
  return c;
}

bool compare(const Case& c, const Answers& answers) {
  Oracle oracle;
  std::size_t matches = 0;
  for (std::size_t e = 0; e < c.events.size(); ++e)
    for (std::size_t p = 0; p < c.patterns.size(); ++p) {
      if (oracle.answer(c.patterns[p], c.events[e]) != answers[e][p]) return false;
      matches += answers[e][p].matches;
    }
  std::fprintf(stderr, "%zu events, %zu patterns, %zu matches: no difference\n", c.events.size(),
               c.patterns.size(), matches);
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t patterns = 500;
  std::uint64_t seed = 1;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--patterns") patterns = std::strtoull(arguments[i + 1], nullptr, 10);
    if (name == "--seed") seed = std::strtoull(arguments[i + 1], nullptr, 10);
  }
  std::vector<std::string> events;
  std::ifstream in(count > 1 ? arguments[1] : "");
  for (std::string line; std::getline(in, line);) events.push_back(line);
  if (events.empty())
    return std::fprintf(stderr, "trail_differential FILE [--patterns N] [--seed S]\n"), 2;
  const Case c = make_case(std::move(events), patterns, seed);
  PatternSet::Scratch scratch;
  const Answers answers = engine_answers(c, scratch);
  if (!compare(c, answers)) return print_difference(c), 1;
  for (std::size_t p = 0; p < c.patterns.size(); ++p) {
    nlohmann::json row = {{"pattern", c.parts[p].front()}, {"matches", nlohmann::json::array()}};
    for (std::size_t e = 0; e < c.events.size(); ++e)
      if (answers[e][p].matches) row["matches"].push_back(e);
    std::puts(row.dump(-1, ' ', true).c_str());
  }
  return 0;
}
