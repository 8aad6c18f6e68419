// SPDX-License-Identifier: Apache-2.0
// The streams of one log group and its watermark, the only clock that its alarms see: spec/time.md
// sections 1 and 2. "The watermark has passed x" means that all events with a time up to x have
// been read.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tocsin/time.hpp"

namespace tocsin {

struct StreamState {
  Instant newest = kNoTime;   // event time that two lines running have reached
  Instant before = kNoTime;   // time of the last line that had one of its own
  Instant checked = kNoTime;  // wall time at which the last fruitless look began
  bool unread = false;
  std::optional<Instant> since;  // wall time since which what is unread could not be read

  Instant last_time = kNoTime;  // of the last line, be it assigned
  Instant last_read = kNoTime;
  bool more = false;  // there was unread data after the last line

  bool stalled = false;
  std::uint64_t events = 0, bytes = 0, replaced_times = 0;

  std::string encode() const;
  bool decode(std::string_view row);
};

// The time of one event and how it came by it.
struct EventMoment {
  Instant time;
  bool timed = false;     // it stood in the line and was believed: moves the watermark
  bool replaced = false;  // beyond the ceiling: the read time instead
};

// Of an event of `stream` in which `found` stands (kNoTime: nothing). `ceiling`: later times are
// not believed. Remembers what the next line needs.
EventMoment assign_time(StreamState& stream, Instant found, Instant read_at, Instant ceiling,
                        bool more);

class GroupWatermark {
 public:
  GroupWatermark(Duration lateness, Duration max_stall)
      : lateness_(lateness), max_stall_(max_stall) {}

  // The wall clock of each call. After a gap of half of max_stall nobody was here to read (the host
  // slept): no stream counts as stuck for it.
  void wake(Instant wall);
  // After a start: likewise.
  void restarted(Instant wall);

  // A look or a read shows that the stream exists. `first`: the time of its first event or of its
  // object's name, if it has not begun.
  StreamState& found(const std::string& name, Instant wall, std::optional<Instant> first,
                     bool unread);
  // A look begun at `wall` has found nothing unread.
  void at_end(StreamState& stream, Instant wall);
  // A look begun at `wall` found these streams and no others.
  void retire_others(const std::set<std::string>& names, Instant wall);
  // An event of `stream` was read.
  void read(StreamState& stream, const EventMoment& moment, Instant wall, bool more);

  // Recomputes the watermark; it never goes back. `after`: only this stream has changed since the
  // last call of the same wall time.
  void move(Instant wall, const StreamState* after = nullptr);
  // The wall clock was found set back. true: the watermark was above wall - lateness and is set
  // back to it.
  bool set_back(Instant wall);

  Instant watermark() const { return watermark_; }
  Duration lateness() const { return lateness_; }
  // A stalled stream is not waited for.
  bool partial() const { return partial_; }
  // Wall time at which the next stream will count as stalled.
  std::optional<Instant> next_stall() const;

  void configure(Duration lateness, Duration max_stall);
  void restore(Instant watermark) { watermark_ = watermark; }
  std::map<std::string, StreamState>& streams() { return streams_; }
  const std::map<std::string, StreamState>& streams() const { return streams_; }
  // Streams whose rows are to be removed, since the last call.
  std::set<std::string> take_retired();

 private:
  Instant mark(StreamState& stream, Instant wall) const;

  Duration lateness_;
  Duration max_stall_;
  Instant watermark_ = kNoTime;
  Instant empty_look_ = kNoTime;  // the last look that found no stream at all
  bool partial_ = false;
  std::map<std::string, StreamState> streams_;
  std::set<std::string> retired_;
  const StreamState* holder_ = nullptr;  // the stream with the least mark
  Instant woken_at_ = kNoTime;           // wall time of the last call
  Instant moved_at_ = kNoTime;           // wall time of the last full computation
};

}  // namespace tocsin
