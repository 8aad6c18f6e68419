// SPDX-License-Identifier: Apache-2.0
// What an input has read and what was in its way, for `tocsin streams`, /metrics and the log.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tocsin {

// Totals since the start of the daemon. Every one is a counter: it only grows.
struct InputTotals {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;        // of events
  std::uint64_t long_lines = 0;   // cut to max_line
  std::uint64_t broken = 0;       // faults of records, objects and gzip data
  std::uint64_t unreadable = 0;   // attempts that failed: no permission, I/O errors
  std::uint64_t rotations = 0;    // a stream went on with another file
  std::uint64_t truncations = 0;  // a file became shorter than what had been read of it
  std::uint64_t rewrites = 0;     // a file no longer held what had been read of it
  std::uint64_t rests_lost = 0;   // what was unread then was found in no sibling
  std::uint64_t skipped_old = 0;  // objects older than start_at
  std::uint64_t unwatched = 0;    // could not be watched by inotify: looked at once a second

  void add(const InputTotals& other);
};

struct StreamCounters {
  std::string stream;
  std::string source;              // the file or object read last
  std::uint64_t position = 0;      // byte offset in it, or index of the next record
  std::uint64_t unread_bytes = 0;  // of files: what a look found; of objects: of those not finished
  bool is_unread = false;
  std::string trouble{};  // what is in the way now, for people; empty: nothing
  InputTotals totals{};
};

struct InputSnapshot {
  InputTotals totals;  // of the input and all its streams, those that are gone included
  std::vector<StreamCounters> streams;
};

// Published by the input's thread about once a second, read by any.
class InputCounters {
 public:
  void publish(InputSnapshot snapshot) {
    std::atomic_store(&snapshot_, std::shared_ptr<const InputSnapshot>(
                                      std::make_shared<InputSnapshot>(std::move(snapshot))));
  }
  // Never null.
  std::shared_ptr<const InputSnapshot> snapshot() const { return std::atomic_load(&snapshot_); }

 private:
  std::shared_ptr<const InputSnapshot> snapshot_ = std::make_shared<InputSnapshot>();
};

}  // namespace tocsin
