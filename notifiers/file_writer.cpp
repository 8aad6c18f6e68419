// SPDX-License-Identifier: Apache-2.0
#include "notifiers/file_writer.hpp"

#include "notifiers/file_append.hpp"

namespace tocsin {

FileWriter::FileWriter(std::function<void()> on_done)
    : on_done_(std::move(on_done)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

FileWriter::~FileWriter() { thread_.request_stop(); }

void FileWriter::start(Transport::Token token, FileRequest request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(token, std::move(request));
  }
  wake_.notify_one();
}

std::vector<Transport::Completion> FileWriter::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void FileWriter::run(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    if (stop.stop_requested()) return;
    const auto [token, request] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Response response = append_line(request);
    lock.lock();
    done_.push_back({token, std::move(response)});
    lock.unlock();
    on_done_();
  }
}

}  // namespace tocsin
