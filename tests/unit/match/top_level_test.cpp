// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/top_level.hpp"

#include <random>

#include "rules/match/time/json_depth.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::string found_in(std::string_view message) {
  JsonReader reader;
  EventView event(reader, message);
  return std::string(TopLevelMember("time").find(event).value_or("(none)"));
}

// Letter by letter.
std::optional<int> plain_depth(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      if (text[i] == '{' || text[i] == '[') ++depth;
      if (text[i] == '}' || text[i] == ']') --depth;
    }
  }
  return in_string ? std::nullopt : std::optional(depth);
}

}  // namespace

TEST_CASE("a member of the root is found wherever it stands", "[match][time]") {
  CHECK(found_in(R"({"time":"a"})") == "a");
  CHECK(found_in(R"( { "x" : {"y":[1,{"z":"}"}]} , "time" : -1.5e3 } )") == "-1.5e3");
  CHECK(found_in(R"({"x":")" + std::string(200, '{') + R"(","time":1})") == "1");
  CHECK(found_in(R"({"x":"a\"b\\","time":1})") == "1");
  CHECK(found_in(R"({"x":1,"time":"cut in the)") == "(none)");
  CHECK(found_in(R"({"x":1,"time":"a","y":"cut in the)") == "a");
}

TEST_CASE("the last of two members counts, however it is written", "[match][time]") {
  CHECK(found_in(R"({"time":"a","time":"b"})") == "b");
  CHECK(found_in(R"({"time":"a","x":{"time":"b"}})") == "a");
  CHECK(found_in(R"({"time":"a","\u0074ime":"b"})") == "b");
  CHECK(found_in(R"({"\u0074ime":"b"})") == "b");
  CHECK(found_in(R"({"time":"a\nb"})") == "a\nb");
  CHECK(found_in(R"({"time":"a","x":"\u00e9"})") == "a");
}

TEST_CASE("what only looks like a member of the root is none", "[match][time]") {
  CHECK(found_in(R"({"x":{"time":"a"}})") == "(none)");
  CHECK(found_in(R"({"x":[{"time":"a"}]})") == "(none)");
  CHECK(found_in(R"({"x":"time","y":"a"})") == "(none)");
  CHECK(found_in(R"({"x":"\"time\":1"})") == "(none)");
  CHECK(found_in(R"([{"time":"a"}])") == "(none)");
  CHECK(found_in(R"({"time":null})") == "(none)");
  CHECK(found_in(R"({"time":{"time":1}})") == "(none)");
  CHECK(found_in("") == "(none)");
}

TEST_CASE("the depth of a place is that of counting brackets letter by letter", "[match][time]") {
  std::mt19937 random(5);
  const std::string_view letters = "aaaaaaaaaaaaaaaaaaaaaa,: {}[]\"\"\\";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 200, 'x');
    const std::size_t used = letters.size() - (round % 2);
    for (char& c : text) c = letters[random() % used];
    const std::vector<char> exact(text.begin(), text.end());
    INFO(text);
    REQUIRE(json_depth({exact.data(), exact.size()}) == plain_depth(text));
  }
}
