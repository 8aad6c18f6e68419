// SPDX-License-Identifier: Apache-2.0
// The delivery files of one account and region (or, for files named otherwise, of one directory) as
// one stream, in the order of the times in their names.
//
// An object that cannot be read to its end may still be written: it is tried again, and for half a
// minute those behind it wait, to keep the order. Then they go on without it; it is tried until it
// can be read, or, if its content is broken and does not change for five minutes, given up and
// counted. As long as it is missing the stream has unread data.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/inputs/event_reader.hpp"
#include "daemon/inputs/followed_stream.hpp"
#include "daemon/inputs/trail_ledger.hpp"

namespace tocsin {

class ObjectStream : public FollowedStream {
 public:
  ObjectStream(std::string name, const Clock& clock, TrailLedger& ledger,
               std::size_t line_bytes_max)
      : name_(std::move(name)), clock_(clock), ledger_(ledger), line_bytes_max_(line_bytes_max) {}

  // Something of it is to be read. Again, if it has changed.
  void add(const TrailObject& object);

  const std::string& name() const override { return name_; }
  std::optional<StreamLook> look(Instant now, std::vector<PositionUpdate>& updates) override;
  void poke(const Wake&) override {}
  bool is_unread() const override { return !waiting_.empty(); }
  bool is_readable() const override { return next() != waiting_.end(); }
  bool is_held(Duration max_stall) const override;
  Instant next_time() const override;
  bool read(Instant now, EventBatch& batch) override;
  StreamCounters counters() const override;

 private:
  struct Waiting {
    TrailObject object;
    RetryTimer retry;
  };
  using Key = std::pair<Instant, std::string>;  // time, path
  using Queue = std::map<Key, Waiting>;

  Queue::const_iterator next() const;
  bool open(Waiting& waiting);
  bool read_open(Queue::iterator at, EventBatch& batch);
  void on_failure(Queue::iterator at, const Error& error);
  void finish(Queue::iterator at);

  std::string name_;
  const Clock& clock_;
  TrailLedger& ledger_;
  std::size_t line_bytes_max_;
  Queue waiting_;
  std::unique_ptr<EventReader> reader_;  // of the object `reading_`
  Key reading_;
  std::vector<PositionUpdate> updates_;  // rows that no batch has carried yet
  Instant newest_ = kNoTime;
  std::string source_, trouble_;
  std::uint64_t position_ = 0;
  bool has_delivered_ = false;
  InputTotals totals_;
};

}  // namespace tocsin
