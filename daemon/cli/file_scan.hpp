// SPDX-License-Identifier: Apache-2.0
// Reads files of events on every core and hands what was made of them over in order: match and
// replay. Small files are read by one worker each, so that many .gz files inflate side by side;
// of large plain files each reads parts; other large ones are cut into batches. Memory: a few
// blocks a worker, however long the files. How a file is cut does not depend on the number of
// workers.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/inputs/event_reader.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

struct ScanFile {
  std::string path;  // "-": standard input
  EventFormat format = EventFormat::lines;
  std::size_t line_bytes_max = std::size_t{1} << 20;
  std::size_t tag = 0;  // the caller's
};

// Where a block stands.
struct ScanPlace {
  std::uint64_t events_before = 0;  // in its job
  bool has_records = false;         // BlockReader::has_records
  bool has_offsets = false;         // BlockReader::has_offsets
  Instant source_time;              // the file's mtime
};

// What a file was.
struct ScanTotals {
  ReadCounters read;
  std::uint64_t events = 0;
  std::optional<Error> failure;  // it could not be opened, or not be read to its end
};

// One a thread. What work() makes is kept until hand_over().
class ScanWorker {
 public:
  virtual ~ScanWorker() = default;
  // While other workers work. Returns how many events the block has.
  virtual std::uint64_t work(const ScanFile& file, const EventBlock& block,
                             const ScanPlace& place) = 0;
  // Whether each event of that block is sure to be a line that begins with '{'.
  virtual bool saw_only_objects() const { return false; }
  virtual std::size_t bytes_held() const = 0;
  // Asked before each piece of work: true ends the scan for this worker.
  virtual bool is_done() const { return false; }

  // These in the order of files and of the events in them, one worker at a time.
  // `events_before`: how many events of the file were handed over with earlier jobs.
  virtual void hand_over(std::uint64_t events_before) = 0;
  virtual void end_file(const ScanFile& file, const ScanTotals& totals) = 0;
};

inline constexpr std::size_t kScanThreadsMax = 64;
// As many as it makes sense to have.
std::size_t scan_threads();

// Returns when all files have been handed over. Starts a thread for each worker but the first,
// which is served by the caller's.
void scan_files(std::span<const ScanFile> files,
                std::span<const std::unique_ptr<ScanWorker>> workers);

}  // namespace tocsin
