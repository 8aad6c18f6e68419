// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/file_scan.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"

namespace tocsin {
namespace {

struct Log {
  std::vector<std::string> lines;
};

class Recorder : public ScanWorker {
 public:
  explicit Recorder(Log& log) : log_(log) {}
  void work(const ScanFile& file, EventBatch& batch, const ScanPlace& place) override {
    for (std::size_t i = 0; i < batch.events.size(); ++i)
      held_.push_back(std::to_string(file.tag) + " " + std::to_string(place.events_before + i) +
                      " " + std::string(batch.message(batch.events[i])));
  }
  std::size_t bytes_held() const override { return held_.size(); }
  void hand_over() override {
    log_.lines.insert(log_.lines.end(), held_.begin(), held_.end());
    held_.clear();
  }
  void end_file(const ScanFile& file, const ReadCounters& counters,
                const std::optional<Error>& failure) override {
    log_.lines.push_back("end " + std::to_string(file.tag) + " " + std::to_string(counters.events) +
                         (failure ? " " + failure->code : ""));
  }

 private:
  Log& log_;
  std::vector<std::string> held_;
};

}  // namespace

TEST_CASE("files small and large are handed over in order, whatever the number of workers",
          "[cli][scan]") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("tocsin-scan-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::vector<std::string> wanted;
  std::vector<ScanFile> files;
  for (std::size_t f = 0; f < 4; ++f) {
    const std::string path = folder / std::to_string(f);
    std::ofstream out(path);
    const std::size_t count = f == 1 ? 40'000 : f * 10;  // the second is a large one
    for (std::size_t i = 0; i < count; ++i) {
      const std::string line = "line " + std::to_string(i) + std::string(f == 1 ? 60 : 0, 'x');
      out << line << "\n";
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
    CHECK(log.lines == wanted);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace tocsin
