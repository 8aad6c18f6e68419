// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/following_input.hpp"

#include <algorithm>

namespace tocsin {
namespace {

constexpr Duration kLookPause = seconds{1};
// After what was unread has been delivered; bounds the looks while a writer never pauses.
constexpr Duration kQuietPause = milliseconds{50};
// How far a stream that catches up may be ahead of one that is held (spec/time.md section 2).
constexpr Duration kAheadMax = hours{1};

}  // namespace

void FollowingInput::run(EventSink& sink, std::stop_token stop) {
  FileWatcher watcher(stop);
  begin(watcher);
  while (!stop.stop_requested()) {
    if (is_look_due() && !look(sink)) break;
    const ReadOutcome outcome = read_next(sink);
    if (outcome == ReadOutcome::refused) break;
    if (outcome == ReadOutcome::nothing) apply(watcher.wait(time_to_look()));
  }
  publish();
  end();
}

Duration FollowingInput::time_to_look() const {
  const Duration pause = has_delivered_ ? kQuietPause : kLookPause;
  return std::max(Duration{0}, looked_at_ + pause - clock_.tick());
}

bool FollowingInput::is_look_due() const {
  if (must_look_ || clock_.tick() - looked_at_ >= kLookPause) return true;
  return has_delivered_ && clock_.tick() - looked_at_ >= kQuietPause && choose() == nullptr;
}

bool FollowingInput::look(EventSink& sink) {
  LookReport report;
  report.log_group = log_group_;
  report.began = clock_.now();
  looked_at_ = clock_.tick();
  must_look_ = has_delivered_ = false;
  discover(report.began, report.positions);
  streams_ = streams();
  for (FollowedStream* stream : streams_)
    if (auto seen = stream->look(report.began, report.positions)) {
      seen->unreadable = !stream->counters().trouble.empty();
      report.streams.push_back(std::move(*seen));
    }
  for (StreamLook& seen : barred()) {
    seen.unreadable = true;
    report.streams.push_back(std::move(seen));
  }
  publish();
  return sink.report(std::move(report));
}

void FollowingInput::publish() {
  InputSnapshot snapshot;
  snapshot.totals = totals_;
  for (const FollowedStream* stream : streams_) {
    snapshot.streams.push_back(stream->counters());
    snapshot.totals.add(snapshot.streams.back().totals);
  }
  counters_.publish(std::move(snapshot));
}

// The time of the oldest unread stream that has begun and cannot be read just now; kNever: none.
Instant FollowingInput::held_at() const {
  Instant held = kNever;
  for (const FollowedStream* stream : streams_)
    if (stream->next_time() != kNoTime && stream->is_held(max_stall_))
      held = std::min(held, stream->next_time());
  return held;
}

FollowedStream* FollowingInput::choose() const {
  const Instant held = held_at();
  const Instant live = clock_.now() - kAheadMax;
  FollowedStream* chosen = nullptr;
  for (FollowedStream* stream : streams_) {
    const Instant next = stream->next_time();
    const bool is_too_far = held != kNever && next > held + kAheadMax && next < live;
    if (is_too_far || !stream->is_readable()) continue;
    if (chosen == nullptr || next < chosen->next_time()) chosen = stream;
  }
  return chosen;
}

FollowingInput::ReadOutcome FollowingInput::read_next(EventSink& sink) {
  FollowedStream* stream = choose();
  if (stream == nullptr) return ReadOutcome::nothing;
  EventBatch batch;
  const Instant now = clock_.now();
  if (!stream->read(now, batch)) return ReadOutcome::read;
  batch.log_group = log_group_;
  batch.read_at = now;
  has_delivered_ = true;
  return sink.deliver(std::move(batch)) ? ReadOutcome::read : ReadOutcome::refused;
}

void FollowingInput::apply(const Wake& wake) {
  // A timeout is a look even if the clock stands still, as it does in tests.
  must_look_ = wake.is_timeout || wake.is_incomplete || !wake.directories.empty();
  on_wake(wake);
  if (wake.files.empty()) return;
  for (FollowedStream* stream : streams_) stream->poke(wake);
}

}  // namespace tocsin
