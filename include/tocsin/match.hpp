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
  std::uint32_t index = 0;  // into MatchBatch::times
  std::uint64_t position = 0;
  std::string message;   // as read, complete
  std::string event_id;  // recipientAccountId and eventID, for repeats; empty: none, never a repeat
  std::vector<Sample> samples;  // in order of filter
};

// An EventBatch after matching. `times[i]` is the time that stood in event i, kNoTime if none did:
// the engine assigns one.
struct MatchBatch {
  std::shared_ptr<const RuleSet> rules;  // that it was matched with
  std::string log_group;
  std::string stream;
  std::string source;
  std::vector<Instant> times;
  std::vector<MatchedEvent> matches;
  std::vector<PositionUpdate> positions;
  Instant read_at;
  Instant source_time;
  bool more_unread = false;
  std::uint64_t bytes = 0;
};

}  // namespace tocsin
