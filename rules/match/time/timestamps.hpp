// SPDX-License-Identifier: Apache-2.0
// Looks for the times of those events of a block that need one: tocsin/match.hpp says which.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/match/block_events.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/pattern/event_view.hpp"
#include "tocsin/match.hpp"

namespace tocsin {

// `matches`: sparse, without what moves watermarks.
enum class TimestampNeed { matches, sparse, each_minute, each_event };

// Of one block, told of its events in order.
class Timestamps {
 public:
  // `near` as in EventTime::find. `out` gets the timestamps. All outlive it.
  Timestamps(const EventBlock& block, const EventTime& time, TimestampNeed need, Instant near,
             EventView& view, std::vector<EventTimestamp>& out);

  // The event at `cursor` matches. `time`: what find() would say of it, if that is known.
  void matched(const EventCursor& cursor, std::optional<Instant> time = {});
  // `end` stands behind the last event.
  void finish(const EventCursor& end);

 private:
  std::uint32_t listed() const { return out_.empty() ? 0 : out_.back().index + 1; }
  EventTimestamp read(const EventCursor& cursor);
  void list_run(EventCursor cursor, std::uint32_t before, std::optional<Instant> time = {});
  void list_others(std::uint32_t until);
  bool lists_others() const { return need_ > TimestampNeed::sparse; }

  const EventTime& time_;
  TimestampNeed need_;
  Instant near_;
  EventView& view_;
  std::string message_;  // that the view is of
  std::vector<EventTimestamp>& out_;
  EventCursor unread_;      // the first event that list_others() has not seen
  Instant last_ = kNoTime;  // the time of the newest event that it has seen
};

}  // namespace tocsin
