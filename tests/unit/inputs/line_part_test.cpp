// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/line_part.hpp"

#include <filesystem>
#include <random>

#include "daemon/inputs/byte_source.hpp"
#include "rules/match/block_events.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;

namespace {

struct Lines {
  std::vector<std::string> texts;
  std::vector<std::uint64_t> positions;
  ReadCounters counters;
};

void read_all(BlockReader& reader, Lines& lines) {
  EventBlock block;
  while (true) {
    const Result<bool> more = reader.next(block);
    REQUIRE(more.ok());
    if (!*more) break;
    for (EventCursor event(block); !event.at_end(); event.next()) {
      lines.texts.emplace_back(event.message());
      lines.positions.push_back(event.position());
    }
  }
  lines.counters.bytes += reader.counters().bytes;
  lines.counters.long_lines += reader.counters().long_lines;
  lines.counters.broken += reader.counters().broken;
}

Lines read_whole(const std::string& path, EventFormat format, std::size_t line_max) {
  Lines lines;
  read_all(**EventReader::open(path, format, line_max), lines);
  return lines;
}

Lines read_parts(const std::string& path, EventFormat format, std::size_t line_max,
                 std::uint64_t size, std::uint64_t part_size) {
  const auto file = std::make_shared<const FileDescriptor>(open_file(path).value());
  Lines lines;
  for (std::uint64_t begin = 0; begin < size; begin += part_size)
    read_all(*read_part({file, path, format, line_max, begin, std::min(begin + part_size, size)}),
             lines);
  return lines;
}

void check_parts(std::string_view content, EventFormat format, std::size_t line_max,
                 std::initializer_list<std::uint64_t> part_sizes) {
  const TempDir dir;
  const std::string path = dir.write("file", content);
  const Lines whole = read_whole(path, format, line_max);
  for (const std::uint64_t part_size : part_sizes) {
    CAPTURE(content.substr(0, 100), line_max, part_size);
    const Lines parts = read_parts(path, format, line_max, content.size(), part_size);
    CHECK((parts.texts == whole.texts));
    CHECK((parts.positions == whole.positions));
    CHECK(parts.counters.bytes == whole.counters.bytes);
    CHECK(parts.counters.long_lines == whole.counters.long_lines);
    CHECK(parts.counters.broken == whole.counters.broken);
  }
}

}  // namespace

TEST_CASE("parts of a file have all its lines, each once", "[inputs]") {
  for (const char* text : {"", "\n", "a", "a\nb\nc\n", "a\r\n\r\nbcd\r\n", "\n\n\nabc\n\n",
                           "abc\ndefg", "abcdefghijklmnop\nq\n\nrs"})
    for (const std::size_t line_max : {3u, 4u, 1000u})
      check_parts(text, EventFormat::lines, line_max, {1, 2, 3, 4, 5, 7, 16, 100});
  check_parts("{\"a\":1}\nno object\n{}\n \t\n\n{}", EventFormat::cloudtrail, 100,
              {1, 2, 3, 4, 5, 7, 16, 100});
}

TEST_CASE("a byte order mark is no part of the first line of the first part", "[inputs]") {
  check_parts("\xEF\xBB\xBF{\"a\":1}\nno object\n{}", EventFormat::cloudtrail, 100,
              {4, 5, 16, 100});
}

TEST_CASE("parts of a large file have lines of all lengths", "[inputs]") {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < 3'000'000) {
    const std::size_t length = random() % 20 == 0 ? random() % 60'000 : random() % 300;
    text += std::string(length, static_cast<char>('a' + random() % 26));
    text += random() % 4 == 0 ? "\r\n" : "\n";
  }
  text += "the last one has no line break";
  check_parts(text, EventFormat::lines, 20'000, {1'000, 65'536, 524'288, 1'000'000});
  check_parts(text, EventFormat::lines, 1 << 20, {65'536, 1'000'001});
}

TEST_CASE("a part of a file that shrinks while it is read fails, and nobody is killed",
          "[inputs]") {
  const TempDir dir;
  std::string text;
  while (text.size() < 3'000'000) text += "{\"line\":" + std::to_string(text.size()) + "}\n";
  const std::string path = dir.write("file", text);
  const auto file = std::make_shared<const FileDescriptor>(open_file(path).value());
  for (const std::uint64_t left : {2'000'000, 700'001, 0}) {
    const auto reader = read_part({file, path, EventFormat::cloudtrail, 1 << 20, 0, text.size()});
    EventBlock block;
    REQUIRE(*reader->next(block));
    std::filesystem::resize_file(path, left);
    Result<bool> more = true;
    while (more && *more) {
      for (EventCursor event(block); !event.at_end(); event.next())
        CHECK(event.message().size() <= block.bytes.size());
      more = reader->next(block);
    }
    REQUIRE_FALSE(more.ok());
    CHECK(more.error().code == "io");
    CHECK(more.error().text.find("became shorter") != std::string::npos);
    dir.write("file", text);
  }
}

TEST_CASE("lines that are no objects are counted, unless somebody has seen that there are none",
          "[inputs]") {
  const TempDir dir;
  const std::string path = dir.write("file", "{}\nno\n{}\n");
  const auto file = std::make_shared<const FileDescriptor>(open_file(path).value());
  for (const bool seen : {false, true}) {
    const auto reader = read_part({file, path, EventFormat::cloudtrail, 100, 0, 9});
    EventBlock block;
    REQUIRE(*reader->next(block));
    if (seen) reader->set_only_objects();
    CHECK_FALSE(*reader->next(block));
    CHECK(reader->counters().broken == (seen ? 0 : 1));
  }
}

TEST_CASE("a file that shrinks while its parts are read ends earlier", "[inputs]") {
  const TempDir dir;
  const std::string path = dir.write("file", "one\ntwo\nthree\n");
  CHECK(read_parts(path, EventFormat::lines, 100, 1'000, 6).texts ==
        std::vector<std::string>{"one", "two", "three"});
}
