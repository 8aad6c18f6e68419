// SPDX-License-Identifier: Apache-2.0
#include "daemon/input_host.hpp"

#include <algorithm>

#include "daemon/telemetry.hpp"

namespace tocsin {
namespace {

// Matches on the input's thread and passes on to the core.
class MatchingSink : public EventSink {
 public:
  MatchingSink(CoreLoop::Queue& queue, MatcherGate& gate, const Clock& clock)
      : queue_(queue), gate_(gate), clock_(clock) {}

  bool deliver(EventBatch batch) override {
    waiting_ = true;
    bool taken = gate_.with([&](const Matcher& matcher) {
      MatchBatch out;
      matcher.match(batch, scratch_, out);
      return queue_.push_data(std::move(out));
    });
    mark_alive();
    return taken;
  }

  bool report(LookReport look) override {
    waiting_ = true;
    bool taken = queue_.push_data(std::move(look));
    mark_alive();
    return taken;
  }

  Tick alive_at() const { return waiting_ ? clock_.tick() : Tick{Duration{alive_at_}}; }

 private:
  void mark_alive() {
    alive_at_ = clock_.tick().time_since_epoch().count();
    waiting_ = false;
  }

  CoreLoop::Queue& queue_;
  MatcherGate& gate_;
  const Clock& clock_;
  Matcher::Scratch scratch_;
  std::atomic<bool> waiting_{false};
  std::atomic<std::int64_t> alive_at_{clock_.tick().time_since_epoch().count()};
};

}  // namespace

struct InputHost::Running {
  Running(InputSpec spec, CoreLoop::Queue& queue, MatcherGate& gate, const Clock& clock)
      : fingerprint(std::move(spec.fingerprint)),
        input(spec.make(spec.context)),
        sink(queue, gate, clock),
        thread([this](std::stop_token stop) { input->run(sink, stop); }) {}

  std::string fingerprint;
  std::unique_ptr<Input> input;
  MatchingSink sink;
  std::jthread thread;  // last: joined before the rest goes
};

InputHost::InputHost(CoreLoop::Queue& queue, MatcherGate& gate, const Clock& clock)
    : queue_(queue), gate_(gate), clock_(clock) {}

InputHost::~InputHost() { stop_all(); }

void InputHost::start(InputSpec spec) {
  std::string name = spec.log_group;
  running_[name] = std::make_unique<Running>(std::move(spec), queue_, gate_, clock_);
}

void InputHost::stop(const std::string& log_group) { running_.erase(log_group); }

void InputHost::stop_all() {
  for (auto& [name, input] : running_) input->thread.request_stop();
  running_.clear();
}

std::map<std::string, std::string> InputHost::running() const {
  std::map<std::string, std::string> out;
  for (const auto& [name, input] : running_) out[name] = input->fingerprint;
  return out;
}

Tick InputHost::least_alive() const {
  Tick least = clock_.tick();
  for (const auto& [name, input] : running_) least = std::min(least, input->sink.alive_at());
  return least;
}

std::vector<std::pair<std::string, const Input*>> InputHost::inputs() const {
  std::vector<std::pair<std::string, const Input*>> out;
  for (const auto& [name, input] : running_) out.emplace_back(name, input->input.get());
  return out;
}

}  // namespace tocsin
