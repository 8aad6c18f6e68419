// SPDX-License-Identifier: Apache-2.0
// Runs the inputs, one thread per log group: what an input delivers is matched on that thread and
// queued for the core.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core_loop.hpp"
#include "daemon/inputs/input.hpp"
#include "rules/match/matcher.hpp"

namespace tocsin {

// The matcher in force. A swap waits until no batch is between matching and the queue, so that in
// the queue all batches of the old rules stand before the swap and all of the new ones behind it.
class MatcherGate {
 public:
  explicit MatcherGate(std::shared_ptr<const Matcher> matcher) : matcher_(std::move(matcher)) {}

  std::shared_ptr<const Matcher> current() {
    std::shared_lock lock(mutex_);
    return matcher_;
  }
  template <class Use>
  bool with(Use&& use) {
    std::shared_lock lock(mutex_);
    return use(*matcher_);
  }
  // `enqueue` puts the swap into the queue.
  template <class Enqueue>
  void swap(std::shared_ptr<const Matcher> matcher, Enqueue&& enqueue) {
    std::unique_lock lock(mutex_);
    matcher_ = std::move(matcher);
    enqueue();
  }

 private:
  std::shared_mutex mutex_;
  std::shared_ptr<const Matcher> matcher_;
};

// One log group as it should be running: `fingerprint` changes when its input must be made anew.
struct InputSpec {
  std::string log_group;
  std::string fingerprint;
  InputMaker make;
  InputContext context;  // positions are filled in by the host's owner
};

class InputHost {
 public:
  InputHost(CoreLoop::Queue& queue, MatcherGate& gate, const Clock& clock);
  ~InputHost();

  void start(InputSpec spec);
  // Stops and joins that input; what it had delivered stays in the queue.
  void stop(const std::string& log_group);
  void stop_all();

  // Log groups and fingerprints of what runs.
  std::map<std::string, std::string> running() const;
  // When the slowest input last delivered or looked; an input that waits for room in the queue
  // counts as alive.
  Tick least_alive() const;
  // For `tocsin streams` and metrics. Only the owner's thread.
  std::vector<std::pair<std::string, const Input*>> inputs() const;

 private:
  struct Running;
  CoreLoop::Queue& queue_;
  MatcherGate& gate_;
  const Clock& clock_;
  std::map<std::string, std::unique_ptr<Running>> running_;
};

}  // namespace tocsin
