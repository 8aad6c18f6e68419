// SPDX-License-Identifier: Apache-2.0
// The first half of a replay: reads and matches all files on every core, gives every event its
// time, and keeps what matched for the merge by time.
#pragma once
#include <bitset>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/event_spool.hpp"
#include "daemon/cli/event_texts.hpp"
#include "daemon/cli/replay_sources.hpp"
#include "daemon/cli/terminal.hpp"
#include "rules/match/matcher.hpp"
#include "rules/stream/group_watermark.hpp"

namespace tocsin {

// By event time, both inclusive.
struct ReplayRange {
  std::optional<Instant> since, until;
  bool holds(Instant t) const { return (!since || t >= *since) && (!until || t <= *until); }
};

// The minutes of a log group that had events, in blocks of an hour.
class MinuteSet {
 public:
  // True the first time.
  bool add(Instant t);

 private:
  std::map<std::int64_t, std::bitset<60>> hours_;
};

class ReplayScan {
 public:
  struct Totals {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;               // inflated
    std::uint64_t failed_files = 0;        // could not be read, or not to their end
    std::optional<Instant> first, newest;  // times of the events in range
  };

  // `read` outlives the scan. `threads`: how many workers read, at least one.
  ReplayScan(const ReplayFiles& read, std::shared_ptr<const RuleSet> rules, ReplayRange range,
             std::size_t threads);

  // Reads everything. Trouble with single files is said on stderr and counted. Error: matched
  // events could not be kept.
  Status run();
  const Totals& totals() const { return totals_; }
  EventSpool& spool() { return spool_; }
  // Of spooled events whose files cannot be read again, by the index of the file.
  EventTexts& texts() { return texts_; }

 private:
  class Worker;
  // What is kept of a block until its turn comes.
  struct Block {
    struct Match {
      std::uint32_t index = 0;  // of the event in the block
      std::uint64_t position = 0;
      std::size_t offset = 0;  // in the worker's bytes: its code, its text behind it
      std::size_t code_size = 0, text_size = 0;
    };
    Instant source_time;
    bool has_texts = false;  // since they cannot be read again
    std::uint64_t events = 0, bytes = 0;
    std::vector<EventTimestamp> times;
    std::vector<Match> matches;
  };

  // These in the order of files and of the events in them, on one thread at a time.
  void take(const Block& block, std::string_view bytes, std::uint32_t file);
  void put_by(const Block& block, std::string_view bytes, std::uint32_t file);
  void end_file(const ScanFile& file, const ScanTotals& totals);
  void warn_of_file(const std::string& text);
  void show_progress(const Block& block);

  const ReplayFiles& read_;
  std::shared_ptr<const RuleSet> rules_;
  ReplayRange range_;
  std::size_t threads_;
  Matcher matcher_;
  EventSpool spool_;
  EventTexts texts_;
  Status kept_ = success();
  Totals totals_;
  StreamState stream_;  // of the file being handed over
  // Log groups that have a metric filter with a default value: when they had events must be known,
  // by minute or (default_per_event) each of them.
  std::map<std::string, MinuteSet> minutes_;
  std::set<std::string> every_event_;
  bool shows_progress_ = is_terminal(Stream::standard_error);
  std::uint64_t progress_bytes_ = 0, progress_events_ = 0, progress_shown_ = 0;
  std::uint64_t warnings_ = 0;
};

}  // namespace tocsin
