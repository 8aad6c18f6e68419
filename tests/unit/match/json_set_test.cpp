// SPDX-License-Identifier: Apache-2.0
#include "rules/match/json/json_set.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/pattern/evaluate.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/pattern.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::vector<std::shared_ptr<const Pattern>> patterns_of(const std::vector<std::string>& texts) {
  std::vector<std::shared_ptr<const Pattern>> patterns;
  for (const std::string& text : texts) {
    auto compiled = Pattern::compile(text, {.quotas = false});
    INFO(text);
    REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(compiled));
    patterns.push_back(std::get<std::shared_ptr<const Pattern>>(compiled));
  }
  return patterns;
}

// A set of patterns, and every answer of it beside the oracle's.
class Both {
 public:
  explicit Both(const std::vector<std::string>& texts,
                const std::vector<std::string>& references = {})
      : patterns_(patterns_of(texts)), set_(trees(), selectors(references)) {}

  std::vector<std::uint32_t> match(std::string_view event) {
    std::vector<std::uint32_t> found, right;
    set_.match(event, scratch_, found);
    EventView view(reader_, event);
    for (std::uint32_t i = 0; i < patterns_.size(); ++i)
      if (patterns_[i]->matches(view)) right.push_back(i);
    INFO(event.substr(0, 300));
    CHECK(found == right);
    return found;
  }

  std::optional<std::string> reference(std::size_t number) {
    const auto found = set_.reference(number, scratch_);
    return found ? std::optional<std::string>(*found) : std::nullopt;
  }

 private:
  std::vector<const ast::Json*> trees() const {
    std::vector<const ast::Json*> trees;
    for (const auto& pattern : patterns_) trees.push_back(&std::get<ast::Json>(pattern->tree()));
    return trees;
  }
  static std::vector<ast::Selector> selectors(const std::vector<std::string>& texts) {
    std::vector<ast::Selector> selectors;
    for (const std::string& text : texts) selectors.push_back(*parse_reference(text));
    return selectors;
  }

  std::vector<std::shared_ptr<const Pattern>> patterns_;
  JsonSet set_;
  JsonSet::Scratch scratch_;
  JsonReader reader_;
};

using Numbers = std::vector<std::uint32_t>;

std::string nested(std::size_t levels, const std::string& inner = "") {
  return std::string(levels, '[') + inner + std::string(levels, ']');
}

}  // namespace

TEST_CASE("every JSON pattern of the corpus matches in one big set as it does alone", "[match]") {
  std::ifstream in(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  std::vector<std::string> patterns, events;
  for (std::string line; std::getline(in, line);) {
    const auto row = nlohmann::json::parse(line);
    if (!row.contains("message") || !row["pattern"].get<std::string>().starts_with('{')) continue;
    patterns.push_back(row["pattern"]);
    events.push_back(row["message"]);
  }
  REQUIRE(patterns.size() > 200);
  Both both(patterns);
  std::size_t matches = 0;
  for (const std::string& event : events) matches += both.match(event).size();
  CHECK(matches > 1000);
}

TEST_CASE("the last of two equal names wins with all that is under it", "[match]") {
  Both both(
      {"{ $.a.b = 1 }", "{ $.a.c = 2 }", "{ $.a.b NOT EXISTS }", "{ $.* = x }", "{ $.d = x }"},
      {"$.a.b", "$.a.c", "$.*"});
  CHECK(both.match(R"({"a":{"b":1},"a":{"c":2}})") == Numbers{1, 2});
  CHECK(both.reference(0) == std::nullopt);
  CHECK(both.reference(1) == "2");
  CHECK(both.match(R"({"a":{"b":1},"\u0061":{"c":2}})") == Numbers{1, 2});
  CHECK(both.match(R"({"d":"x","e":5,"d":"y"})") == Numbers{2});
  CHECK(both.reference(2) == "y");
}

TEST_CASE("an event that is broken behind what a pattern reads matches nothing", "[match]") {
  Both both({"{ $.a = 1 }", "{ $.z NOT EXISTS }"}, {"$.a"});
  CHECK(both.match(R"({"a":1,"b":2})") == Numbers{0, 1});
  for (const char* broken : {R"({"a":1,"b":2)",
                             R"({"a":1,"b":})",
                             R"({"a":1,"b":2,})",
                             R"({"a":1,"b":tru})",
                             R"({"a":1,"b":01})",
                             R"({"a":1,"b":1.})",
                             R"({"a":1,"b":+1})",
                             R"({"a":1,"b":"\x"})",
                             R"({"a":1,"b":"\u00g0"})",
                             R"({"a":1}x)",
                             R"({"a":1}{})",
                             R"({"a":1,"b":[1,]})",
                             R"({"a":1,"b":[1 2]})",
                             R"({"a":1,"b":"x":1})",
                             R"({"a":1,b:2})",
                             R"({"a":1 "b":2})",
                             R"({"a":1,"b":[}})",
                             R"({"a":1,"b":{]})",
                             R"({"a":1,"b":"x"y})",
                             R"({"a":1,"\x":2})",
                             "{\"a\":1,\"b\":\"\x01\"}",
                             "{\"a\":1,\"b\":\"\xFF\"}",
                             "{\"a\":1,\"b\":\f2}",
                             "{\"a\":1}\f",
                             R"({"a":1]})",
                             R"(["a":1])",
                             R"({"a":1,"b"})",
                             R"({"a":1,"b":,})",
                             "{",
                             "[",
                             ""}) {
    CHECK(both.match(broken).empty());
    CHECK(both.reference(0) == std::nullopt);
  }
}

TEST_CASE("what is odd but JSON hides no match", "[match]") {
  Both both({"{ $.a = 1 }"}, {"$.a"});
  for (const char* odd :
       {R"( {"a":1,"b":1E400} )", R"({"a":1,"b":-0})", R"({"a":1,"b":"\ud800"})",
        R"({"a":1,"b":123456789012345678901234567890})", R"({"\u0061":1})", R"({"a" : 1 })",
        R"({"a":1.0,"b":"\/"})", R"({"a":1e0,"b":""})", "\r\n{\"a\"\t:\n1}\r\n",
        R"({"a":1,"b":{},"c":[],"d":[[],{}]})", R"({"a":10E-1})"}) {
    CHECK(both.match(odd) == Numbers{0});
    CHECK(both.reference(0).has_value());
  }
}

TEST_CASE("a thousand levels are JSON, one more is not", "[match]") {
  Both both({"{ $.a = 1 }", "{ $[0][0] NOT EXISTS }"});
  CHECK(both.match("{\"a\":1,\"b\":" + nested(999) + "}") == Numbers{0, 1});
  CHECK(both.match("{\"a\":1,\"b\":" + nested(1000) + "}").empty());
  CHECK(both.match(nested(1000, "1")).empty());
  CHECK(both.match(nested(1)) == Numbers{1});
  CHECK(both.match(nested(10'000)).empty());
  CHECK(both.match(std::string(10'000, '[')).empty());
}

TEST_CASE("a thousand levels on the way to a value are JSON, one more is not", "[match]") {
  std::string way;
  for (int i = 0; i < 1001; ++i) way += "[0]";
  Both both({"{ $" + way + " NOT EXISTS }"});
  CHECK(both.match(nested(1000)) == Numbers{0});
  CHECK(both.match(nested(1001)).empty());
  CHECK(both.match(nested(1000, "1")) == Numbers{0});
}

TEST_CASE("of many values that no pattern reads each has to be JSON", "[match]") {
  Both both({"{ $.a = 1 }"});
  for (const int count : {62, 63, 64, 65, 200}) {
    std::string event = R"({"a":1)";
    for (int i = 0; i < count; ++i) event += ",\"n" + std::to_string(i) + "\":[0]";
    CHECK(both.match(event + "}") == Numbers{0});
    CHECK(both.match(event + R"(,"z":[00]})").empty());
    CHECK(both.match(event + R"(,"z":[0,]})").empty());
  }
}

TEST_CASE("numbers are compared by value and strings by text", "[match]") {
  Both both({"{ $.a = 100 }", "{ $.a = 1e2 }", "{ $.a = \"100\" }", "{ $.a = 10* }",
             "{ $.a != 100 }", "{ $.a > 99 && $.a < 101 }",
             "{ $.a = 100.0 || $.a = x || $.a = \"1e2\" }"});
  CHECK(both.match(R"({"a":100})") == Numbers{0, 1, 2, 3, 5, 6});
  CHECK(both.match(R"({"a":1e2})") == Numbers{0, 1, 5, 6});
  CHECK(both.match(R"({"a":"100"})") == Numbers{0, 2, 3});
  CHECK(both.match(R"({"a":"1e2"})") == Numbers{1, 4, 6});
  CHECK(both.match(R"({"a":-0})") == Numbers{4});
}

TEST_CASE("wildcard selectors select every child, and names in any order", "[match]") {
  Both both(
      {"{ $.r[*].t = x }", "{ $.r[1].t = x }", "{ $.*.t = y }", "{ $.r.* != x }", "{ $.o.t = y }"},
      {"$.r[*].t", "$.*.t"});
  CHECK(both.match(R"({"r":[{"t":"a"},{"t":"x"}],"o":{"t":"y"}})") == Numbers{0, 1, 2, 4});
  CHECK(both.reference(0) == "a");
  CHECK(both.reference(1) == "y");
  CHECK(both.match(R"({"r":{"a":"x","b":"z"}})") == Numbers{3});
  CHECK(both.match(R"({"r":{"a":"z","a":"x"}})").empty());
  std::string many = R"({"r":{"n0":"x")";
  for (int i = 1; i < 100; ++i) many += ",\"n" + std::to_string(i) + "\":\"x\"";
  CHECK(both.match(many + "}}").empty());
  CHECK(both.match(many + ",\"n5\":1}}") == Numbers{3});
}

TEST_CASE("whichever byte of an event is another one, both evaluations agree", "[match]") {
  Both both({"{ $.a.b = \"x y\" && $.n > 4 }", "{ $.l[1] = two || $.a.c IS NULL }",
             "{ $.a.b = %x.y% }", "{ $.q NOT EXISTS }"},
            {"$.a.b"});
  const std::string event = R"({"a":{"b":"x y","c":null},"n":5,"l":[1,"tw\u006f"],"t":"\"\\"})";
  CHECK(both.match(event) == Numbers{0, 1, 2, 3});
  for (std::size_t i = 0; i < event.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string other = event;
      other[i] = static_cast<char>(byte);
      both.match(other);
    }
    both.match(event.substr(0, i));
  }
}
