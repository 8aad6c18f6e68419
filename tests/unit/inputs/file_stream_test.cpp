// SPDX-License-Identifier: Apache-2.0
// Rotation in the middle of what a stream does: the writer acts when the stream asks something.
#include "daemon/inputs/file_stream.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/system_clock.hpp"
#include "support/catch.hpp"
#include "support/gzip.hpp"
#include "support/temp_dir.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {

using Texts = std::vector<std::string>;

// The file NAME, its rotations, and the stream that follows it.
class Followed {
 public:
  Followed() {
    dir.write("log", "");
    shared_.is_taken = [this](const FileStream&, const FileId&, const std::string& path) {
      if (path == dir.path("log")) return false;
      if (const auto action = std::exchange(in_search, nullptr)) action();
      return path == dir.path("log.99");
    };
    restart({});
  }

  void append(const std::string& text) const { dir.append("log", text); }
  void rename(const std::string& from, const std::string& to) const {
    fs::rename(dir.path(from), dir.path(to));
  }
  void compress(const std::string& name) const {
    std::ifstream in(dir.path(name), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    dir.write(name + ".gz", gzip(text));
    fs::last_write_time(dir.path(name + ".gz"), fs::last_write_time(dir.path(name)));
    fs::remove(dir.path(name));
  }
  // By rename, from the oldest to the youngest.
  void rotate() const {
    for (int i = 8; i > 0; --i)
      if (fs::exists(dir.path("log." + std::to_string(i))))
        rename("log." + std::to_string(i), "log." + std::to_string(i + 1));
    rename("log", "log.1");
    dir.write("log", "");
  }
  void copy() const { fs::copy(dir.path("log"), dir.path("log.1")); }
  void truncate() const { fs::resize_file(dir.path("log"), 0); }

  FilePosition read_to(const std::string& name, std::uint64_t offset) const {
    struct stat info {};
    REQUIRE(::stat(dir.path(name).c_str(), &info) == 0);
    FilePosition position{.id = id_of(info), .offset = offset};
    if (offset > 0) take_fingerprint(open_file(dir.path(name))->get(), position);
    position.seen_at = clock_.now();
    return position;
  }
  void restart(std::vector<FilePosition> stored) {
    stream_.emplace(dir.path("log"), shared_, std::move(stored), StartPoint{});
  }

  void look(Duration later = {}) {
    std::vector<PositionUpdate> updates;
    stream_->look(clock_.now() + later, updates);
    for (PositionUpdate& update : updates) row_ = std::move(update.value);
  }
  // As after the last look or read.
  std::vector<FilePosition> stored() const { return decode_positions(*row_).value(); }
  void read_all() {
    while (stream_->is_readable()) {
      EventBatch batch;
      if (!stream_->read(clock_.now(), batch)) continue;
      for (const EventSlice& event : batch.events) seen.emplace_back(batch.message(event));
      for (PositionUpdate& update : batch.positions) row_ = std::move(update.value);
    }
  }
  void look_and_read(Duration later = {}) {
    look(later);
    read_all();
  }
  // As if the writer had not opened its file yet.
  void rotate_without_successor() const {
    rotate();
    fs::remove(dir.path("log"));
  }

  TempDir dir;
  Texts seen;
  std::function<void()> in_search;  // once, between a listing of the directory and what follows

 private:
  SystemClock clock_;
  FileStreamShared shared_{.clock = clock_, .log_group = "group", .buffer = BlockBuffer(1 << 20)};
  std::optional<FileStream> stream_;
  std::optional<std::string> row_;
};

}  // namespace

TEST_CASE("a file that moves on while it is looked for is read all the same", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.append("b\n");  // whole between two looks
  log.rotate();
  log.append("c\n");
  SECTION("renamed once more") {
    log.in_search = [&] { log.rotate(); };
  }
  SECTION("compressed") {
    log.in_search = [&] { log.compress("log.1"); };
  }
  SECTION("listed under neither of its names") {
    log.rename("log.1", "moving");
    log.dir.write("log.99", "read by another stream\n");
    log.in_search = [&] { log.rename("moving", "log.1"); };
  }
  log.look_and_read();
  log.append("d\n");
  log.look_and_read();
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b", "c", "d"});
}

TEST_CASE("files that were missed are read in the order of their numbers", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  const auto now = fs::file_time_type::clock::now();
  for (int i = 1; i <= 12; ++i) {
    log.rename("log", "log." + std::to_string(14 - i));
    fs::last_write_time(log.dir.path("log." + std::to_string(14 - i)), now);
    log.dir.write("log", std::to_string(i) + '\n');
  }
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"});
}

TEST_CASE("a file that is filled, rotated and compressed while others are looked for is read once",
          "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.dir.write("log.99", "read by another stream\n");
  log.in_search = [&] {
    log.append("b\n");
    log.rotate();
    log.compress("log.1");
  };
  log.look_and_read();
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b"});
}

TEST_CASE("a file that takes the name of one that is compressed hides it not", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.append("b\n");
  log.rotate();
  log.compress("log.1");
  log.append("c\n");
  log.rename("log", "log.1");  // log.1.gz is yet to become log.2.gz
  log.dir.write("log", "d\n");
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b", "c", "d"});
}

TEST_CASE("copytruncate between a look and the read after it is noticed", "[inputs]") {
  Followed log;
  log.look_and_read();
  log.append("a\nb\n");
  log.look();
  log.copy();
  log.truncate();
  log.append("c\nd\ne\n");
  log.read_all();
  log.look_and_read();
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b", "c", "d", "e"});
}

TEST_CASE("a copy that is about to replace its file is no other file", "[inputs]") {
  Followed log;
  log.append("a\nb\nc\n");
  log.look_and_read();
  log.truncate();
  log.append("d\ne\n");
  log.copy();
  log.look();
  SECTION("truncated") { log.truncate(); }
  SECTION("not truncated") {}
  log.append("f\n");
  log.look_and_read();
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b", "c", "d", "e", "f"});
}

TEST_CASE("what is stamped with a time to come is no file that was missed", "[inputs]") {
  Followed log;
  log.dir.write("log.2", "read an hour ago, before the clock was set back\n");
  fs::last_write_time(log.dir.path("log.2"),
                      fs::file_time_type::clock::now() + std::chrono::minutes(50));
  log.append("a\n");
  log.look_and_read();
  log.rename("log", "log.1");
  log.dir.write("log", "b\n");
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b"});
}

TEST_CASE("after a restart a file is not taken for one whose inode it has", "[inputs]") {
  Followed log;
  log.dir.write("log.1", "a\n");
  log.append("b\n");
  FilePosition gone = log.read_to("log", 0);
  SECTION("of which nothing is known") { log.restart({gone, log.read_to("log.1", 2)}); }
  SECTION("of which another file's content is known") {
    gone.head_length = 5;
    log.restart({gone, log.read_to("log.1", 2)});
  }
  for (int look = 0; look < 3; ++look) log.look_and_read();
  CHECK(log.seen == Texts{"b"});
}

TEST_CASE("a file that has its name back after a restart is read once, as the youngest",
          "[inputs]") {
  Followed log;
  log.append("a\n");
  log.dir.write("log.1", "b\n");
  log.restart({log.read_to("log", 2), log.read_to("log.1", 0)});
  log.append("c\n");
  for (int look = 0; look < 3; ++look) log.look_and_read();
  log.append("d\n");
  log.look_and_read();
  CHECK(log.seen == Texts{"b", "c", "d"});
}

TEST_CASE("after a restart a compressed file is found again under its next name", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.append("b\n");
  log.rotate();
  log.compress("log.1");
  log.look();  // ends before it has read
  log.rename("log.1.gz", "log.2.gz");
  log.restart(log.stored());
  log.look_and_read();
  CHECK(log.seen == Texts{"a", "b"});
}

TEST_CASE("a look in the midst of a rotation hides no file that was missed before", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.append("b\n");
  log.rotate_without_successor();
  log.look_and_read(seconds{10});
  SECTION("in one life") {}
  SECTION("over a restart") { log.restart(log.stored()); }
  log.append("c\n");
  for (int look = 0; look < 3; ++look) log.look_and_read(seconds{20});
  CHECK(log.seen == Texts{"a", "b", "c"});
}

TEST_CASE("while nothing is at the path, what was read and compressed stays known", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate_without_successor();
  log.compress("log.1");
  log.look_and_read(seconds{10});
  log.look_and_read(seconds{20});
  SECTION("in one life") {}
  SECTION("over a restart") { log.restart(log.stored()); }
  log.rename("log.1.gz", "log.2.gz");
  log.append("b\n");  // whole between two looks
  log.rename("log", "log.1");
  log.append("c\n");
  for (int look = 0; look < 3; ++look) log.look_and_read(seconds{30});
  CHECK(log.seen == Texts{"a", "b", "c"});
}

TEST_CASE("what was found while nothing was at the path is not found again", "[inputs]") {
  Followed log;
  log.append("a\n");
  log.look_and_read();
  log.rotate();
  log.append("b\n");
  log.rotate_without_successor();
  fs::remove(log.dir.path("log.2"));
  log.restart(log.stored());
  log.look_and_read(seconds{10});
  log.compress("log.1");
  log.look_and_read(seconds{20});
  SECTION("in one life") {}
  SECTION("over a restart") { log.restart(log.stored()); }
  log.append("c\n");
  for (int look = 0; look < 3; ++look) log.look_and_read(seconds{30});
  CHECK(log.seen == Texts{"a", "b", "c"});
}
