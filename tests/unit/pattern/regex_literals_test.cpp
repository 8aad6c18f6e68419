// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/regex_literals.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

std::string literals_of(std::string_view body) {
  const auto literals = regex_literals(body);
  if (!literals) return "(nothing)";
  std::string text;
  for (const auto& side : *literals) text += (text.empty() ? "" : " ") + side.front();
  return text;
}

}  // namespace

TEST_CASE("a regex needs its longest run of plain characters", "[pattern][regex]") {
  CHECK(literals_of("AUTHORIZED") == "AUTHORIZED");
  CHECK(literals_of("^ab[0-9]+cde$") == "cde");
  CHECK(literals_of("a.bc") == "bc");
  CHECK(literals_of("Unauth|AccessDen") == "Unauth AccessDen");
  CHECK(literals_of("\\x41\\.b") == "A.b");
  CHECK(literals_of(std::string(100, 'a')) == std::string(64, 'a'));
}

TEST_CASE("what may be missing or repeated ends a run", "[pattern][regex]") {
  CHECK(literals_of("abc?de") == "ab");
  CHECK(literals_of("ab+cde") == "bcde");
  CHECK(literals_of("xa{3}y") == "xaaay");
  CHECK(literals_of("xa{2,3}y") == "xaa");
  CHECK(literals_of("x{0}y") == "y");
}

TEST_CASE("a regex with a side that has no plain character needs nothing", "[pattern][regex]") {
  CHECK(literals_of("abc|[0-9]+") == "(nothing)");
  CHECK(literals_of("a*") == "(nothing)");
  CHECK(literals_of("[ab]") == "(nothing)");
  CHECK(literals_of("\\xff\\x0a") == "(nothing)");
  CHECK(literals_of("abc|") == "(nothing)");
}

TEST_CASE("a regex needs all runs of an alternative, the longest first", "[pattern][regex]") {
  const auto literals = regex_literals("^ab[0-9]+cde.fg|x");
  REQUIRE(literals);
  CHECK(*literals == std::vector<std::vector<std::string>>{{"cde", "ab", "fg"}, {"x"}});
}
