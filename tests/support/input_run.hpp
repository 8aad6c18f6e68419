// SPDX-License-Identifier: Apache-2.0
// Runs an input on a thread of its own against a sink that remembers, and commits positions as the
// store does: all of a batch, or nothing.
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/inputs/input.hpp"
#include "daemon/inputs/input_counters.hpp"
#include "daemon/system_clock.hpp"

namespace tocsin {

// What would be in the store and in the engine; lives over restarts.
struct Committed {
  std::map<std::string, std::string> positions;
  std::vector<std::string> messages;
  std::vector<std::string> streams;   // of each message
  std::vector<std::uint64_t> places;  // EventSlice::position of each message
  std::vector<LookReport> looks;
  std::vector<bool> more_unread;  // of each batch
  std::size_t batches = 0;
};

class InputRun : EventSink {
 public:
  struct Options {
    std::string input = "file";
    std::map<std::string, std::vector<std::string>> settings;  // one value: a scalar
    StartAt start_at = StartAt::beginning;
    Duration start_age{};
    std::size_t line_bytes_max = 1 << 20;
    TimeSpec time;
    Duration max_stall{minutes{10}};
    std::optional<std::size_t> crash_after;  // batches and looks that are still committed
  };

  InputRun(Committed& committed, Options options);
  InputRun(Committed& committed, const InputMaker& maker) { start(committed, {}, maker); }
  ~InputRun() override { stop(); }

  // Waits until it holds; false after 20 s. It is asked under the lock, after each batch and look.
  bool wait(const std::function<bool(const Committed&)>& holds);
  bool wait_for_messages(std::size_t count) {
    return wait([count](const Committed& c) { return c.messages.size() >= count; });
  }
  // Waits for a look, begun from now on, at which nothing was unread.
  bool wait_until_idle();
  bool has_crashed() const { return crashed_; }
  void stop();

  std::shared_ptr<const InputSnapshot> snapshot() const { return input_->counters().snapshot(); }

 private:
  void start(Committed& committed, Options options, const InputMaker& maker);
  bool deliver(EventBatch batch) override;
  bool report(LookReport look) override;
  bool commit(const std::vector<PositionUpdate>& updates);

  SystemClock clock_;
  Committed* committed_ = nullptr;
  Options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool crashed_ = false;
  std::unique_ptr<Input> input_;
  std::jthread thread_;
};

}  // namespace tocsin
