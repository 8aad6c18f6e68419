// SPDX-License-Identifier: Apache-2.0
// Performs requests that this host serves and that may block (a slow disk, a journal that stands
// still) on a thread of its own, one after the other: they delay each other and nothing else.
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

class LocalWriter {
 public:
  using Task = std::function<Response()>;

  // `on_done` is called on the writer's thread after each task.
  explicit LocalWriter(std::function<void()> on_done);
  // Ends the task that is being done; those that wait are forgotten, as any request in flight.
  ~LocalWriter();

  void start(Transport::Token token, Task task);
  std::vector<Transport::Completion> take();

 private:
  void run(const std::stop_token& stop);

  std::function<void()> on_done_;
  std::mutex mutex_;  // guards the two lists; nothing is called under it
  std::condition_variable_any wake_;
  std::deque<std::pair<Transport::Token, Task>> waiting_;  // one an endpoint at most
  std::vector<Transport::Completion> done_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace tocsin
