// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/event_reader.hpp"

#include <random>

#include "daemon/inputs/file_tree.hpp"
#include "daemon/inputs/line_splitter.hpp"
#include "daemon/inputs/record_scanner.hpp"
#include "rules/match/block_events.hpp"
#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;

namespace {

using Texts = std::vector<std::string>;

struct WhatWasRead {
  Texts events;
  std::vector<std::uint64_t> positions;
  std::string error;
  ReadCounters counters;
  bool has_records = false;
  std::size_t largest_batch = 0;
};

WhatWasRead read_file(const std::string& path, EventFormat format, std::size_t line_max = 1 << 20) {
  WhatWasRead all;
  auto reader = EventReader::open(path, format, line_max);
  if (!reader) return all.error = reader.error().code, all;
  EventBatch batch;
  while (true) {
    const Result<bool> more = (*reader)->next(batch);
    if (!more) all.error = more.error().code;
    if (!more || !*more) break;
    CHECK(batch.events.size() <= kBatchEventsMax);
    all.largest_batch = std::max(all.largest_batch, batch.bytes.size());
    for (const EventSlice& event : batch.events) {
      all.events.emplace_back(batch.message(event));
      all.positions.push_back(event.position);
    }
  }
  all.counters = (*reader)->counters();
  all.has_records = (*reader)->has_records();
  return all;
}

// The same by blocks.
WhatWasRead read_blocks(const std::string& path, EventFormat format, std::size_t line_max) {
  WhatWasRead all;
  auto reader = EventReader::open(path, format, line_max);
  if (!reader) return all.error = reader.error().code, all;
  EventBlock block;
  while (true) {
    const Result<bool> more = (*reader)->next(block);
    if (!more) all.error = more.error().code;
    if (!more || !*more) break;
    for (EventCursor event(block); !event.at_end(); event.next()) {
      all.events.emplace_back(event.message());
      all.positions.push_back(event.position());
    }
  }
  all.counters = (*reader)->counters();
  all.has_records = (*reader)->has_records();
  return all;
}

// Blocks and batches say the same.
WhatWasRead read_both(const std::string& path, EventFormat format, std::size_t line_max) {
  WhatWasRead all = read_file(path, format, line_max);
  const WhatWasRead blocks = read_blocks(path, format, line_max);
  CHECK((blocks.events == all.events));
  CHECK((blocks.positions == all.positions));
  CHECK(blocks.error == all.error);
  CHECK(blocks.has_records == all.has_records);
  CHECK(blocks.counters.bytes == all.counters.bytes);
  CHECK(blocks.counters.long_lines == all.counters.long_lines);
  CHECK(blocks.counters.broken == all.counters.broken);
  return all;
}

WhatWasRead read_text(std::string_view content, EventFormat format,
                      std::size_t line_max = 1 << 20) {
  const TempDir dir;
  return read_both(dir.write("file", content), format, line_max);
}
WhatWasRead read_lines(std::string_view content, std::size_t line_max = 1 << 20) {
  return read_text(content, EventFormat::lines, line_max);
}
WhatWasRead read_trail(std::string_view content) {
  return read_text(content, EventFormat::cloudtrail);
}

}  // namespace

TEST_CASE("lines end at line breaks, with or without CR, and the last needs none", "[inputs]") {
  const auto read = read_lines("one\r\n\ntwo\nthr\ree");
  CHECK(read.events == Texts{"one", "", "two", "thr\ree"});
  CHECK(read.positions == std::vector<std::uint64_t>{0, 5, 6, 10});
  CHECK(read.error.empty());
  CHECK(read.counters.bytes == 16);
}

TEST_CASE("a byte order mark is no part of the first event", "[inputs]") {
  CHECK(read_lines("\xEF\xBB\xBFone\ntwo").events == Texts{"one", "two"});
  CHECK(read_trail("\xEF\xBB\xBF{\"a\":1}\n").events == Texts{"{\"a\":1}"});
  CHECK(read_trail("\xEF\xBB\xBF{\"Records\":[{\"a\":1}]}").events == Texts{"{\"a\":1}"});
}

TEST_CASE("an empty file has no events in any format", "[inputs]") {
  CHECK(read_lines("").events.empty());
  CHECK(read_trail("").error.empty());
  CHECK(read_trail("\n \n").error.empty());
}

TEST_CASE("a line that is too long is cut, and what follows is whole", "[inputs]") {
  const auto read = read_lines("12345\n123456\n1234\n", 5);
  CHECK(read.events == Texts{"12345", "12345", "1234"});
  CHECK(read.counters.long_lines == 1);
  const std::string huge(5 << 20, 'x');
  const auto cut = read_lines("a\n" + huge + "\nb\n" + huge, 1 << 10);
  CHECK(cut.events == Texts{"a", huge.substr(0, 1 << 10), "b", huge.substr(0, 1 << 10)});
  CHECK(cut.counters.long_lines == 2);
  CHECK(cut.largest_batch < (1 << 20));
}

TEST_CASE("many short lines come in batches of a bounded size", "[inputs]") {
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i) + '\n';
  const auto read = read_lines(text);
  REQUIRE(read.events.size() == 300'000);
  CHECK(read.events[123'456] == "123456");
  CHECK(text.substr(read.positions[123'456], 6) == "123456");
}

TEST_CASE("records are sliced out as they stood", "[inputs]") {
  const std::string tricky = R"({ "a" : "}]{[\"\\" , "b": [ {"c":"\\\""} ],)"
                             "\n"
                             R"( "Records":[1] })";
  const auto read = read_trail("{\"Records\": [" + tricky + " , {}\n,{\"x\":1}]}\n");
  CHECK(read.events == Texts{tricky, "{}", "{\"x\":1}"});
  CHECK(read.positions == std::vector<std::uint64_t>{0, 1, 2});
  CHECK(read.has_records);
  CHECK(read.error.empty());
}

TEST_CASE("Records may stand behind other members, several times, or be empty", "[inputs]") {
  CHECK(read_trail(R"({"Records":[]})").events.empty());
  CHECK(read_trail(R"({"Records":[]})").error.empty());
  const auto read =
      read_trail(R"({"v":{"Records":[{"no":1}]},"w":"Records","Records":[{"a":1}],"z":[2]}
    {"Records":[{"b":2}]})");
  CHECK(read.events == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(read.positions == std::vector<std::uint64_t>{0, 1});
}

TEST_CASE("an object a line is NDJSON, an object over several lines is one record", "[inputs]") {
  const auto lines = read_trail("{\"a\":{\"Records\":[1]}}\n{\"b\":2}\nnonsense\n{\"c\":3}");
  CHECK(lines.events == Texts{R"({"a":{"Records":[1]}})", R"({"b":2})", "nonsense", R"({"c":3})"});
  CHECK(lines.counters.broken == 1);
  CHECK_FALSE(lines.has_records);
  const auto pretty = read_trail("{\n \"a\": 1\n}\n{ \"b\": 2 }\n");
  CHECK(pretty.events == Texts{"{\n \"a\": 1\n}", "{ \"b\": 2 }"});
  CHECK(pretty.has_records);
}

TEST_CASE("NDJSON with a broken first line still gives the others", "[inputs]") {
  const auto read = read_trail("{\"a\":\"b\n{\"c\":1}\n");
  CHECK(read.events == Texts{"{\"a\":\"b", "{\"c\":1}"});
  const auto open = read_trail("{\"a\":{\n{\"c\":1}\n");
  CHECK(open.events == Texts{"{\"a\":{", "{\"c\":1}"});
}

TEST_CASE("elements of Records that are no objects are counted and passed over", "[inputs]") {
  const auto read = read_trail(R"({"Records":[null,{"a":1},"x]{",[{"n":1}],-2.5,{"b":2},tru]})");
  CHECK(read.events == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(read.positions == std::vector<std::uint64_t>{1, 5});
  CHECK(read.counters.broken == 5);
}

TEST_CASE("a Records file that ends too early or goes on as something else says so", "[inputs]") {
  const auto truncated = read_trail(R"({"Records":[{"a":1},{"b":)");
  CHECK(truncated.events == Texts{R"({"a":1})"});
  CHECK(truncated.error == "truncated");
  CHECK(truncated.counters.broken == 1);
  CHECK(read_trail(R"({"Rec)").error == "truncated");
  const auto other = read_trail("{\"Records\":[{\"a\":1}]}\nhello");
  CHECK(other.events == Texts{R"({"a":1})"});
  CHECK(other.error == "not-records");
  CHECK(other.counters.broken == 1);
}

TEST_CASE("a record nested 100,000 deep is passed on without harm", "[inputs]") {
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const auto read = read_trail("{\"Records\":[" + deep + ",{\"b\":1}]}");
  CHECK(read.events == Texts{deep, "{\"b\":1}"});
}

TEST_CASE("a record longer than a line may be is cut and counted", "[inputs]") {
  const std::string big = "{\"a\":\"" + std::string(3 << 20, 'x') + "\"}";
  const auto read = read_trail("{\"Records\":[{},  " + big + " ,{\"b\":1}]}");
  REQUIRE(read.events.size() == 3);
  CHECK(read.events[1] == big.substr(0, 1 << 20));
  CHECK(read.events[2] == "{\"b\":1}");
  CHECK(read.counters.long_lines == 1);
}

TEST_CASE("binary garbage is events of some kind, never a crash", "[inputs]") {
  std::mt19937_64 random(7);
  for (const EventFormat format : {EventFormat::lines, EventFormat::cloudtrail}) {
    for (const std::string prefix : {"", "{\"Records\":[{", "\x1f\x8b\x08"}) {
      std::string garbage = prefix;
      for (int i = 0; i < 300'000; ++i) garbage += static_cast<char>(random());
      CHECK(read_text(garbage, format, 1000).counters.bytes <= garbage.size());
    }
  }
}

TEST_CASE("gzip is inflated: small, large, of several members, empty", "[inputs]") {
  std::string text;
  for (std::uint64_t i = 0; text.size() < (20 << 20); ++i)
    text += "line " + std::to_string(i * 7919) + '\n';
  const auto large = read_lines(gzip(text));
  CHECK(large.counters.bytes == text.size());
  CHECK(large.events.back().starts_with("line "));
  CHECK(large.error.empty());
  CHECK(read_lines(gzip("one\ntwo\n")).events == Texts{"one", "two"});
  CHECK(read_lines(gzip("one\nt") + gzip("wo\n")).events == Texts{"one", "two"});
  CHECK(read_lines(gzip("")).events.empty());
  CHECK(read_lines(gzip("")).error.empty());
}

TEST_CASE("a damaged gzip file gives what can be read, then an error", "[inputs]") {
  std::mt19937_64 random(3);
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(random()) + '\n';
  const std::string whole = gzip(text);
  const auto truncated = read_lines(whole.substr(0, whole.size() / 2));
  CHECK(truncated.error == "truncated");
  CHECK(truncated.counters.broken == 1);
  REQUIRE(truncated.events.size() > 10'000);
  CHECK(text.starts_with(truncated.events[0] + '\n' + truncated.events[1] + '\n'));
  CHECK(text.find(truncated.events.back() + '\n') != std::string::npos);
  std::string flipped = whole;
  flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
  CHECK(read_lines(flipped).error == "damaged");
  CHECK(read_lines(whole + "trailing").error == "damaged");
}

TEST_CASE("a gzip bomb is given up at 1,000 times its size", "[inputs]") {
  const std::string bomb = gzip(std::string(80 << 20, 'x'));
  const auto read = read_lines(bomb);
  CHECK(read.error == "too-large");
  CHECK(read.counters.bytes <= bomb.size() * 1000 + (2 << 20));
  CHECK(read.counters.broken == 1);
}

TEST_CASE("files that cannot be opened are told apart", "[inputs]") {
  const TempDir dir;
  CHECK(read_file(dir.path("none"), EventFormat::lines).error == "not-found");
  CHECK(read_file(dir.path(), EventFormat::lines).error == "is-directory");
}

TEST_CASE("the scanner finds the same records however the bytes are cut", "[inputs]") {
  const std::string text =
      R"( {"x":"\\\"Records","Records":[{"a":"\\"},{"b":"\\\\\"}{"}, 7 ,{"c":[{},[]]}] , "y":{}}  )"
      R"({"Records":[{"long":")" +
      std::string(200, '\\') + std::string(100, 'x') + R"("}]})";
  std::vector<RecordScanner::Record> whole;
  RecordScanner once;
  once.scan(text, whole);
  REQUIRE(whole.size() == 4);
  CHECK(once.is_complete());
  std::mt19937_64 random(11);
  for (int round = 0; round < 200; ++round) {
    RecordScanner scanner;
    std::vector<RecordScanner::Record> found;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = 1 + random() % 150;
      scanner.scan(std::string_view(text).substr(at, length), found);
      at += length;
    }
    REQUIRE(found.size() == whole.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].begin == whole[i].begin);
      CHECK(found[i].end == whole[i].end);
    }
  }
}

TEST_CASE("a walk lists files by path, follows links and survives loops", "[inputs]") {
  const TempDir dir;
  dir.write("b/2.json", "");
  dir.write("b/1.json", "");
  dir.write("a.json", "");
  dir.write(".hidden/x", "");
  std::filesystem::create_symlink("..", dir.path("b/loop"));
  std::filesystem::create_symlink("nowhere", dir.path("b/dangling"));
  const FileWalk walk = walk_files(dir.path());
  CHECK(walk.files == Texts{dir.path("a.json"), dir.path("b/1.json"), dir.path("b/2.json")});
  CHECK(walk.directories.size() == 2);
  CHECK(walk_files(dir.path("a.json")).files == Texts{dir.path("a.json")});
  CHECK(walk_files(dir.path("none")).files.empty());
  CHECK(is_trail_name("x/1_CloudTrail_us-east-1_20260101T0000Z_a.json.gz"));
  CHECK_FALSE(is_trail_name("x/1_CloudTrail-Digest_us-east-1_20260101T0000Z.json.gz"));
  CHECK_FALSE(is_trail_name("x/README.md"));
}
