// SPDX-License-Identifier: Apache-2.0
// Performs FileRequests on a thread of its own, one after the other: a slow disk delays files and
// nothing else.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "notifiers/transport.hpp"

namespace tocsin {

class FileWriter {
 public:
  // `on_done` is called on the writer's thread after each line.
  explicit FileWriter(std::function<void()> on_done);
  // Ends the line that is being written; those that wait are forgotten, as any request in flight.
  ~FileWriter();

  void start(Transport::Token token, FileRequest request);
  std::vector<Transport::Completion> take();

 private:
  void run(const std::stop_token& stop);

  std::function<void()> on_done_;
  std::mutex mutex_;  // guards the two lists; nothing is called under it
  std::condition_variable_any wake_;
  std::deque<std::pair<Transport::Token, FileRequest>> waiting_;  // one an endpoint at most
  std::vector<Transport::Completion> done_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace tocsin
