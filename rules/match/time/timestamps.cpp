// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/timestamps.hpp"

#include <array>

namespace tocsin {
namespace {

// A watermark moves as far as two lines running reach: a match needs to be told of the two before.
constexpr std::uint32_t kBefore = 2;

bool is_same_minute(Instant a, Instant b) {
  return std::chrono::floor<minutes>(a) == std::chrono::floor<minutes>(b);
}

}  // namespace

Timestamps::Timestamps(const EventBlock& block, const EventTime& time, TimestampNeed need,
                       Instant near, EventView& view, std::vector<EventTimestamp>& out)
    : time_(time), need_(need), near_(near), view_(view), out_(out), unread_(block) {
  if (unread_.at_end()) return;
  out_.push_back(read(unread_));
  last_ = out_.back().time;
  unread_.next();
}

EventTimestamp Timestamps::read(const EventCursor& cursor) {
  view_.reset(cursor.message(message_));
  return {cursor.index(), time_.find(view_, near_)};
}

void Timestamps::matched(const EventCursor& cursor, std::optional<Instant> time) {
  if (lists_others()) list_others(cursor.index());
  list_run(cursor, need_ == TimestampNeed::matches ? 0 : kBefore, time);
}

void Timestamps::finish(const EventCursor& end) {
  if (end.index() == 0) return;
  if (lists_others()) list_others(end.index());
  EventCursor last = end;
  last.back();
  list_run(last, 1);
}

// `cursor`, whose `time` may be known, and the `before` events before it; if none of them has a
// time, the nearest one that has.
void Timestamps::list_run(EventCursor cursor, std::uint32_t before, std::optional<Instant> time) {
  const std::uint32_t first = listed();
  if (cursor.index() < first) return;
  std::array<EventTimestamp, kBefore + 1> run;
  std::size_t size = 0;
  bool has_time = false;
  while (true) {
    const bool is_known = size == 0 && time.has_value();
    run[size] = is_known ? EventTimestamp{cursor.index(), *time} : read(cursor);
    has_time = has_time || run[size].time != kNoTime;
    ++size;
    if (size > before || cursor.index() == first) break;
    cursor.back();
  }
  while (!has_time && cursor.index() > first) {
    cursor.back();
    const EventTimestamp nearest = read(cursor);
    has_time = nearest.time != kNoTime;
    if (has_time) out_.push_back(nearest);
  }
  while (size > 0) out_.push_back(run[--size]);
}

// Of the events before `until` those that default values must know of.
void Timestamps::list_others(std::uint32_t until) {
  for (; unread_.index() < until; unread_.next()) {
    const EventTimestamp found = read(unread_);
    const bool opens = found.time != kNoTime && !is_same_minute(found.time, last_);
    if (found.time != kNoTime) last_ = found.time;
    if (need_ == TimestampNeed::each_event || opens) list_run(unread_, kBefore);
  }
}

}  // namespace tocsin
