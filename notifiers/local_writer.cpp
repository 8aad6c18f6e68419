// SPDX-License-Identifier: Apache-2.0
#include "notifiers/local_writer.hpp"

namespace tocsin {

LocalWriter::LocalWriter(std::function<void()> on_done)
    : on_done_(std::move(on_done)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

LocalWriter::~LocalWriter() { thread_.request_stop(); }

void LocalWriter::start(Transport::Token token, Task task) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(token, std::move(task));
  }
  wake_.notify_one();
}

std::vector<Transport::Completion> LocalWriter::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void LocalWriter::run(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    if (stop.stop_requested()) return;
    const auto [token, task] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Response response = task();
    lock.lock();
    done_.push_back({token, std::move(response)});
    lock.unlock();
    on_done_();
  }
}

}  // namespace tocsin
