// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/group_watermark.hpp"

#include <algorithm>

#include "rules/engine/row_codec.hpp"
#include "rules/metric/series.hpp"

namespace tocsin {

EventMoment assign_time(StreamState& stream, Instant found, Instant read_at, Instant ceiling,
                        bool more) {
  EventMoment out{found, true, false};
  if (found == kNoTime) {
    const bool follows =
        stream.last_time != kNoTime && (stream.more || read_at - stream.last_read <= minutes{1});
    out = {follows ? stream.last_time : floor_to(read_at, seconds{1}), false, false};
  } else if (found > ceiling) {
    out = {floor_to(read_at, seconds{1}), false, true};
  }
  stream.last_time = out.time;
  stream.last_read = read_at;
  stream.more = more;
  return out;
}

void GroupWatermark::wake(Instant wall) {
  if (woken_at_ != kNoTime && wall - woken_at_ > max_stall_ / 2) restarted(wall);
  woken_at_ = wall;
}

void GroupWatermark::restarted(Instant wall) {
  for (auto& [name, s] : streams_)
    if (s.unread) s.since = wall;
  woken_at_ = wall;
  moved_at_ = kNoTime;
}

StreamState& GroupWatermark::found(const std::string& name, Instant wall,
                                   std::optional<Instant> first, bool unread) {
  StreamState& s = streams_[name];
  retired_.erase(name);
  if (unread && !s.unread) s.since = wall;
  s.unread = unread;
  if (s.newest == kNoTime && s.checked == kNoTime && first) s.newest = std::min(*first, wall);
  moved_at_ = kNoTime;
  return s;
}

void GroupWatermark::at_end(StreamState& stream, Instant wall) {
  stream.unread = stream.more = false;
  stream.checked = wall;
  moved_at_ = kNoTime;
}

void GroupWatermark::retire_others(const std::set<std::string>& names, Instant wall) {
  for (auto s = streams_.begin(); s != streams_.end();) {
    if (names.contains(s->first)) {
      ++s;
      continue;
    }
    retired_.insert(s->first);
    s = streams_.erase(s);
  }
  if (names.empty()) empty_look_ = wall;
  moved_at_ = kNoTime;
}

void GroupWatermark::read(StreamState& stream, const EventMoment& moment, Instant wall, bool more) {
  stream.unread = more;
  stream.since = wall;
  if (moment.replaced) ++stream.replaced_times;
  if (!moment.timed) return;
  // What two lines running both reach: a single forged time moves nothing.
  const Instant t = std::min(moment.time, wall);
  stream.newest = std::max(stream.newest, std::min(t, stream.before));
  stream.before = t;
}

Instant GroupWatermark::mark(StreamState& s, Instant wall) const {
  s.stalled = s.unread && s.since && wall - *s.since > max_stall_;
  if (s.stalled) return kNever;
  const Instant read = s.newest == kNoTime ? kNoTime : s.newest - lateness_;
  // Not the clock but the last fruitless look moves an idle stream.
  if (s.unread || s.checked == kNoTime) return read;
  return std::max(read, s.checked - lateness_);
}

void GroupWatermark::move(Instant wall, const StreamState* after) {
  if (after != nullptr && streams_.size() > 1 && moved_at_ == wall && holder_ != after) return;
  moved_at_ = wall;
  holder_ = nullptr;
  partial_ = false;
  Instant least = kNever;
  if (streams_.empty()) {
    if (empty_look_ == kNoTime) return;
    least = empty_look_ - lateness_;
  }
  for (auto& [name, s] : streams_) {
    const Instant m = mark(s, wall);
    partial_ = partial_ || s.stalled;
    if (m >= least && holder_ != nullptr) continue;
    least = std::min(least, m);
    holder_ = &s;
  }
  watermark_ = std::max(watermark_, std::min(least, wall - lateness_));
}

bool GroupWatermark::set_back(Instant wall) {
  for (auto& [name, s] : streams_) {
    for (Instant* t : {&s.newest, &s.before, &s.checked, &s.last_read}) *t = std::min(*t, wall);
    if (s.since) s.since = std::min(*s.since, wall);
  }
  empty_look_ = std::min(empty_look_, wall);
  moved_at_ = kNoTime;
  if (watermark_ == kNoTime || watermark_ <= wall - lateness_) return false;
  watermark_ = wall - lateness_;
  return true;
}

std::optional<Instant> GroupWatermark::next_stall() const {
  std::optional<Instant> out;
  for (const auto& [name, s] : streams_) {
    if (!s.unread || !s.since || s.stalled) continue;
    const Instant at = *s.since + max_stall_ + Duration{1};
    out = std::min(out.value_or(kNever), at);
  }
  return out;
}

void GroupWatermark::configure(Duration lateness, Duration max_stall) {
  lateness_ = lateness;
  max_stall_ = max_stall;
  moved_at_ = kNoTime;
}

std::set<std::string> GroupWatermark::take_retired() { return std::exchange(retired_, {}); }

std::string StreamState::encode() const {
  RowWriter out;
  out.byte(1);
  out.byte((unread ? 1U : 0U) | (more ? 2U : 0U) | (since ? 4U : 0U));
  for (const Instant t : {newest, before, checked, since.value_or(kNoTime), last_time, last_read})
    out.instant(t);
  return out.take();
}

bool StreamState::decode(std::string_view row) {
  RowReader in(row);
  if (in.byte() != 1) return false;
  const unsigned flags = in.byte();
  Instant waiting;
  for (Instant* t : {&newest, &before, &checked, &waiting, &last_time, &last_read})
    *t = in.instant();
  if (!in.ok()) return *this = {}, false;
  unread = (flags & 1U) != 0;
  more = (flags & 2U) != 0;
  since = (flags & 4U) != 0 ? std::optional<Instant>(waiting) : std::nullopt;
  return true;
}

}  // namespace tocsin
