// SPDX-License-Identifier: Apache-2.0
// One stream of a log group that an input follows: a file with its rotations, or the objects of an
// account and region. FollowingInput asks the streams in turn, on the input's thread.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "daemon/inputs/file_watcher.hpp"
#include "daemon/inputs/input_counters.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class FollowedStream {
 public:
  virtual ~FollowedStream() = default;
  virtual const std::string& name() const = 0;

  // Learns what is there. Nothing: the stream is gone. Position rows that changed without a batch
  // are appended to `updates`.
  virtual std::optional<StreamLook> look(Instant now, std::vector<PositionUpdate>& updates) = 0;
  // The watcher touched something: the cheap part of a look, for what grew.
  virtual void poke(const Wake& wake) = 0;

  // Data is there that has not been handed over.
  virtual bool is_unread() const = 0;
  // Of that, something may be read now: it is not waiting to try again.
  virtual bool is_readable() const = 0;
  // What is unread cannot be read now, but has been for less than `max_stall`.
  virtual bool is_held(Duration max_stall) const = 0;
  // What is to be read next is about this old: of all streams the oldest is read next.
  virtual Instant next_time() const = 0;
  // One block; all of `batch` but `log_group` and `read_at`. False: there was nothing after all.
  virtual bool read(Instant now, EventBatch& batch) = 0;

  virtual StreamCounters counters() const = 0;
};

// When to try again: after 1 s, 2 s, 4 s, ... at most a minute.
class RetryTimer {
 public:
  void fail(Tick now) {
    constexpr int kDoublingsMax = 6;
    const Duration pause = seconds{1} * (1 << std::min(attempts_, kDoublingsMax));
    if (attempts_++ == 0) since_ = now;
    due_ = now + std::min<Duration>(pause, minutes{1});
  }
  void succeed() { attempts_ = 0; }
  bool is_waiting(Tick now) const { return attempts_ > 0 && now < due_; }
  bool has_failed() const { return attempts_ > 0; }
  int attempts() const { return attempts_; }
  Tick failing_since() const { return since_; }

 private:
  int attempts_ = 0;
  Tick due_{}, since_{};
};

}  // namespace tocsin
