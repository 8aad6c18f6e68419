// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/stdin_input.hpp"

#include <unistd.h>

#include <cerrno>

#include "daemon/inputs/file_watcher.hpp"
#include "daemon/inputs/input_counters.hpp"
#include "daemon/inputs/line_splitter.hpp"

namespace tocsin {
namespace {

constexpr Duration kLookPause = seconds{1};
constexpr std::size_t kReadBlock = 64 << 10;

class PipeInput : public Input {
 public:
  PipeInput(const InputContext& context, int descriptor)
      : clock_(*context.clock),
        log_group_(context.group.name),
        descriptor_(descriptor),
        splitter_(context.line_bytes_max) {}

  void run(EventSink& sink, std::stop_token stop) override {
    FileWatcher watcher(stop, descriptor_);
    while (!stop.stop_requested() && report(sink)) {
      if (has_ended_) {
        watcher.stop_waiting_for_extra();
        watcher.wait(kLookPause);
        continue;
      }
      if (watcher.wait(kLookPause).is_timeout) continue;
      if (!stop.stop_requested() && !read(sink)) return;
    }
  }
  const InputCounters& counters() const override { return counters_; }

 private:
  bool report(EventSink& sink) {
    LookReport look;
    look.log_group = log_group_;
    look.began = clock_.now();
    look.streams = {{kStream, false, std::nullopt}};
    InputSnapshot snapshot{totals_, {{.stream = kStream, .source = kStream}}};
    snapshot.streams[0].position = offset_ + pending_.size();
    snapshot.streams[0].totals = totals_;
    counters_.publish(std::move(snapshot));
    return sink.report(std::move(look));
  }

  bool read(EventSink& sink) {
    const std::size_t had = pending_.size();
    pending_.resize(had + kReadBlock);
    const ssize_t got = ::read(descriptor_, pending_.data() + had, kReadBlock);
    pending_.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got < 0) ++totals_.unreadable;
    has_ended_ = got <= 0;
    while (true) {
      EventBatch batch;
      const std::size_t used = splitter_.split(pending_, offset_, has_ended_, batch.events);
      batch.bytes.assign(pending_, 0, used);
      pending_.erase(0, used);
      offset_ += used;
      if (batch.events.empty()) return true;
      if (!hand_over(std::move(batch), sink)) return false;
    }
  }

  bool hand_over(EventBatch batch, EventSink& sink) {
    batch.log_group = log_group_;
    batch.stream = batch.source = kStream;
    batch.read_at = batch.source_time = clock_.now();
    totals_.events += batch.events.size();
    totals_.bytes += batch.bytes.size();
    totals_.long_lines = splitter_.long_lines();
    return sink.deliver(std::move(batch));
  }

  static constexpr const char* kStream = "stdin";

  const Clock& clock_;
  std::string log_group_;
  int descriptor_;
  LineSplitter splitter_;
  std::string pending_;  // a line that has not ended, at most line_bytes_max and a block
  std::uint64_t offset_ = 0;
  bool has_ended_ = false;
  InputTotals totals_;
  InputCounters counters_;
};

}  // namespace

std::unique_ptr<Input> make_pipe_input(const InputContext& context, int descriptor) {
  return std::make_unique<PipeInput>(context, descriptor);
}

InputMaker decode_stdin_input(const ConfigNode&, Diagnostics&) {
  return [](const InputContext& context) { return make_pipe_input(context, STDIN_FILENO); };
}

}  // namespace tocsin
