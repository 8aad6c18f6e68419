// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/match_output.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

std::string event(const MatchStyle& style, const FoundEvent& found) {
  std::string out;
  append_event(style, found, out);
  return out;
}

std::string count(const MatchStyle& style, std::uint64_t number) {
  std::string out;
  append_count(style, "a.log", number, out);
  return out;
}

}  // namespace

TEST_CASE("a found event is its message, with the file name only among several inputs",
          "[cli][match]") {
  CHECK(event({}, {"a.log", 7, "ERROR x", {}, {}}) == "ERROR x\n");
  CHECK(event({.file_names = true}, {"a.log", 7, "ERROR x", {}, {}}) == "a.log:ERROR x\n");
  CHECK(event({.line_numbers = true}, {"a.log", 7, "ERROR x", {}, {}}) == "7:ERROR x\n");
  CHECK(event({.file_names = true, .line_numbers = true, .colour = true},
              {"a.log", 7, "ERROR x", {}, {}}) ==
        "\x1b[35ma.log\x1b[0m:\x1b[32m7\x1b[0m:ERROR x\n");
}

TEST_CASE("with --json each event is one object with its line and extracted values in order",
          "[cli][match]") {
  CHECK(event({.json = true}, {"a.log", 7, "b \"5\"", {{"$w", "b"}, {"$2", "5"}}, {}}) ==
        R"({"file":"a.log","line":7,"message":"b \"5\"","extracted":{"$w":"b","$2":"5"}})"
        "\n");
}

TEST_CASE("bytes that are no UTF-8 stay as they are in text and are replaced in JSON",
          "[cli][match]") {
  CHECK(event({}, {"a", 1, "\xff", {}, {}}) == "\xff\n");
  CHECK(event({.json = true}, {"a", 1, "\xff", {}, {}}) ==
        "{\"file\":\"a\",\"line\":1,\"message\":\"\xEF\xBF\xBD\",\"extracted\":{}}\n");
}

TEST_CASE("on a terminal what matched is coloured and control characters are escaped",
          "[cli][match]") {
  CHECK(event({.colour = true, .escaped = true},
              {"a", 1, "x ERROR \x1b[2J\xC3\xA9\t", {}, {{2, 5}}}) ==
        "x \x1b[1;31mERROR\x1b[0m \\x1b[2J\xC3\xA9\t\n");
  CHECK(event({}, {"a", 1, "\x1b", {}, {}}) == "\x1b\n");
}

TEST_CASE("a count is one number for one input and path:n for several", "[cli][match]") {
  CHECK(count({.count = true}, 3) == "3\n");
  CHECK(count({.count = true, .file_names = true}, 0) == "a.log:0\n");
  CHECK(count({.json = true, .count = true}, 3) == "{\"file\":\"a.log\",\"count\":3}\n");
}

}  // namespace tocsin
