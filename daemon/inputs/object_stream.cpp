// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/object_stream.hpp"

#include <algorithm>

namespace tocsin {
namespace {

constexpr Duration kOrderKept = seconds{30};
constexpr Duration kGivenUpAfter = minutes{5};

// It may be that its end has not been written yet.
bool may_heal(const Error& error) { return error.code == "truncated" || error.code == "damaged"; }
bool is_broken(const Error& error) {
  return may_heal(error) || error.code == "too-large" || error.code == "not-records";
}

}  // namespace

void ObjectStream::add(const TrailObject& object) {
  const Key key{object.time, object.path};
  const auto [at, is_new] = waiting_.try_emplace(key, Waiting{object, {}});
  if (is_new) return;
  TrailObject& known = at->second.object;
  if (known.size == object.size && known.modified == object.modified) return;
  known.size = object.size;
  known.modified = object.modified;
  at->second.retry.succeed();
  if (reading_ == key) reader_.reset();
}

std::optional<StreamLook> ObjectStream::look(Instant, std::vector<PositionUpdate>& updates) {
  std::move(updates_.begin(), updates_.end(), std::back_inserter(updates));
  updates_.clear();
  StreamLook seen{name_, is_unread(), std::nullopt};
  if (seen.unread && !has_delivered_) seen.first = waiting_.begin()->first.first;
  return seen;
}

// The oldest object that may be read now.
ObjectStream::Queue::const_iterator ObjectStream::next() const {
  const Tick now = clock_.tick();
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    const RetryTimer& retry = at->second.retry;
    if (!retry.is_waiting(now)) return at;
    if (now - retry.failing_since() < kOrderKept) break;
  }
  return waiting_.end();
}

bool ObjectStream::is_held(Duration max_stall) const {
  if (waiting_.empty() || is_readable()) return false;
  return clock_.tick() - waiting_.begin()->second.retry.failing_since() < max_stall;
}

Instant ObjectStream::next_time() const {
  const auto at = next();
  return at == waiting_.end() ? newest_ : at->first.first;
}

bool ObjectStream::read(Instant, EventBatch& batch) {
  const auto found = next();
  if (found == waiting_.end()) return false;
  const auto at = waiting_.find(found->first);
  if ((!reader_ || reading_ != at->first) && !open(at->second)) return false;
  reading_ = at->first;
  return read_open(at, batch);
}

bool ObjectStream::open(Waiting& waiting) {
  auto reader = EventReader::open(waiting.object.path, EventFormat::cloudtrail, line_bytes_max_);
  const auto at = waiting_.find({waiting.object.time, waiting.object.path});
  if (!reader) {
    reader_.reset();
    if (reader.error().code == "not-found")
      waiting_.erase(at);
    else
      on_failure(at, reader.error());
    return false;
  }
  reader_ = std::move(*reader);
  return true;
}

bool ObjectStream::read_open(Queue::iterator at, EventBatch& batch) {
  TrailObject& object = at->second.object;
  while (true) {
    const Result<bool> more = reader_->next(batch);
    if (!more) {
      on_failure(at, more.error());
      return false;
    }
    if (!*more) {
      finish(at);
      return false;
    }
    std::erase_if(batch.events, [&object](const EventSlice& event) {
      return event.position < object.next || event.length == 0;
    });
    if (!batch.events.empty()) break;
  }
  object.next = batch.events.back().position + 1;
  at->second.retry.succeed();
  newest_ = std::max(newest_, object.time);
  source_ = object.path;
  position_ = object.next;
  has_delivered_ = true;
  totals_.events += batch.events.size();
  for (const EventSlice& event : batch.events) totals_.bytes += event.length;
  batch.stream = name_;
  batch.more_unread = true;
  batch.positions = std::move(updates_);
  updates_.clear();
  batch.positions.push_back(ledger_.record(object));
  return true;
}

void ObjectStream::on_failure(Queue::iterator at, const Error& error) {
  RetryTimer& retry = at->second.retry;
  retry.fail(clock_.tick());
  trouble_ = error.text;
  const bool is_over = clock_.tick() - retry.failing_since() > kGivenUpAfter;
  if (is_broken(error) && (is_over || !may_heal(error))) {
    finish(at);
    return;
  }
  if (!is_broken(error)) ++totals_.unreadable;
  reader_.reset();
}

void ObjectStream::finish(Queue::iterator at) {
  if (reader_) {
    totals_.broken += reader_->counters().broken;
    totals_.long_lines += reader_->counters().long_lines;
  }
  reader_.reset();
  at->second.object.is_done = true;
  updates_.push_back(ledger_.record(at->second.object));
  waiting_.erase(at);
  if (waiting_.empty()) trouble_.clear();
}

StreamCounters ObjectStream::counters() const {
  StreamCounters counters;
  counters.stream = name_;
  counters.source = source_;
  counters.position = position_;
  for (const auto& [key, waiting] : waiting_) counters.unread_bytes += waiting.object.size;
  counters.is_unread = is_unread();
  counters.trouble = trouble_;
  counters.totals = totals_;
  return counters;
}

}  // namespace tocsin
