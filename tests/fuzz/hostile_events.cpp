// SPDX-License-Identifier: Apache-2.0
// Events that somebody made to hurt, through the compiled engine and the plain evaluation: the same
// answers, and time in proportion to the bytes (printed, not judged).
#include <chrono>
#include <cstdio>

#include "engine_case.hpp"

using namespace tocsin;
using namespace tocsin::fuzz;

namespace {

std::string repeated(std::size_t count, const std::string& text) {
  std::string out;
  out.reserve(count * text.size());
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string many_names(std::size_t count, bool same) {
  std::string out = "{\"a\":1";
  for (std::size_t i = 0; i < count; ++i)
    out += ",\"n" + (same ? "" : std::to_string(i)) + "\":" + std::to_string(i);
  return out + "}";
}

struct Hostile {
  const char* what;
  std::string event;
};

std::vector<Hostile> hostile_events() {
  const std::size_t deep = 10'000, million = 1'000'000, huge = 100'000'000;
  return {
      {"nested arrays", "{\"a\":1,\"b\":" + std::string(deep, '[') + std::string(deep, ']') + "}"},
      {"only opening brackets", std::string(million, '[')},
      {"only opening braces", repeated(million, "{\"a\":")},
      {"a million names", many_names(million, false)},
      {"one name a million times", "{\"a\":1,\"x\":" + many_names(million, true) + "}"},
      {"a wanted name a million times", "{" + repeated(million, "\"a\":2,") + "\"a\":1}"},
      {"an escaped name a million times", "{" + repeated(million, "\"\\u0061\":2,") + "\"a\":1}"},
      {"a million elements under a wildcard",
       "{\"a\":1,\"l\":[" + repeated(million, "{\"t\":1},") + "1]}"},
      {"a string of 100 MB", "{\"a\":1,\"s\":\"" + std::string(huge, 's') + "\"}"},
      {"a wanted string of 100 MB of escapes",
       "{\"s\":\"" + repeated(huge / 6, "\\u0073") + "\",\"a\":1}"},
      {"a number of 10 MB", "{\"a\":1" + std::string(huge / 10, '0') + "}"},
      {"a name of 100 MB", "{\"" + std::string(huge, 'n') + "\":1,\"a\":1}"},
      {"100 MB of blanks", std::string(huge / 2, ' ') + "{\"a\":1}" + std::string(huge / 2, ' ')},
      {"backslashes", "{\"a\":1,\"s\":\"" + std::string(million, '\\') + "\"}"},
      {"bad UTF-8 at the end", "{\"a\":1,\"s\":\"" + std::string(million, 's') + "\xC3\"}"},
      {"commas", "{\"a\":1" + std::string(million, ',') + "}"},
      {"quotes", std::string(million, '"')},
      {"NUL bytes", "{\"a\":1}" + std::string(million, '\0')},
  };
}

Case case_of(const std::string& event) {
  Case c;
  for (const char* text :
       {"{ $.a = 1 }", "{ $.a >= 1 && $.q NOT EXISTS }", "{ $.s = *ss* }", "{ $.s = %s{3}$% }",
        "{ $.l[*].t = 1 || $.l[2] IS NULL }", "{ $.x.* = 7 }", "{ $.* != 3 }", "a", "[w1, ...]"})
    c.patterns.push_back({compile(text), {}});
  c.common = {"$.a"};
  c.as_slices = true;
  c.events = {event};
  return c;
}

}  // namespace

int main() {
  int differences = 0;
  Oracle oracle;
  for (const Hostile& hostile : hostile_events()) {
    const Case c = case_of(hostile.event);
    PatternSet::Scratch scratch;
    const auto begin = std::chrono::steady_clock::now();
    const Answers answers = engine_answers(c, scratch);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%-40s %8.1f ns/byte\n", hostile.what,
                took.count() * 1e9 / static_cast<double>(hostile.event.size()));
    for (std::size_t p = 0; p < c.patterns.size(); ++p) {
      if (oracle.answer(c.patterns[p], hostile.event) == answers[0][p]) continue;
      std::printf("  DIFFERENCE: %s\n", c.patterns[p].pattern->to_string().c_str());
      ++differences;
    }
  }
  return differences > 0 ? 1 : 0;
}
