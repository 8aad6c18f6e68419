// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <set>

#include "daemon/inputs/line_splitter.hpp"
#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/input_run.hpp"
#include "support/temp_dir.hpp"
#include "tocsin/file_descriptor.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

using Texts = std::vector<std::string>;

InputRun::Options follow(const std::string& glob) {
  InputRun::Options options;
  options.settings = {{"path", {glob}}};
  return options;
}

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

Texts line_list(int from, int to) {
  Texts all;
  for (int i = from; i <= to; ++i) all.push_back("line " + std::to_string(i));
  return all;
}

// Sets the times of a file to so long ago.
void age(const std::string& path, std::chrono::seconds ago) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
}

}  // namespace

TEST_CASE("lines are delivered as they are written, a partial one when it ends", "[inputs]") {
  const TempDir dir;
  dir.write("log", "one\ntwo\npar");
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_for_messages(2));
  REQUIRE(run.wait_until_idle());
  dir.append("log", "tial\nthree\n");
  REQUIRE(run.wait_for_messages(4));
  CHECK(seen.messages == Texts{"one", "two", "partial", "three"});
  CHECK(seen.places == std::vector<std::uint64_t>{0, 4, 8, 16});
}

TEST_CASE("the first look says what is unread, and the last that nothing is", "[inputs]") {
  const TempDir dir;
  dir.write("log", "one\n");
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait_until_idle());
  run.stop();
  REQUIRE(seen.looks.front().streams.size() == 1);
  CHECK(seen.looks.front().streams[0].unread);
  CHECK(seen.looks.front().streams[0].stream == dir.path("log"));
  CHECK_FALSE(seen.looks.back().streams[0].unread);
  CHECK(seen.more_unread == std::vector<bool>{false});
  CHECK(seen.looks.back().began >= seen.looks.front().began);
}

TEST_CASE("start_at end begins behind what is there, later files from their beginning",
          "[inputs]") {
  const TempDir dir;
  dir.write("a.log", "old\nhalf");
  Committed seen;
  auto options = follow(dir.path("*.log"));
  options.start_at = StartAt::end;
  {
    InputRun run(seen, options);
    REQUIRE(run.wait_until_idle());
    CHECK(seen.messages.empty());
    dir.append("a.log", " a line\nnew\n");
    REQUIRE(run.wait_for_messages(2));
    dir.write("b.log", "later\n");
    REQUIRE(run.wait_for_messages(3));
  }
  dir.write("c.log", "while stopped\n");
  InputRun again(seen, options);
  REQUIRE(again.wait_for_messages(4));
  CHECK(seen.messages == Texts{"half a line", "new", "later", "while stopped"});
}

TEST_CASE("start_at with a duration begins at the first event that is young enough", "[inputs]") {
  const TempDir dir;
  const SystemClock clock;
  std::string text;
  for (int minute = 5000; minute > 0; --minute)
    text += std::to_string(to_ms(clock.now() - minutes{minute})) + " event " +
            std::to_string(minute) + "\n  a line without a time\n";
  dir.write("log", text);
  Committed seen;
  auto options = follow(dir.path("log"));
  options.start_at = StartAt::age;
  options.start_age = minutes{1000} + seconds{30};
  options.time.format = "epoch_ms";
  options.time.column = 1;
  InputRun run(seen, options);
  REQUIRE(run.wait_until_idle());
  run.stop();
  REQUIRE(seen.messages.size() == 2000);
  CHECK(seen.messages.front().ends_with("event 1000"));
}

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

TEST_CASE("a restart goes on where the last commit was", "[inputs]") {
  const TempDir dir;
  dir.write("log", lines(1, 25'000));
  Committed seen;
  auto options = follow(dir.path("log"));
  options.crash_after = 2;  // the first look and a batch
  {
    InputRun run(seen, options);
    CHECK_FALSE(run.wait_for_messages(25'000));
  }
  CHECK(seen.messages.size() == kBatchEventsMax);
  InputRun again(seen, follow(dir.path("log")));
  REQUIRE(again.wait_for_messages(25'000));
  CHECK(seen.messages == line_list(1, 25'000));
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

TEST_CASE("a directory that vanishes and returns is no loss and no repeat", "[inputs]") {
  const TempDir dir;
  dir.write("logs/a.log", lines(1, 2));
  Committed seen;
  InputRun run(seen, follow(dir.path("logs/*.log")));
  REQUIRE(run.wait_for_messages(2));
  fs::rename(dir.path("logs"), dir.path("away"));
  REQUIRE(run.wait_until_idle());
  dir.append("away/a.log", lines(3, 3));
  REQUIRE(run.wait_for_messages(3));
  fs::rename(dir.path("away"), dir.path("logs"));
  dir.append("logs/a.log", lines(4, 4));
  REQUIRE(run.wait_for_messages(4));
  fs::remove_all(dir.path("logs"));
  REQUIRE(run.wait([](const Committed& c) { return c.looks.back().streams.empty(); }));
  dir.write("logs/a.log", lines(5, 5));
  REQUIRE(run.wait_for_messages(5));
  CHECK(seen.messages == line_list(1, 5));
}

TEST_CASE("a file without read permission is unread, counted, and read when it can be",
          "[inputs]") {
  if (::geteuid() == 0) return;  // nothing is forbidden to root
  const TempDir dir;
  dir.write("log", "one\n");
  ::chmod(dir.path("log").c_str(), 0);
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  REQUIRE(run.wait([&](const Committed& c) {
    return !c.looks.empty() && run.snapshot()->totals.unreadable > 0;
  }));
  CHECK(run.snapshot()->streams.at(0).trouble.find("Permission denied") != std::string::npos);
  CHECK(run.snapshot()->streams.at(0).is_unread);
  ::chmod(dir.path("log").c_str(), 0600);
  REQUIRE(run.wait_for_messages(1));
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

TEST_CASE("a line of 100 MB is cut and the next is whole", "[inputs]") {
  const TempDir dir;
  dir.write("log", "");
  Committed seen;
  InputRun run(seen, follow(dir.path("log")));
  const std::string part(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) dir.append("log", part);
  dir.append("log", "\nnext\n");
  REQUIRE(run.wait_for_messages(2));
  REQUIRE(run.wait_until_idle());
  CHECK(seen.messages[0] == part);
  CHECK(seen.messages[1] == "next");
  CHECK(run.snapshot()->totals.long_lines == 1);
}

TEST_CASE("of several files the one behind in time is read first", "[inputs]") {
  const TempDir dir;
  const auto write = [&](const std::string& name, int from) {
    std::string text;
    for (int i = 0; i < 30'000; ++i) {
      const int second = from + 2 * i;
      char line[64];
      std::snprintf(line, sizeof line, "2026-01-%02dT%02d:%02d:%02dZ x\n", 1 + second / 86400,
                    second / 3600 % 24, second / 60 % 60, second % 60);
      text += line;
    }
    dir.write(name, text);
  };
  write("a.log", 0);
  write("b.log", 1);
  Committed seen;
  InputRun run(seen, follow(dir.path("*.log")));
  REQUIRE(run.wait_for_messages(60'000));
  run.stop();
  int behind = 0;
  std::map<std::string, std::string> newest;
  for (std::size_t i = 0; i < seen.messages.size(); ++i) {
    newest[seen.streams[i]] = seen.messages[i];
    if (newest.size() == 2 &&
        newest.begin()->second.substr(0, 11) != newest.rbegin()->second.substr(0, 11))
      ++behind;
  }
  CHECK(behind < 25'000);  // at most a batch apart, of three each
  CHECK(seen.looks.front().streams[0].first.has_value());
}

TEST_CASE("an input ends at once when the sink refuses or it is told to", "[inputs]") {
  const TempDir dir;
  dir.write("log", "one\n");
  Committed seen;
  auto options = follow(dir.path("log"));
  options.crash_after = 0;
  InputRun refused(seen, options);
  CHECK_FALSE(refused.wait_for_messages(1));
  InputRun told(seen, follow(dir.path("log")));
  REQUIRE(told.wait_until_idle());
  told.stop();
}
