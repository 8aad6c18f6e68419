// SPDX-License-Identifier: Apache-2.0
// What inputs hand over: batches of log events, and what a look at a log group found. spec/time.md
// sections 1 and 2.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

// One log event inside EventBatch::bytes: a line without its line break, or one record of a
// CloudTrail object as it stood.
struct EventSlice {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  // Where it stands in its source: byte offset of a line, 0-based index of a record. Evidence names
  // it.
  std::uint64_t position = 0;
};

// A read position of an input, opaque to everyone else: `value` replaces what is stored under
// (log_group, name); no value removes it. It is committed in the same transaction as the effects of
// the batch that carries it.
struct PositionUpdate {
  std::string log_group;
  std::string name;
  std::optional<std::string> value;
};

// Consecutive events of one stream, in source order. At most about 1 MiB of bytes or 10,000 events.
struct EventBatch {
  std::string log_group;
  std::string
      stream;  // a file, an account and region of a trail, a connection: one order, one watermark
  std::string source;  // path or object, for people
  std::string bytes;   // owns what `events` point into
  std::vector<EventSlice> events;
  std::vector<PositionUpdate> positions;
  Instant read_at;      // wall clock when it was read; in replay and tests virtual
  Instant source_time;  // the file's mtime, or read_at: settles a missing year, and the ceiling of
                        // times in replay
  bool more_unread = false;  // the stream has unread data after this batch

  std::string_view message(const EventSlice& e) const {
    return std::string_view(bytes).substr(e.offset, e.length);
  }
};

// Events as they lie in memory on their way into matching. A view: the bytes are somebody else's.
struct EventBlock {
  std::string_view bytes;
  // Ascending slices of `bytes`. Without them every line of `bytes` is an event, a last one without
  // a line break too, a carriage return before the break being part of it; then none may be longer
  // than its log group allows.
  std::optional<std::span<const EventSlice>> events;
  std::uint64_t position = 0;  // of `bytes` in their source; only where lines are events
};

// What one stream looked like in a look at its log group.
struct StreamLook {
  std::string stream;
  bool unread = false;  // there is data that has not been delivered yet
  std::optional<Instant>
      first;  // a stream not begun: time of its first event, or that in its object's name
  bool unreadable = false;  // something is in the way: its alarms cannot be evaluated in full
};

// A look (stat, listing, receive) at all streams of a log group, begun at wall time `began`.
// Streams that are not in it are gone. Only a fruitless look moves an idle stream's watermark
// (spec/time.md section 2).
struct LookReport {
  std::string log_group;
  Instant began;
  std::vector<StreamLook> streams;
  std::vector<PositionUpdate> positions;
};

// Where inputs put what they read. One call at a time per input; blocks while the queue behind it
// is full (back-pressure). false: the daemon is stopping, return from run().
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual bool deliver(EventBatch batch) = 0;
  virtual bool report(LookReport look) = 0;
};

}  // namespace tocsin
