// SPDX-License-Identifier: Apache-2.0
#include "notifiers/exec_runner.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>

namespace tocsin {
namespace {

constexpr Duration kPollMax = seconds{60};

// Signals are the main thread's, and a command that does not read is no reason to die.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

ExecRunner::ExecRunner(std::function<void()> on_done)
    : on_done_(std::move(on_done)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ExecRunner::~ExecRunner() {
  thread_.request_stop();
  wake();
}

void ExecRunner::start(Transport::Token token, ExecRequest request) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(token, std::move(request));
  }
  wake();
}

std::vector<Transport::Completion> ExecRunner::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void ExecRunner::run(const std::stop_token& stop) {
  block_signals();
  while (!stop.stop_requested()) {
    begin_waiting();
    wait_for_news();
    end_finished();
  }
  running_.clear();
}

void ExecRunner::begin_waiting() {
  while (running_.size() < kRunningMax) {
    std::unique_lock lock(mutex_);
    if (waiting_.empty()) return;
    auto [token, request] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto command = RunningCommand::begin(std::move(request));
    if (command)
      running_.emplace_back(token, std::move(command).value());
    else
      done(token, {.failure = Response::Failure::other, .detail = command.error().text});
  }
}

void ExecRunner::wait_for_news() const {
  std::vector<pollfd> watched{{wake_.get(), POLLIN, 0}};
  Duration wait = kPollMax;
  for (const auto& [token, command] : running_) {
    command.watch(watched);
    wait = std::min(wait, command.time_left());
  }
  poll(watched.data(), watched.size(), static_cast<int>(std::max(wait, Duration{0}).count()));
  std::uint64_t count = 0;
  while (read(wake_.get(), &count, sizeof count) > 0) {
  }
}

void ExecRunner::end_finished() {
  for (auto it = running_.begin(); it != running_.end();) {
    auto response = it->second.advance();
    if (response) {
      done(it->first, std::move(*response));
      it = running_.erase(it);
    } else {
      ++it;
    }
  }
}

void ExecRunner::done(Transport::Token token, Response response) {
  {
    const std::lock_guard lock(mutex_);
    done_.push_back({token, std::move(response)});
  }
  on_done_();
}

void ExecRunner::wake() const {
  const std::uint64_t one = 1;
  // It can only fail when the counter is full, which wakes as well.
  if (write(wake_.get(), &one, sizeof one) < 0) return;
}

}  // namespace tocsin
