// SPDX-License-Identifier: Apache-2.0
// Reads one file to its end as batches of log events: plain or gzip, lines or CloudTrail records.
// Used by the cloudtrail input, replay and match. Files are untrusted: every bound of design.md
// "Limits" holds, what is wrong is counted.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "tocsin/log_event.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

enum class EventFormat {
  lines,       // each line is an event
  cloudtrail,  // {"Records":[...]} or NDJSON, decided by the content; a record is sliced out as it
               // stood
};

struct ReadCounters {
  std::uint64_t bytes = 0;  // inflated
  std::uint64_t events = 0;
  std::uint64_t long_lines = 0;  // over line_bytes_max: cut, and counted
  std::uint64_t broken = 0;      // records or objects that are no JSON, truncated gz, bombs
};

class EventReader {
 public:
  // Opens `path` ("-": standard input). gzip is recognised by its magic bytes.
  static Result<std::unique_ptr<EventReader>> open(const std::string& path, EventFormat format,
                                                   std::size_t line_bytes_max = 1 << 20);
  virtual ~EventReader() = default;
  // The next batch: `bytes`, `events`, `source`, `source_time`; false at the end. An error ends the
  // file: what was read before it has been handed over.
  virtual Result<bool> next(EventBatch& batch) = 0;
  virtual const ReadCounters& counters() const = 0;
};

}  // namespace tocsin
