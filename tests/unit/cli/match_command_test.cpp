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

TEST_CASE("match -v prints the events that do not match", "[cli][match]") {
  CHECK(tocsin_says({"match", "-v", "ERROR"}, "a\nERROR b\nc\n").text == "a\nc\n");
  CHECK(tocsin_says({"match", "-vc", "{ $.a = 1 }"}, "{\"a\":1}\n{\"a\":2}\nplain\n").text ==
        "2\n");
  CHECK(tocsin_says({"match", "-v", ""}, "a\n").code == 1);
}

TEST_CASE("match -m stops after so many events of all files together", "[cli][match]") {
  const TempDir folder;
  const std::string one = folder.write("1.log", "ERROR 1\nERROR 2\n");
  const std::string two = folder.write("2.log", "ERROR 3\nERROR 4\n");
  CHECK(tocsin_says({"match", "-m", "3", "ERROR", one, two}).text ==
        one + ":ERROR 1\n" + one + ":ERROR 2\n" + two + ":ERROR 3\n");
  CHECK(tocsin_says({"match", "-m1", "-c", "ERROR", one}).text == "1\n");
  CHECK(tocsin_says({"match", "-m0", "ERROR", one}).code == 1);
  CHECK(tocsin_says({"match", "-m", "-1", "ERROR", one}).code == 2);
}

TEST_CASE("match -l prints files, -q nothing but the exit code", "[cli][match]") {
  const TempDir folder;
  const std::string one = folder.write("1.log", "ok\n"), two = folder.write("2.log", "ERROR\n");
  CHECK(tocsin_says({"match", "-l", "ERROR", one, two}).text == two + "\n");
  CHECK(tocsin_says({"match", "-l", "--json", "ERROR", two}).text ==
        "{\"file\":\"" + two + "\"}\n");
  const Answer quiet = tocsin_says({"match", "-q", "ERROR", one, two});
  CHECK(quiet.code == 0);
  CHECK(quiet.text.empty());
  CHECK(tocsin_says({"match", "-q", "ERROR", one}).code == 1);
  CHECK(tocsin_says({"match", "-ql", "ERROR", one}).code == 2);
}

TEST_CASE("match -n numbers lines and records, --no-filename leaves names out", "[cli][match]") {
  const TempDir folder;
  const std::string one = folder.write("1.log", "a\nERROR 1\n");
  const std::string two = folder.write("2.json", R"({"Records":[{"a":1},{"a":"ERROR"}]})");
  CHECK(tocsin_says({"match", "-n", "ERROR", one, two}).text ==
        one + ":2:ERROR 1\n" + two + ":2:{\"a\":\"ERROR\"}\n");
  CHECK(tocsin_says({"match", "-n", "--no-filename", "ERROR", one, one}).text ==
        "2:ERROR 1\n2:ERROR 1\n");
}

}  // namespace tocsin
