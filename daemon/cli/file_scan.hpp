// SPDX-License-Identifier: Apache-2.0
// Reads files of events on every core and hands what was made of them over in order: match and
// replay. Small files are read by one worker each, so that many .gz files inflate side by side;
// larger ones are cut into batches. Memory: a few batches a worker, however long the files.
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

// Where a batch stands in its file.
struct ScanPlace {
  std::uint64_t events_before = 0;
  bool has_records = false;  // EventReader::has_records
};

// One a thread. What work() makes is kept until hand_over().
class ScanWorker {
 public:
  virtual ~ScanWorker() = default;
  // While other workers work.
  virtual void work(const ScanFile& file, EventBatch& batch, const ScanPlace& place) = 0;
  virtual std::size_t bytes_held() const = 0;

  // These in the order of files and of the events in them, one worker at a time.
  virtual void hand_over() = 0;
  virtual void end_file(const ScanFile& file, const ReadCounters& counters,
                        const std::optional<Error>& failure) = 0;
};

// As many as it makes sense to have.
std::size_t scan_threads();

// Returns when all files have been handed over. Starts a thread for each worker but the first,
// which is served by the caller's.
void scan_files(std::span<const ScanFile> files,
                std::span<const std::unique_ptr<ScanWorker>> workers);

}  // namespace tocsin
