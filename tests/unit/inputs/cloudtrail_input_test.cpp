// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>
#include <filesystem>

#include "daemon/inputs/trail_ledger.hpp"
#include "daemon/inputs/trail_name.hpp"
#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/input_run.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

using Texts = std::vector<std::string>;

InputRun::Options trail(const TempDir& dir) {
  InputRun::Options options;
  options.input = "cloudtrail";
  options.settings = {{"path", {dir.path()}}};
  return options;
}

std::string record(int number) { return "{\"eventID\":\"" + std::to_string(number) + "\"}"; }

std::string records(int from, int to) {
  std::string text = "{\"Records\":[";
  for (int i = from; i <= to; ++i) text += (i == from ? "" : ",") + record(i);
  return text + "]}";
}

Texts record_list(int from, int to) {
  Texts all;
  for (int i = from; i <= to; ++i) all.push_back(record(i));
  return all;
}

// The name of an object, `minutes_ago` by the wall clock.
std::string object_name(int minutes_ago, const std::string& region = "us-east-1",
                        const std::string& suffix = ".json.gz") {
  const std::time_t at = std::time(nullptr) - 60 * minutes_ago;
  std::tm parts{};
  gmtime_r(&at, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%MZ", &parts);
  return "AWSLogs/111122223333/CloudTrail/" + region + "/111122223333_CloudTrail_" + region + "_" +
         text + "_x" + std::to_string(minutes_ago) + suffix;
}

}  // namespace

TEST_CASE("an object's name tells its account, region and minute", "[inputs]") {
  const auto name =
      parse_trail_name("a/b/111122223333_CloudTrail_eu-west-3_20260102T0304Z_Abc.json.gz");
  REQUIRE(name);
  CHECK(name->account == "111122223333");
  CHECK(name->region == "eu-west-3");
  CHECK(to_ms(name->time) == 1767323040000);
  CHECK_FALSE(parse_trail_name("events.json"));
  CHECK_FALSE(parse_trail_name("1_CloudTrail_r_20261302T0304Z_A.json"));
  CHECK_FALSE(parse_trail_name("1_CloudTrail_r_20260102T2404Z_A.json"));
}

TEST_CASE("objects are read in the order of their names' times, over streams", "[inputs]") {
  const TempDir dir;
  dir.write(object_name(10), gzip(records(5, 6)));
  dir.write(object_name(30), gzip(records(1, 2)));
  dir.write(object_name(20, "eu-west-1", ".json"), records(3, 4));
  dir.write("AWSLogs/111122223333/CloudTrail-Digest/x_CloudTrail-Digest_y.json.gz", gzip("{}"));
  dir.write("README.txt", "not a log");
  Committed seen;
  InputRun run(seen, trail(dir));
  REQUIRE(run.wait_for_messages(6));
  REQUIRE(run.wait_until_idle());
  run.stop();
  CHECK(seen.messages == record_list(1, 6));
  CHECK(seen.streams[0] == "111122223333/us-east-1");
  CHECK(seen.streams[2] == "111122223333/eu-west-1");
  CHECK(seen.places == std::vector<std::uint64_t>{0, 1, 0, 1, 0, 1});
  REQUIRE(seen.looks.front().streams.size() == 2);
  CHECK(seen.looks.front().streams[0].unread);
  CHECK(seen.looks.front().streams[0].first.has_value());
}

TEST_CASE("new objects are found as they appear, also in new directories", "[inputs]") {
  const TempDir dir;
  Committed seen;
  InputRun run(seen, trail(dir));
  REQUIRE(run.wait_until_idle());
  dir.write("a/b/c/" + object_name(5), gzip(records(1, 2)));
  REQUIRE(run.wait_for_messages(2));
  dir.write("a/b/c/" + object_name(4), gzip(records(3, 4)));
  REQUIRE(run.wait_for_messages(4));
  dir.write("events.ndjson", record(5) + "\n\n" + record(6) + "\n");
  REQUIRE(run.wait_for_messages(6));
  dir.append("events.ndjson", record(7));  // whole, though the line is not ended
  REQUIRE(run.wait_for_messages(7));
  dir.append("events.ndjson", "\n{\"eventID\":");
  dir.append("events.ndjson", "\"8\"}\n");
  REQUIRE(run.wait_for_messages(8));
  REQUIRE(run.wait_until_idle());
  run.stop();
  CHECK(seen.messages == record_list(1, 8));
}

TEST_CASE("each record is read once over restarts, also in the middle of an object", "[inputs]") {
  const TempDir dir;
  dir.write(object_name(30), gzip(records(1, 25'000)));
  dir.write(object_name(20), gzip(records(25'001, 25'010)));
  dir.write("events.json", record(-1) + "\n");
  Committed seen;
  for (std::size_t crash_after = 2; crash_after < 6; ++crash_after) {
    auto options = trail(dir);
    options.crash_after = crash_after;
    InputRun run(seen, options);
    run.wait_for_messages(25'011);
  }
  InputRun run(seen, trail(dir));
  REQUIRE(run.wait_until_idle());
  run.stop();
  Texts messages = seen.messages;
  std::erase(messages, record(-1));
  CHECK(messages.size() + 1 == seen.messages.size());
  CHECK(messages == record_list(1, 25'010));
}

TEST_CASE("objects older than start_at are not read, not even after a restart", "[inputs]") {
  const TempDir dir;
  dir.write(object_name(60 * 30), gzip(records(1, 2)));
  dir.write(object_name(60 * 20), gzip(records(3, 4)));
  auto options = trail(dir);
  options.start_at = StartAt::age;
  options.start_age = hours{24};
  Committed seen;
  {
    InputRun run(seen, options);
    REQUIRE(run.wait_for_messages(2));
    REQUIRE(run.wait_until_idle());
    CHECK(run.snapshot()->totals.skipped_old == 1);
  }
  dir.write(object_name(60 * 25), gzip(records(5, 6)));
  dir.write(object_name(60 * 19), gzip(records(7, 8)));
  InputRun run(seen, options);
  REQUIRE(run.wait_for_messages(4));
  REQUIRE(run.wait_until_idle());
  CHECK(seen.messages == Texts{record(3), record(4), record(7), record(8)});
}

TEST_CASE("with start_at end, objects that are there already are not read", "[inputs]") {
  const TempDir dir;
  dir.write(object_name(20), gzip(records(1, 2)));
  auto options = trail(dir);
  options.start_at = StartAt::end;
  Committed seen;
  InputRun run(seen, options);
  REQUIRE(run.wait_until_idle());
  dir.write(object_name(25), gzip(records(3, 4)));
  REQUIRE(run.wait_for_messages(2));
  CHECK(seen.messages == record_list(3, 4));
}

TEST_CASE("an object that is still being written is read when it is whole", "[inputs]") {
  const TempDir dir;
  const std::string whole = gzip(records(1, 5000));
  const std::string name = object_name(20);
  dir.write(name, whole.substr(0, whole.size() / 2));
  dir.write(object_name(10, "eu-west-1"), gzip(records(6001, 6002)));
  Committed seen;
  InputRun run(seen, trail(dir));
  // The other region goes on; this one says that it has unread data.
  REQUIRE(run.wait([](const Committed& c) {
    return std::count(c.messages.begin(), c.messages.end(), record(6002)) == 1 &&
           c.looks.back().streams.size() == 2 && c.looks.back().streams[1].unread;
  }));
  dir.append(name, whole.substr(whole.size() / 2));
  REQUIRE(run.wait_for_messages(5002));
  REQUIRE(run.wait_until_idle());
  run.stop();
  std::erase(seen.messages, record(6001));
  std::erase(seen.messages, record(6002));
  CHECK(seen.messages == record_list(1, 5000));
}

TEST_CASE("an object that is no trail is counted and passed over", "[inputs]") {
  const TempDir dir;
  dir.write(object_name(30, "us-east-1", ".json"), "{\"Records\":[{}]} and then something");
  dir.write(object_name(20), gzip(std::string(80 << 20, ' ')));
  dir.write(object_name(10), gzip(records(1, 1)));
  Committed seen;
  InputRun run(seen, trail(dir));
  REQUIRE(run.wait_for_messages(2));
  REQUIRE(run.wait_until_idle());
  CHECK(seen.messages == Texts{"{}", record(1)});
  CHECK(run.snapshot()->totals.broken == 2);
}

TEST_CASE("a trail whose directory vanishes has unread data until it is back", "[inputs]") {
  const TempDir dir;
  dir.write("trail/" + object_name(20), gzip(records(1, 2)));
  auto options = trail(dir);
  options.settings["path"] = {dir.path("trail")};
  Committed seen;
  {
    InputRun run(seen, options);
    REQUIRE(run.wait_for_messages(2));
    REQUIRE(run.wait_until_idle());
  }
  fs::rename(dir.path("trail"), dir.path("away"));
  InputRun run(seen, options);
  REQUIRE(run.wait([&](const Committed& c) {
    return !c.looks.back().streams.empty() && c.looks.back().streams[0].unread;
  }));
}

TEST_CASE("the ledger stays small: old rows go, and the floor says so", "[inputs]") {
  TrailLedger ledger("group", {});
  std::vector<PositionUpdate> updates;
  const Instant modified = instant_from_ms(1767323040000);
  for (std::size_t i = 0; i < TrailLedger::kRowsMax + 1; ++i)
    ledger.record({"path" + std::to_string(i), 1, modified + milliseconds{i}, {}, 1, true});
  ledger.prune(kNoTime, updates);
  CHECK(updates.size() > TrailLedger::kRowsMax / 10);
  CHECK(updates.back().name == "@floor");
  CHECK(ledger.find("path0", 1, modified).is_done);
  CHECK(ledger.find("path200000", 1, modified + milliseconds{200'000}).is_done);
  CHECK_FALSE(ledger.find("path200000", 2, modified + milliseconds{200'001}).is_done);
  CHECK_FALSE(ledger.find("new", 1, modified + hours{1}).is_done);
}
