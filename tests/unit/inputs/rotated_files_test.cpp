// SPDX-License-Identifier: Apache-2.0
// Files that are renamed, copied, truncated, rewritten and deleted while they are followed.
#include <fcntl.h>

#include <set>

#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"
#include "tocsin/file_descriptor.hpp"
#include "unit/inputs/followed_lines.hpp"

using namespace tocsin;
using namespace tocsin::test;
namespace fs = std::filesystem;

TEST_CASE("a file that is renamed is read to its end before its successor", "[inputs]") {
  const TempDir dir;
  dir.write("log", lines(1, 3));
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_for_messages(3));
  dir.append("log", lines(4, 4));
  fs::rename(dir.path("log"), dir.path("log.1"));
  dir.append("log.1", lines(5, 5) + "no line break");
  dir.write("log", lines(6, 7));
  REQUIRE(run.wait_for_messages(7));
  CHECK(seen.messages == line_list(1, 7));
  // The writer has not reopened yet.
  dir.append("log.1", "\nlate\n");
  REQUIRE(run.wait_for_messages(9));
  CHECK(seen.messages[7] == "no line break");
  REQUIRE(run.wait_until_idle());
  CHECK(run.snapshot()->totals.rotations == 1);
  CHECK(run.snapshot()->totals.rests_lost == 0);
}

TEST_CASE("the last line of a deleted file needs no line break", "[inputs]") {
  const TempDir dir;
  dir.write("log", "one\ntwo");
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_for_messages(1));
  fs::remove(dir.path("log"));
  REQUIRE(run.wait_for_messages(2));
  REQUIRE(run.wait([](const Committed& c) { return c.looks.back().streams.empty(); }));
  dir.write("log", "three\n");
  REQUIRE(run.wait_for_messages(3));
  CHECK(seen.messages == Texts{"one", "two", "three"});
}

TEST_CASE("copytruncate: the rest is read from the copy, then the file from its beginning",
          "[inputs]") {
  const TempDir dir;
  dir.write("log", lines(1, 3));
  Committed seen;
  {
    InputRun run(seen, follow(dir.path("log")));
    REQUIRE(run.wait_for_messages(3));
    fs::copy(dir.path("log"), dir.path("log.1"));
    dir.write("log", "");
    REQUIRE(run.wait([&](const Committed&) { return run.snapshot()->totals.truncations == 1; }));
    dir.append("log", lines(4, 5));
    REQUIRE(run.wait_for_messages(5));
  }
  dir.append("log", lines(6, 7));
  fs::copy(dir.path("log"), dir.path("log.2"));
  dir.write("log", lines(8, 8));
  InputRun again(seen, follow(dir.path("log")));
  REQUIRE(again.wait_for_messages(8));
  REQUIRE(again.wait_until_idle());
  CHECK(seen.messages == line_list(1, 8));
  CHECK(again.snapshot()->totals.rests_lost == 0);
}

TEST_CASE("a file rewritten at the same size is noticed", "[inputs]") {
  const TempDir dir;
  dir.write("log", "aaaa\nbbbb\n");
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_for_messages(2));
  dir.write("log", "cccc\ndddd\n");
  REQUIRE(run.wait_for_messages(4));
  CHECK(seen.messages == Texts{"aaaa", "bbbb", "cccc", "dddd"});
  REQUIRE(run.wait_until_idle());
  const auto totals = run.snapshot()->totals;
  CHECK(totals.rewrites + totals.truncations == 1);
  CHECK(totals.rests_lost == 1);
}

TEST_CASE("zeros before the next line, left by a writer that keeps its offset, are no event",
          "[inputs]") {
  const TempDir dir;
  dir.write("log", lines(1, 1000));
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_for_messages(1000));
  const auto size = static_cast<off_t>(fs::file_size(dir.path("log")));
  fs::resize_file(dir.path("log"), 0);
  const FileDescriptor writer(::open(dir.path("log").c_str(), O_WRONLY));
  REQUIRE(::pwrite(writer.get(), "next\n", 5, size) == 5);
  REQUIRE(run.wait_for_messages(1001));
  CHECK(seen.messages.back() == "next");
}

TEST_CASE("after a restart the rest is found in rotated files, plain or compressed", "[inputs]") {
  const bool is_compressed = GENERATE(false, true);
  const TempDir dir;
  dir.write("log", lines(1, 300));
  Committed seen;
  {
    InputRun run(seen, follow(dir.path("log")));
    REQUIRE(run.wait_for_messages(300));
    REQUIRE(run.wait_until_idle());
  }
  // Rotated twice meanwhile: the rest, a whole file between, and the one of now.
  const auto put = [&](const std::string& name, const std::string& text) {
    if (is_compressed)
      dir.write(name + ".gz", gzip(text));
    else
      dir.write(name, text);
  };
  if (!is_compressed) fs::rename(dir.path("log"), dir.path("log.2"));
  if (!is_compressed) dir.append("log.2", lines(301, 400));
  if (is_compressed) {
    fs::remove(dir.path("log"));
    put("log.2", lines(1, 400));
  }
  put("log.1", lines(401, 500));
  put("log.3", "what was read long ago\n");
  age(dir.path(is_compressed ? "log.3.gz" : "log.3"), std::chrono::hours(1));
  dir.write("log.tmp", "no rotation\n");
  dir.write("log", lines(501, 600));
  {
    InputRun again(seen, follow(dir.path("log")));
    REQUIRE(again.wait_for_messages(600));
    REQUIRE(again.wait_until_idle());
    CHECK(again.snapshot()->totals.rests_lost == 0);
  }
  InputRun third(seen, follow(dir.path("log")));
  REQUIRE(third.wait_until_idle());
  third.stop();
  CHECK(seen.messages == line_list(1, 600));
}

TEST_CASE("a glob that matches rotated files too reads nothing twice", "[inputs]") {
  const bool is_copied = GENERATE(false, true);
  const TempDir dir;
  dir.write("log", lines(1, 3));
  Committed seen;
  int next = 4;
  for (int round = 0; round < 3; ++round) {
    InputRun run(seen, follow(dir.path("log*")));
    for (int rotation = 0; rotation < 2; ++rotation) {
      const auto known = static_cast<std::size_t>(next - 1);
      REQUIRE(run.wait_for_messages(known));
      if (fs::exists(dir.path("log.1"))) fs::rename(dir.path("log.1"), dir.path("log.2"));
      if (is_copied)
        fs::copy(dir.path("log"), dir.path("log.1"));
      else
        fs::rename(dir.path("log"), dir.path("log.1"));
      dir.write("log", lines(next, next + 2));
      next += 3;
    }
    REQUIRE(run.wait_for_messages(static_cast<std::size_t>(next - 1)));
    REQUIRE(run.wait_until_idle());
  }
  CHECK(std::multiset<std::string>(seen.messages.begin(), seen.messages.end()) == [&] {
    const Texts all = line_list(1, next - 1);
    return std::multiset<std::string>(all.begin(), all.end());
  }());
}

TEST_CASE("a file with two names is one stream, also when it is rotated", "[inputs]") {
  const TempDir dir;
  dir.write("a.log", lines(1, 2));
  fs::create_symlink("a.log", dir.path("b.log"));
  fs::create_hard_link(dir.path("a.log"), dir.path("c.log"));
  Committed seen;
  InputRun run(seen, follow(dir.path("*.log")));
  REQUIRE(run.wait_for_messages(2));
  REQUIRE(run.wait_until_idle());
  fs::rename(dir.path("a.log"), dir.path("a.log.1"));
  dir.write("a.log", lines(3, 4));
  REQUIRE(run.wait_for_messages(4));
  REQUIRE(run.wait_until_idle());
  run.stop();
  CHECK(seen.messages == line_list(1, 4));
}

TEST_CASE("logs whose names look like rotations of another are followed", "[inputs]") {
  const TempDir dir;
  dir.write("host", "zero\n");
  dir.write("host-1", "one\n");
  dir.write("host-1.local", "two\n");
  dir.write("other.1", "three\n");
  dir.write("host.1", "rotated\n");
  Committed seen;
  InputRun run(seen, follow(dir.path("*")));
  REQUIRE(run.wait_for_messages(5));
  REQUIRE(run.wait_until_idle());
  run.stop();
  CHECK(std::set<std::string>(seen.streams.begin(), seen.streams.end()) ==
        std::set<std::string>{dir.path("host"), dir.path("host-1"), dir.path("host-1.local"),
                              dir.path("other.1")});
}
