// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/file_scan.hpp"

#include <malloc.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "daemon/cli/scan_way.hpp"
#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/line_part.hpp"

namespace tocsin {
namespace {

// What a worker may hold before it waits for its turn.
constexpr std::size_t kHeldBytesMax = 4 << 20;
constexpr int kLargeBytes = 1 << 20;

// A file that several workers read.
struct SharedFile {
  const ScanFile* file = nullptr;
  ScanWay way;
  std::uint64_t next_part = 0;          // its begin
  std::unique_ptr<EventReader> reader;  // of a stream
  ScanTotals totals;                    // in turn only
};

// The next piece of work: a file, a part of one, a batch of a stream, or its end.
struct Job {
  std::uint64_t turn = 0;
  std::shared_ptr<SharedFile> shared;
  std::unique_ptr<BlockReader> reader;  // nullptr: `batch`
  EventBatch batch;
  ScanPlace place;
  ScanTotals totals;
  bool is_last = false;  // of its file
};

ScanPlace place(std::uint64_t events_before, const BlockReader& reader) {
  return {events_before, reader.has_records(), reader.has_offsets(), reader.modified()};
}

void add(ScanTotals& sum, const ScanTotals& more) {
  sum.read.bytes += more.read.bytes;
  sum.read.long_lines += more.read.long_lines;
  sum.read.broken += more.read.broken;
  sum.events += more.events;
  if (!sum.failure) sum.failure = more.failure;
}

class Scan {
 public:
  explicit Scan(std::span<const ScanFile> files) : files_(files) {}

  void serve(ScanWorker& worker) {
    InflateMemory memory;
    Job job;
    while (!worker.is_done() && take(job)) {
      if (job.shared->way.kind == ScanWay::Kind::whole)
        job.reader = open(*job.shared->file, job.totals, &memory);
      if (job.reader != nullptr)
        read(job, worker);
      else if (!job.batch.events.empty())
        work(job, {job.batch.bytes, job.batch.events}, worker);
      await_turn(job.turn);
      finish(job, worker);
      end_turn();
    }
  }

 private:
  bool take(Job& job) {
    const std::lock_guard lock(take_mutex_);
    if (shared_ == nullptr) {
      if (next_file_ == files_.size()) return false;
      shared_ = std::make_shared<SharedFile>();
      shared_->file = &files_[next_file_++];
      shared_->way = find_way(*shared_->file);
    }
    job.turn = turns_++;
    job.shared = shared_;
    job.reader.reset();
    job.place = {};
    job.totals = {};
    job.is_last = true;
    if (shared_->way.kind == ScanWay::Kind::parts) take_part(job);
    if (shared_->way.kind == ScanWay::Kind::stream) take_batch(job);
    if (job.is_last) shared_.reset();
    return true;
  }

  static void take_part(Job& job) {
    SharedFile& shared = *job.shared;
    LinePart part{shared.way.parts_of,         shared.file->path, shared.file->format,
                  shared.file->line_bytes_max, shared.next_part,  0};
    shared.next_part = std::min(part.begin + kPartBytes, shared.way.size);
    part.end = shared.next_part;
    job.is_last = part.end == shared.way.size;
    job.reader = read_part(std::move(part));
  }

  // Under the lock: batches of a stream come one after the other anyway.
  static void take_batch(Job& job) {
    SharedFile& shared = *job.shared;
    job.batch.events.clear();
    if (shared.reader == nullptr) shared.reader = open(*shared.file, job.totals, nullptr);
    if (shared.reader == nullptr) return;
    const Result<bool> more = shared.reader->next(job.batch);
    job.is_last = !more || !*more;
    if (!more) job.totals.failure = more.error();
    if (job.is_last)
      job.totals.read = shared.reader->counters();
    else
      job.place = place(0, *shared.reader);
  }

  static std::unique_ptr<EventReader> open(const ScanFile& file, ScanTotals& totals,
                                           InflateMemory* memory) {
    auto opened = EventReader::open(file.path, file.format, file.line_bytes_max, memory);
    if (opened) return std::move(*opened);
    totals.failure = opened.error();
    return nullptr;
  }

  void read(Job& job, ScanWorker& worker) {
    EventBlock block;
    while (!worker.is_done()) {
      const Result<bool> more = job.reader->next(block);
      if (!more) job.totals.failure = more.error();
      if (!more || !*more) break;
      job.place = place(job.totals.events, *job.reader);
      work(job, block, worker);
      if (worker.saw_only_objects()) job.reader->set_only_objects();
      if (worker.bytes_held() < kHeldBytesMax) continue;
      await_turn(job.turn);
      worker.hand_over(job.shared->totals.events);
    }
    job.totals.read = job.reader->counters();
  }

  static void work(Job& job, const EventBlock& block, ScanWorker& worker) {
    job.totals.events += worker.work(*job.shared->file, block, job.place);
  }

  static void finish(Job& job, ScanWorker& worker) {
    ScanTotals& totals = job.shared->totals;
    worker.hand_over(totals.events);
    add(totals, job.totals);
    if (job.is_last) worker.end_file(*job.shared->file, totals);
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
  std::shared_ptr<SharedFile> shared_;  // that is not done
  std::uint64_t turns_ = 0;

  std::mutex turn_mutex_;
  std::condition_variable turn_moved_;
  std::uint64_t turn_ = 0;
};

}  // namespace

std::size_t scan_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kScanThreadsMax);
}

void scan_files(std::span<const ScanFile> files,
                std::span<const std::unique_ptr<ScanWorker>> workers) {
  // What inflates a file goes back to the system with it, instead of leaving holes.
  ::mallopt(M_MMAP_THRESHOLD, kLargeBytes);
  Scan scan(files);
  std::vector<std::jthread> threads;
  for (const auto& worker : workers.subspan(1))
    threads.emplace_back([&scan, &worker] { scan.serve(*worker); });
  scan.serve(*workers.front());
}

}  // namespace tocsin
