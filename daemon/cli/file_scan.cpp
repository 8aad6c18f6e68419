// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/file_scan.hpp"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace tocsin {
namespace {

// Up to here a file is one worker's job.
constexpr std::uintmax_t kSmallFileBytes = 2 << 20;
// What a worker may hold before it waits for its turn.
constexpr std::size_t kHeldBytesMax = 8 << 20;

bool is_small(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return !error && size <= kSmallFileBytes;
}

// A file being read: its batches in order.
struct OpenFile {
  const ScanFile* file = nullptr;
  std::unique_ptr<EventReader> reader;
  std::optional<Error> failure;
  std::uint64_t events = 0;

  explicit OpenFile(const ScanFile& scanned) : file(&scanned) {
    auto opened = EventReader::open(scanned.path, scanned.format, scanned.line_bytes_max);
    if (opened)
      reader = std::move(*opened);
    else
      failure = opened.error();
  }

  // False at the end or after a failure.
  bool next(EventBatch& batch, ScanPlace& place) {
    if (reader == nullptr || failure) return false;
    const Result<bool> more = reader->next(batch);
    if (!more) failure = more.error();
    if (!more || !*more) return false;
    place = {events, reader->has_records()};
    events += batch.events.size();
    return true;
  }
  ReadCounters counters() const { return reader == nullptr ? ReadCounters{} : reader->counters(); }
};

// The next piece of work: a small file, a batch of the large one that is being read, or its end.
struct Job {
  std::uint64_t turn = 0;
  const ScanFile* small = nullptr;
  std::shared_ptr<OpenFile> large;
  bool is_end = false;
  ScanPlace place;
};

class Scan {
 public:
  explicit Scan(std::span<const ScanFile> files) : files_(files) {}

  void serve(ScanWorker& worker) {
    EventBatch batch;
    for (std::optional<Job> job = take(batch); job; job = take(batch)) {
      if (job->small != nullptr)
        read_small(*job, worker, batch);
      else if (!job->is_end)
        worker.work(*job->large->file, batch, job->place);
      await_turn(job->turn);
      worker.hand_over();
      if (job->is_end) end_file(*job->large, worker);
      end_turn();
    }
  }

 private:
  // Batches of a large file are read under the lock: they come one after the other anyway.
  std::optional<Job> take(EventBatch& batch) {
    const std::lock_guard lock(take_mutex_);
    if (large_ == nullptr) {
      if (next_file_ == files_.size()) return std::nullopt;
      const ScanFile& file = files_[next_file_++];
      if (is_small(file.path)) return Job{turns_++, &file, nullptr, false, {}};
      large_ = std::make_shared<OpenFile>(file);
    }
    Job job{turns_++, nullptr, large_, false, {}};
    job.is_end = !large_->next(batch, job.place);
    if (job.is_end) large_.reset();
    return job;
  }

  void read_small(const Job& job, ScanWorker& worker, EventBatch& batch) {
    OpenFile file(*job.small);
    ScanPlace place;
    while (file.next(batch, place)) {
      worker.work(*job.small, batch, place);
      if (worker.bytes_held() < kHeldBytesMax) continue;
      await_turn(job.turn);
      worker.hand_over();
    }
    await_turn(job.turn);
    worker.hand_over();
    end_file(file, worker);
  }

  static void end_file(const OpenFile& file, ScanWorker& worker) {
    worker.end_file(*file.file, file.counters(), file.failure);
  }

  void await_turn(std::uint64_t turn) {
    std::unique_lock lock(turn_mutex_);
    turn_moved_.wait(lock, [&] { return turn_ == turn; });
  }
  void end_turn() {
    {
      const std::lock_guard lock(turn_mutex_);
      ++turn_;
    }
    turn_moved_.notify_all();
  }

  std::span<const ScanFile> files_;
  std::mutex take_mutex_;
  std::size_t next_file_ = 0;
  std::shared_ptr<OpenFile> large_;
  std::uint64_t turns_ = 0;

  std::mutex turn_mutex_;
  std::condition_variable turn_moved_;
  std::uint64_t turn_ = 0;
};

}  // namespace

std::size_t scan_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 64);
}

void scan_files(std::span<const ScanFile> files,
                std::span<const std::unique_ptr<ScanWorker>> workers) {
  Scan scan(files);
  std::vector<std::jthread> threads;
  for (const auto& worker : workers.subspan(1))
    threads.emplace_back([&scan, &worker] { scan.serve(*worker); });
  scan.serve(*workers.front());
}

}  // namespace tocsin
