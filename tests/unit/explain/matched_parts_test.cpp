// SPDX-License-Identifier: Apache-2.0
// What of an event is shown in colour.
#include "rules/explain/matched_parts.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

// The message with [ ] around the parts.
std::string marked(const std::string& text, const std::string& message) {
  INFO(text << " on " << message);
  const auto compiled = Pattern::compile(text, {.quotas = false});
  REQUIRE(std::holds_alternative<std::shared_ptr<const Pattern>>(compiled));
  JsonReader reader;
  EventView event(reader, message);
  std::string out;
  std::size_t at = 0;
  for (const ast::Range& part :
       matched_parts(*std::get<std::shared_ptr<const Pattern>>(compiled), event)) {
    REQUIRE(part.offset >= at);
    REQUIRE(part.offset + part.length <= message.size());
    out +=
        message.substr(at, part.offset - at) + '<' + message.substr(part.offset, part.length) + '>';
    at = part.offset + part.length;
  }
  return out + message.substr(at);
}

}  // namespace

TEST_CASE("terms are marked wherever they stand", "[explain]") {
  CHECK(marked("ERROR disk -x ?y", "ERROR y disk ERROR") == "<ERROR> y <disk> <ERROR>");
  CHECK(marked("?a ?ab", "xab") == "x<ab>");
  CHECK(marked("\" \"", "a b") == "a b");
}

TEST_CASE("values of properties are marked where they stand, not where they only look alike",
          "[explain]") {
  CHECK(marked("{ $.u.type = Root }",
               R"({"type":"Root", "u": {"x":[{"type":"Root"}], "type" : "Root"}})") ==
        R"({"type":"Root", "u": {"x":[{"type":"Root"}], "type" : "<Root>"}})");
  CHECK(marked("{ $.a[*].b > 2 }", R"({"a":[{"b":1},{"b":3},{"b":"x]}"},{"b":4}]})") ==
        R"({"a":[{"b":1},{"b":<3>},{"b":"x]}"},{"b":<4>}]})");
  CHECK(marked("{ $.a[1] = \"x\\\\\\\"*\" }", R"({"a":["q", "x\\\"y"]})") ==
        R"({"a":["q", "<x\\\"y>"]})");
  CHECK(marked("{ $.a = 2 }", R"({"a":1,"a":2})") == R"({"a":1,"a":<2>})");
  CHECK(marked("{ $.a != 2 || $.b = 1 || $.c = 1 }", R"({"a":1,"b":1,"c":2})") ==
        R"({"a":1,"b":<1>,"c":2})");
  CHECK(marked("{ $.a = 1 }", R"({"\u0061":1})") == R"({"\u0061":1})");
  CHECK(marked("{ $.a = 1 }", "{\"a\":1") == "{\"a\":1");
}

TEST_CASE("fields that a condition holds for are marked", "[explain]") {
  CHECK(marked("[ip, m = GET*, s = 4* || s = 5*]", "1.2.3.4 \"GET /\" 404") ==
        "1.2.3.4 \"<GET />\" <404>");
  CHECK(marked("[a != x, b]", "y z") == "y z");
}
