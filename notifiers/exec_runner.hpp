// SPDX-License-Identifier: Apache-2.0
// Runs the commands of ExecRequests, several at a time, on one thread of its own. How a command is
// begun and ended: running_command.hpp.
#pragma once
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "notifiers/running_command.hpp"
#include "notifiers/transport.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

class ExecRunner {
 public:
  // At a time; others wait for their turn, and their time limit has not begun.
  static constexpr std::size_t kRunningMax = 16;

  // `on_done` is called on the runner's thread after each command.
  explicit ExecRunner(std::function<void()> on_done);
  // Kills what runs, with all of its group.
  ~ExecRunner();

  void start(Transport::Token token, ExecRequest request);
  std::vector<Transport::Completion> take();

 private:
  using Running = std::pair<Transport::Token, RunningCommand>;

  void run(const std::stop_token& stop);
  void begin_waiting();
  void wait_for_news() const;
  void end_finished();
  void done(Transport::Token token, Response response);
  void wake() const;

  std::function<void()> on_done_;
  FileDescriptor wake_;  // an eventfd
  std::mutex mutex_;     // guards the two lists; nothing is called under it
  std::deque<std::pair<Transport::Token, ExecRequest>> waiting_;
  std::vector<Transport::Completion> done_;
  std::list<Running> running_;  // the runner's thread only
  std::jthread thread_;         // last: it uses the others
};

}  // namespace tocsin
