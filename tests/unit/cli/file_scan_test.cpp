// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/file_scan.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rules/match/block_events.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

struct Log {
  std::vector<std::string> lines;
  std::uint64_t bytes = 0;
};

class Recorder : public ScanWorker {
 public:
  explicit Recorder(Log& log) : log_(log) {}
  std::uint64_t work(const ScanFile& file, const EventBlock& block,
                     const ScanPlace& place) override {
    EventCursor event(block);
    for (; !event.at_end(); event.next())
      held_.push_back({std::to_string(file.tag) + " ", place.events_before + event.index(),
                       " " + std::string(event.message())});
    return event.index();
  }
  std::size_t bytes_held() const override { return held_.size(); }
  void hand_over(std::uint64_t events_before) override {
    for (const Held& held : held_)
      log_.lines.push_back(held.file + std::to_string(events_before + held.index) + held.message);
    held_.clear();
  }
  void end_file(const ScanFile& file, const ScanTotals& totals) override {
    log_.lines.push_back("end " + std::to_string(file.tag) + " " + std::to_string(totals.events) +
                         (totals.failure ? " " + totals.failure->code : ""));
    log_.bytes += totals.read.bytes;
  }

 private:
  struct Held {
    std::string file;
    std::uint64_t index;
    std::string message;
  };
  Log& log_;
  std::vector<Held> held_;
};

}  // namespace

TEST_CASE("files small and large are handed over in order, whatever the number of workers",
          "[cli][scan]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tocsin-scan-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::vector<std::string> wanted;
  std::vector<ScanFile> files;
  std::uint64_t bytes = 0;
  for (std::size_t f = 0; f < 4; ++f) {
    const std::string path = folder / std::to_string(f);
    std::ofstream out(path);
    const std::size_t count = f == 1 ? 400'000 : f * 10;  // the second is read in parts
    for (std::size_t i = 0; i < count; ++i) {
      const std::string line = "line " + std::to_string(i) + std::string(f == 1 ? 60 : 0, 'x');
      out << line << "\n";
      bytes += line.size() + 1;
      wanted.push_back(std::to_string(f) + " " + std::to_string(i) + " " + line);
    }
    wanted.push_back("end " + std::to_string(f) + " " + std::to_string(count));
    files.push_back({.path = path, .tag = f});
  }
  files.push_back({.path = folder / "nosuch", .tag = 9});
  wanted.push_back("end 9 0 not-found");
  for (const std::size_t threads : {1u, 3u}) {
    Log log;
    std::vector<std::unique_ptr<ScanWorker>> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.push_back(std::make_unique<Recorder>(log));
    scan_files(files, workers);
    CHECK((log.lines == wanted));
    CHECK(log.bytes == bytes);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a scan ends when its workers are done", "[cli][scan]") {
  class Satisfied : public Recorder {
   public:
    using Recorder::Recorder;
    bool is_done() const override { return is_done_; }
    void end_file(const ScanFile& file, const ScanTotals& totals) override {
      Recorder::end_file(file, totals);
      is_done_ = true;
    }

   private:
    bool is_done_ = false;
  };
  const std::vector<ScanFile> files(5, ScanFile{.path = "/nosuch/file", .tag = 1});
  Log log;
  std::vector<std::unique_ptr<ScanWorker>> workers;
  workers.push_back(std::make_unique<Satisfied>(log));
  scan_files(files, workers);
  CHECK(log.lines == std::vector<std::string>{"end 1 0 not-found"});
}

}  // namespace tocsin
