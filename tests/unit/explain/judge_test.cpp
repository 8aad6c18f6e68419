// SPDX-License-Identifier: Apache-2.0
// Why an event matches or not, clause by clause.
#include <fstream>
#include <nlohmann/json.hpp>

#include "rules/explain/explanation.hpp"
#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::shared_ptr<const Pattern> compiled(const std::string& text) {
  auto pattern = Pattern::compile(text, {.quotas = false});
  if (std::holds_alternative<PatternError>(pattern)) return nullptr;
  return std::get<std::shared_ptr<const Pattern>>(pattern);
}
Verdict judged(const std::string& text, const std::string& message) {
  INFO(text << " on " << message);
  const auto pattern = compiled(text);
  REQUIRE(pattern);
  JsonReader reader;
  EventView event(reader, message);
  return judge(*pattern, event);
}
std::string why(const std::string& text, const std::string& message) {
  return judged(text, message).why;
}

// The joined clauses follow from their parts, and parts are there for every clause.
void check_shape(const Clause& clause, const Verdict& verdict) {
  if (clause.join == Clause::Join::none) {
    CHECK(verdict.parts.empty());
    return;
  }
  REQUIRE(verdict.parts.size() == clause.parts.size());
  bool all = true, any = false;
  for (std::size_t i = 0; i < clause.parts.size(); ++i) {
    check_shape(clause.parts[i], verdict.parts[i]);
    if (!verdict.parts[i].counts) continue;
    all = all && verdict.parts[i].holds;
    any = any || verdict.parts[i].holds;
  }
  CHECK(verdict.holds == (clause.join == Clause::Join::all_of ? all : any));
}

}  // namespace

TEST_CASE("the verdict on clauses gives the matcher's answer on every row of the corpus",
          "[explain]") {
  std::ifstream file(TOCSIN_SOURCE_DIR "/tests/cases/filter-patterns.jsonl");
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    const auto row = nlohmann::json::parse(line);
    const auto pattern = compiled(row["pattern"].get<std::string>());
    if (!pattern || !row.contains("message")) continue;
    ++rows;
    INFO(row["id"] << ": " << row["pattern"] << " on " << row["message"]);
    const std::string message = row["message"].get<std::string>();
    JsonReader reader;
    EventView event(reader, message);
    const Verdict verdict = judge(*pattern, event);
    CHECK(verdict.holds == pattern->matches(event));
    const Explanation explanation = explain(*pattern);
    if (explanation.root && !verdict.parts.empty()) check_shape(*explanation.root, verdict);
    if (explanation.root && verdict.parts.empty()) CHECK_FALSE(verdict.why.empty());
  }
  CHECK(rows > 400);
}

TEST_CASE("the value that was found is shown beside the one that was wanted", "[explain]") {
  CHECK(why("{ $.u.type = Root }", R"({"u":{"type":"IAMUser"}})") ==
        "it is \"IAMUser\", not \"Root\"");
  CHECK(why("{ $.u.type = Root }", R"({"u":{"type":"Root"}})") == "it is \"Root\"");
  CHECK(why("{ $.a = *x }", R"({"a":"xy"})") == "it is \"xy\", which does not end with \"x\"");
  CHECK(why("{ $.a > 5 }", R"({"a":4.5})") == "it is the number 4.5, which is not greater than 5");
  CHECK(why("{ $.a > 5 }", R"({"a":"6"})") ==
        "it is \"6\", a text: < > <= >= look at numbers only");
  CHECK(why("{ $.a = 3.0 }", R"({"a":"3"})") ==
        "it is \"3\", a text: it would have to read \"3.0\"");
  CHECK(why("{ $.a = true }", R"({"a":true})") ==
        "it is the boolean true: only IS TRUE and IS FALSE look at booleans");
  CHECK(why("{ $.a = x }", R"({"a":"X"})") ==
        "it is \"X\", not \"x\" (upper and lower case count)");
  CHECK(why("{ $.l[*] = x }", R"({"l":["a","b",1,2]})") ==
        "none of 4 values: \"a\", \"b\", the number 1, ...");
  CHECK(why("{ $.l[*] = x }", R"({"l":["a","x"]})") == "it is \"x\"");
}

TEST_CASE("absence says where the path ends and what may have been meant", "[explain]") {
  CHECK(why("{ $.user.name = x }", R"({"user":{"nmae":"x"}})") ==
        "absent: user has no \"name\"; did you mean \"nmae\"?");
  CHECK(why("{ $.user.name = x }", R"({"user":"x"})") == "absent: user is \"x\", not an object");
  CHECK(why("{ $.l[2] = x }", R"({"l":[1]})") == "absent: l has no element 2");
  CHECK(why("{ $.a != x }", R"({"b":1})") ==
        "absent: the event has no \"a\"; != on an absent property is false");
  CHECK(judged("{ $.a NOT EXISTS }", R"({"b":1})").holds);
  CHECK(why("{ $.a NOT EXISTS }", R"({"a":null})") == "it is there: null");
}

TEST_CASE("an event that is no JSON says why", "[explain]") {
  CHECK(why("{ $.a = 1 }", "INFO {\"a\":1}").find("text before its JSON") != std::string::npos);
  CHECK(why("{ $.a = 1 }", "{\"a\":1,}").find("no valid JSON") != std::string::npos);
  CHECK(why("{ $.a NOT EXISTS }", "plain").find("no JSON object") != std::string::npos);
  CHECK(why("{ $.a NOT EXISTS }", " ").find("blank") != std::string::npos);
}

TEST_CASE("too few fields are listed", "[explain]") {
  CHECK(why("[a, b, c]", "x \"y z\"") ==
        "the event has 2 fields, the pattern needs 3: \"x\", \"y z\"");
  const Verdict enough = judged("[a, ..., z = 4*]", "1 2 3 500");
  REQUIRE(enough.parts.size() == 3);
  CHECK(enough.parts[1].why == "it takes 2 fields");
  CHECK(enough.parts[2].why == "it is \"500\", which does not begin with \"4\"");
}

TEST_CASE("terms are found by place, and missed by case", "[explain]") {
  const Verdict verdict = judged("disk ERROR ?x", "Error on disk");
  CHECK(verdict.parts[0].why == "found at byte 10");
  CHECK(verdict.parts[1].why == "not found, only \"Error\" (upper and lower case count)");
  CHECK_FALSE(verdict.parts[2].counts);
}

TEST_CASE("bytes from outside are shown escaped and cut", "[explain]") {
  const std::string shown =
      why("{ $.a = x }", "{\"a\":\"\\u001b[31m" + std::string(10'000, 'y') + "\"}");
  CHECK(shown.size() < 300);
  CHECK(shown.find('\x1b') == std::string::npos);
  CHECK(why("[a = x]", "\xff\x01") == "it is \"\xEF\xBF\xBD\\u0001\", which is not \"x\"");
}
