// SPDX-License-Identifier: Apache-2.0
// Reads one file to its end as blocks or batches of log events: plain or gzip, lines or CloudTrail
// records.
// Used by the cloudtrail input, replay and match. Files are untrusted: every bound of design.md
// "Limits" holds, what is wrong is counted. Memory is a few MiB (32 for a gzip file inflated at
// once), however long the file.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "tocsin/file_descriptor.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

class InflateMemory;

enum class EventFormat {
  lines,       // each line is an event
  cloudtrail,  // {"Records":[...]} or NDJSON, decided by the content; a record is sliced out as it
               // stood
};

struct ReadCounters {
  std::uint64_t bytes = 0;       // inflated
  std::uint64_t long_lines = 0;  // over line_bytes_max: cut, and counted
  std::uint64_t broken = 0;      // Records or lines that are no objects, truncated files, bombs
};

// Hands events over where they were read to.
class BlockReader {
 public:
  virtual ~BlockReader() = default;
  // Points `block` to the next events, one at least, until the next call; false at the end. Of a
  // pipe it hands over what is there. The last line needs no line break. An error (io, truncated,
  // damaged, too-large, not-records) ends the file: what was read before it has been handed over.
  // Other processes may write to the bytes of a block: of two looks each may see something else.
  virtual Result<bool> next(EventBlock& block) = 0;
  // Who has seen that each line of the last block begins with '{' spares the reader a look.
  virtual void set_only_objects() {}
  // The file's mtime.
  virtual Instant modified() const = 0;
  // EventSlice::position is the index of a record, not the offset of a line. Settled by the first
  // block.
  virtual bool has_records() const = 0;
  // EventSlice::position is the offset in the file at which the line can be read again. As settled.
  virtual bool has_offsets() const = 0;
  virtual const ReadCounters& counters() const = 0;
};

class EventReader : public BlockReader {
 public:
  // Opens `path` ("-": standard input). gzip is recognised by its magic bytes. Errors: not-found,
  // permission, is-directory, io. `memory` as in ByteSource::open.
  static Result<std::unique_ptr<EventReader>> open(const std::string& path, EventFormat format,
                                                   std::size_t line_bytes_max = 1 << 20,
                                                   InflateMemory* memory = nullptr);
  // The same over a file that is open already; `path` names it in batches and errors.
  static Result<std::unique_ptr<EventReader>> open(FileDescriptor file, const std::string& path,
                                                   EventFormat format, std::size_t line_bytes_max,
                                                   InflateMemory* memory = nullptr);
  // The same as a batch that owns them, with `bytes`, `events`, `source`, `source_time` and
  // `read_at` (both the file's mtime). A file is read in one of the two ways.
  virtual Result<bool> next(EventBatch& batch) = 0;
  using BlockReader::next;
};

}  // namespace tocsin
