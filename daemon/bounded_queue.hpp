// SPDX-License-Identifier: Apache-2.0
// The only place where threads meet: a queue with a limit. Two lanes: `data` blocks the producer
// while it is full (back-pressure on inputs), `control` is served first and never blocks, so that
// outcomes and commands pass a full queue.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace tocsin {

enum class Lane { data, control };

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t data_items_max) : data_items_max_(data_items_max) {}

  // Blocks while the data lane is full. false: the lane is closed, and `item` was dropped unseen.
  bool push_data(T item) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return closed_ || data_.size() < data_items_max_; });
    if (closed_) return false;
    data_.push_back(std::move(item));
    some_.notify_one();
    return true;
  }

  void push_control(T item) {
    std::lock_guard lock(mutex_);
    control_.push_back(std::move(item));
    some_.notify_one();
  }

  // The next item, control before data; nothing by `deadline`, or if the data lane is held and only
  // data waits.
  template <class TimePoint>
  std::optional<T> pop_until(TimePoint deadline, bool hold_data) {
    std::unique_lock lock(mutex_);
    some_.wait_until(lock, deadline,
                     [&] { return !control_.empty() || (!hold_data && !data_.empty()); });
    if (!control_.empty()) return take(control_);
    if (hold_data || data_.empty()) return std::nullopt;
    std::optional<T> item = take(data_);
    room_.notify_one();
    return item;
  }

  // Producers of data give up from now on; what is queued can still be popped.
  void close_data() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

  bool is_empty() const {
    std::lock_guard lock(mutex_);
    return control_.empty() && data_.empty();
  }

  std::size_t data_size() const {
    std::lock_guard lock(mutex_);
    return data_.size();
  }

 private:
  static std::optional<T> take(std::deque<T>& lane) {
    std::optional<T> item(std::move(lane.front()));
    lane.pop_front();
    return item;
  }

  const std::size_t data_items_max_;
  mutable std::mutex mutex_;
  std::condition_variable some_, room_;
  std::deque<T> data_, control_;
  bool closed_ = false;
};

}  // namespace tocsin
