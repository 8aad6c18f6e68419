// SPDX-License-Identifier: Apache-2.0
// The seam between matching (pure, any thread) and evaluation (one writer): samples, one event in
// hundreds.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tocsin/log_event.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// What one event contributes to one metric filter. No value: the event matched but gives no sample
// (spec/filter-patterns.md 7.2). `dimensions` follow MetricFilter::dimensions; an absent or
// non-scalar reference has none.
struct Sample {
  std::uint32_t filter = 0;  // index into RuleSet::filters
  std::optional<double> value;
  std::vector<std::optional<std::string>> dimensions;
};

struct MatchedEvent {
  std::uint32_t index = 0;  // of the event in its batch
  std::uint64_t position = 0;
  std::string message;   // as read, complete
  std::string event_id;  // recipientAccountId and eventID, for repeats; empty: none, never a repeat
  std::vector<Sample> samples;  // in order of filter
};

// The time that stood in an event; kNoTime: none did, the engine assigns one.
struct EventTimestamp {
  std::uint32_t index = 0;
  Instant time = kNoTime;
};

// An EventBatch after matching. Of the events that match nothing only those have a timestamp here
// that can move a watermark (spec/time.md section 2: two lines running) or that some filter's
// default value must know of: the first and the last two of the batch, the two before each match,
// the nearest one with a time before a match that has none; with default values the first of each
// minute, with `default_per: event` all.
struct MatchBatch {
  std::shared_ptr<const RuleSet> rules;  // that it was matched with
  std::string log_group;
  std::string stream;
  std::string source;
  std::uint32_t events = 0;           // how many were looked at
  std::vector<EventTimestamp> times;  // by index; one for each match, at least
  std::vector<MatchedEvent> matches;
  std::vector<PositionUpdate> positions;
  Instant read_at;
  Instant source_time;
  bool more_unread = false;
  std::uint64_t bytes = 0;
  std::uint64_t regex_limits = 0;  // searches that met a limit, and took longer for it

  // One more event, which has a timestamp. Returns its index.
  std::uint32_t add_event(Instant time) {
    times.push_back({events, time});
    return events++;
  }
};

}  // namespace tocsin
