// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "daemon/inputs/line_splitter.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/inputs/followed_lines.hpp"

using namespace tocsin;
using namespace tocsin::test;
namespace fs = std::filesystem;

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
