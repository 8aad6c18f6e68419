// SPDX-License-Identifier: Apache-2.0
#include "notifiers/file_append.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "notifiers/delivery_transport.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

FileRequest line_to(const std::string& path, const std::string& line) {
  return {.path = path, .line = line, .bytes_max = 1 << 20};
}

std::string content(const TempDir& dir, const char* name) {
  std::ifstream in(dir.path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a file for one line is the same however often the line is written",
          "[notifiers][file]") {
  const TempDir dir;
  FileRequest alone = line_to(dir.path("letter.json"), "{}");
  alone.alone = true;
  std::ofstream(alone.path) << "{";  // what a crash has left
  for (int i = 0; i < 2; ++i) CHECK(append_line(alone).status == 200);
  CHECK(content(dir, "letter.json") == "{}\n");
}

TEST_CASE("each message is a line at the end of the file", "[notifiers][file]") {
  const TempDir dir;
  const std::string path = dir.path("alarms.ndjson");
  CHECK(append_line(line_to(path, "one")).status == 200);
  CHECK(append_line(line_to(path, "two")).status == 200);
  CHECK(content(dir, "alarms.ndjson") == "one\ntwo\n");
  struct stat made {};
  REQUIRE(stat(path.c_str(), &made) == 0);
  CHECK((made.st_mode & 0007) == 0);
}

TEST_CASE("a rotated file is left at once", "[notifiers][file]") {
  const TempDir dir;
  const std::string path = dir.path("a");
  REQUIRE(append_line(line_to(path, "one")).status == 200);
  std::filesystem::rename(path, dir.path("a.1"));
  REQUIRE(append_line(line_to(path, "two")).status == 200);
  CHECK(content(dir, "a.1") == "one\n");
  CHECK(content(dir, "a") == "two\n");
}

TEST_CASE("what a crash left of a line gets a line of its own", "[notifiers][file]") {
  const TempDir dir;
  dir.write("a", "whole\nha");
  REQUIRE(append_line(line_to(dir.path("a"), "next")).status == 200);
  CHECK(content(dir, "a") == "whole\nha\nnext\n");
}

TEST_CASE("a file that has reached its size takes no more until it is rotated",
          "[notifiers][file]") {
  const TempDir dir;
  FileRequest request = line_to(dir.path("a"), "12345");
  request.bytes_max = 10;
  REQUIRE(append_line(request).status == 200);
  const Response full = append_line(request);
  CHECK(full.status == 0);
  CHECK(full.failure == Response::Failure::other);
  CHECK(full.detail == "has reached max_size: it is to be rotated");
  CHECK(content(dir, "a") == "12345\n");
}

TEST_CASE("what cannot be opened may be tried again", "[notifiers][file]") {
  const TempDir dir;
  const Response response = append_line(line_to(dir.path("missing/a"), "x"));
  CHECK(response.failure == Response::Failure::other);
  CHECK(response.detail == "cannot be opened: No such file or directory");
}

TEST_CASE("only a plain file is written to", "[notifiers][file]") {
  const TempDir dir;
  REQUIRE(mkfifo(dir.path("pipe").c_str(), 0600) == 0);
  CHECK(append_line(line_to(dir.path("pipe"), "x")).failure == Response::Failure::refused_target);
  CHECK(append_line(line_to(dir.path(), "x")).failure == Response::Failure::refused_target);
}

TEST_CASE("lines are written beside requests to the network", "[notifiers][file]") {
  const TempDir dir;
  auto transport = make_delivery_transport();
  REQUIRE(transport);
  for (int i = 0; i < 20; ++i) (*transport)->start(i, line_to(dir.path("a"), std::to_string(i)));
  HttpRequest nowhere;
  nowhere.url = Secret("http://127.0.0.1:1/");
  (*transport)->start(99, nowhere);
  std::map<Transport::Token, Response> done;
  while (done.size() < 21)
    for (Transport::Completion& c : (*transport)->poll(seconds{10}))
      done[c.token] = std::move(c.response);
  for (int i = 0; i < 20; ++i) CHECK(done[i].status == 200);
  CHECK(done[99].failure == Response::Failure::connect_refused);
  CHECK(content(dir, "a").size() == 50);
}

}  // namespace tocsin
