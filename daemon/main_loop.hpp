// SPDX-License-Identifier: Apache-2.0
// The main thread's loop: signals, timers and work posted by other threads.
#pragma once
#include <functional>
#include <memory>

#include "tocsin/time.hpp"

namespace tocsin {

class MainLoop {
 public:
  MainLoop();
  ~MainLoop();

  // Calls `act` on the main thread each time the signal arrives. No handler runs in signal context.
  void on_signal(int number, std::function<void()> act);
  // Calls `act` every `interval`, first after one.
  void every(Duration interval, std::function<void()> act);
  // Any thread.
  void post(std::function<void()> act);
  // Any other thread: acts on the main thread and waits for it. False if the loop was stopped
  // before.
  bool call(const std::function<void()>& act);

  void run();
  void stop();  // any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
