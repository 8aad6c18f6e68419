// SPDX-License-Identifier: Apache-2.0
// The loop of every input that follows files: look, report, read what is unread oldest first, wait.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "daemon/inputs/file_watcher.hpp"
#include "daemon/inputs/followed_stream.hpp"
#include "daemon/inputs/input.hpp"
#include "daemon/inputs/input_counters.hpp"

namespace tocsin {

class FollowingInput : public Input {
 public:
  void run(EventSink& sink, std::stop_token stop) final;
  const InputCounters& counters() const final { return counters_; }

 protected:
  FollowingInput(const Clock& clock, std::string log_group, Duration max_stall)
      : clock_(clock), log_group_(std::move(log_group)), max_stall_(max_stall) {}

  // Before the first look, on the input's thread. The watcher lives until end().
  virtual void begin(FileWatcher& watcher) = 0;
  virtual void end() = 0;
  // Finds streams that are new. Rows that no batch carries are appended to `updates`.
  virtual void discover(Instant now, std::vector<PositionUpdate>& updates) = 0;
  // The streams that are known now; pointers are valid until the next discover().
  virtual std::vector<FollowedStream*> streams() = 0;
  // What may hold data but cannot be looked into: reported as streams with unread data.
  virtual std::vector<StreamLook> barred() const { return {}; }
  // Directories changed, or anything may have.
  virtual void on_wake(const Wake&) {}

  // Counts of no stream in particular.
  InputTotals totals_;

 private:
  enum class ReadOutcome { read, nothing, refused };

  bool is_look_due() const;
  Duration time_to_look() const;
  bool look(EventSink& sink);
  ReadOutcome read_next(EventSink& sink);
  FollowedStream* choose() const;
  Instant held_at() const;
  void apply(const Wake& wake);
  void publish();

  const Clock& clock_;
  std::string log_group_;
  Duration max_stall_;
  InputCounters counters_;
  std::vector<FollowedStream*> streams_;
  Tick looked_at_{};
  bool must_look_ = true;
  bool has_delivered_ = false;  // since the last look
};

}  // namespace tocsin
