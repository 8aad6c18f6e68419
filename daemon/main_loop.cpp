// SPDX-License-Identifier: Apache-2.0
#include "daemon/main_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <future>
#include <utility>

namespace tocsin {

namespace asio = boost::asio;

namespace {

struct SignalWatch {
  SignalWatch(asio::io_context& io, int number, std::function<void()> a)
      : signals(io, number), act(std::move(a)) {}
  void wait() {
    signals.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      act();
      wait();
    });
  }
  asio::signal_set signals;
  std::function<void()> act;
};

struct TimerWatch {
  TimerWatch(asio::io_context& io, Duration i, std::function<void()> a)
      : timer(io), interval(i), act(std::move(a)) {}
  void wait() {
    timer.expires_after(interval);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      act();
      wait();
    });
  }
  asio::steady_timer timer;
  Duration interval;
  std::function<void()> act;
};

}  // namespace

struct MainLoop::State {
  asio::io_context io{1};
  std::deque<SignalWatch> signals;
  std::deque<TimerWatch> timers;
};

MainLoop::MainLoop() : state_(std::make_unique<State>()) {}
MainLoop::~MainLoop() = default;

void MainLoop::on_signal(int number, std::function<void()> act) {
  state_->signals.emplace_back(state_->io, number, std::move(act)).wait();
}

void MainLoop::every(Duration interval, std::function<void()> act) {
  state_->timers.emplace_back(state_->io, interval, std::move(act)).wait();
}

void MainLoop::post(std::function<void()> act) { asio::post(state_->io, std::move(act)); }

bool MainLoop::call(const std::function<void()>& act) {
  constexpr Duration kLook = milliseconds{50};  // for a stop
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> waiting = done->get_future();
  post([done, &act] {
    act();
    done->set_value();
  });
  while (waiting.wait_for(kLook) != std::future_status::ready)
    if (state_->io.stopped()) return false;
  return true;
}

void MainLoop::run() { state_->io.run(); }

void MainLoop::stop() { state_->io.stop(); }

}  // namespace tocsin
