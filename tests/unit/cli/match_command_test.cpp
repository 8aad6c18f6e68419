// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"
#include "support/tocsin_says.hpp"

namespace tocsin {
using test::Answer;
using test::tocsin_says;

TEST_CASE("match ends with 0 if some event matches, 1 if none, 2 if it could not look",
          "[cli][match]") {
  const TempDir folder;
  const std::string log = folder.write("a.log", "ok\nERROR one\n");
  CHECK(tocsin_says({"match", "ERROR", log}).code == 0);
  CHECK(tocsin_says({"match", "WARN", log}).code == 1);
  CHECK(tocsin_says({"match", "ERR*", log}).code == 2);
  CHECK(tocsin_says({"match"}).code == 2);
  CHECK(tocsin_says({"match", "ERROR", log, "--colour"}).code == 2);
  const Answer half = tocsin_says({"match", "ERROR", folder.path("nosuch"), log});
  CHECK(half.code == 2);
  CHECK(half.text == log + ":ERROR one\n");
}

TEST_CASE("match reads standard input, gzip and directories alike", "[cli][match]") {
  const TempDir folder;
  folder.write("d/1.log", "ERROR one\n");
  folder.write("d/2.log.gz", gzip("x\nERROR two\n"));
  CHECK(tocsin_says({"match", "ERROR"}, "x\nERROR three").text == "ERROR three\n");
  CHECK(tocsin_says({"match", "ERROR", folder.path("d/2.log.gz")}).text == "ERROR two\n");
  CHECK(tocsin_says({"match", "ERROR", folder.path("d")}).text ==
        folder.path("d/1.log") + ":ERROR one\n" + folder.path("d/2.log.gz") + ":ERROR two\n");
  CHECK(tocsin_says({"match", "-c", "ERROR", folder.path("d")}).text ==
        folder.path("d/1.log") + ":1\n" + folder.path("d/2.log.gz") + ":1\n");
  CHECK(tocsin_says({"match", "--count", "ERROR", folder.path("d/1.log")}).text == "1\n");
}

TEST_CASE("match finds the records of a trail's file and tells their numbers", "[cli][match]") {
  const TempDir folder;
  const std::string trail = folder.write("t.json", R"({"Records":[{"a":1},{"a":2}]})");
  const std::string wanted =
      "{\"file\":\"" + trail + R"(","line":2,"message":"{\"a\":2}","extracted":{}})" + "\n";
  CHECK(tocsin_says({"match", "--json", "{ $.a = 2 }", trail}).text == wanted);
  CHECK(tocsin_says({"match", "--json", "--input", "cloudtrail", "{ $.a = 2 }", trail}).text ==
        wanted);
  CHECK(tocsin_says({"match", "--input", "lines", "{ $.a = 2 }", trail}).code == 1);
}

TEST_CASE("a pattern may be empty, or begin with a dash after --", "[cli][match]") {
  CHECK(tocsin_says({"match", "-c", ""}, "a\nb\n").text == "2\n");
  CHECK(tocsin_says({"match", "--", "-a"}, "a\nb\n").text == "b\n");
}

}  // namespace tocsin
