// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_spool.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "daemon/cli/event_code.hpp"

namespace tocsin {
namespace {

// What all runs together read ahead, and one of them at least and at most.
constexpr std::size_t kReadAheadSum = std::size_t{4} << 20;
constexpr std::size_t kReadAheadMin = std::size_t{4} << 10;
constexpr std::size_t kReadAheadMax = std::size_t{256} << 10;
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;  // at a time
// What the event that fills the memory takes, mostly.
constexpr std::size_t kLastEventBytes = std::size_t{64} << 10;

}  // namespace

// A sorted stretch of the temporary file, read through a buffer of its own.
struct EventSpool::Run {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::size_t read_ahead = kReadAheadMax;
  std::string buffer;
  std::size_t used = 0;

  // False at the end. `bytes` live until the next call.
  Result<bool> next(const TemporaryFile& file, Coded& at, std::string_view& bytes) {
    const Result<bool> has_place = need(file, sizeof at);
    if (!has_place || !*has_place) return has_place;
    std::memcpy(&at, buffer.data() + used, sizeof at);
    used += sizeof at;
    const Result<bool> has_event = need(file, at.size);
    if (!has_event) return has_event;
    bytes = std::string_view(buffer).substr(used, at.size);
    used += at.size;
    return true;
  }

 private:
  Result<bool> need(const TemporaryFile& file, std::size_t bytes) {
    if (buffer.size() - used >= bytes) return true;
    buffer.erase(0, used);
    used = 0;
    const std::size_t wanted = std::max(bytes, read_ahead) - buffer.size();
    const std::size_t take = std::min<std::uint64_t>(wanted, end - begin);
    if (take > 0) {
      const std::size_t held = buffer.size();
      buffer.resize(held + take);
      const Status got = file.read(begin, std::span(buffer).subspan(held));
      if (!got) return got.error();
      begin += take;
    }
    return buffer.size() >= bytes;
  }
};

EventSpool::EventSpool(std::size_t memory_max) : memory_max_(memory_max) {}
EventSpool::~EventSpool() = default;

std::size_t EventSpool::runs_on_disk() const { return runs_.size(); }

Status EventSpool::add(const EventPlace& place, std::string_view event) {
  // At once, since what grows is there twice; what is not used takes no memory.
  if (bytes_.capacity() < memory_max_) {
    bytes_.reserve(memory_max_ + kLastEventBytes);
    places_.reserve(memory_max_ / sizeof(Coded) + 1);
  }
  places_.push_back({place, bytes_.size(), event.size()});
  bytes_ += event;
  return bytes_.size() + places_.size() * sizeof(Coded) > memory_max_ ? spill() : success();
}

// What one file holds is in order for the most part, and often all of it.
void EventSpool::sort() {
  const auto before = [](const Coded& a, const Coded& b) { return a.place < b.place; };
  if (!std::is_sorted(places_.begin(), places_.end(), before))
    std::sort(places_.begin(), places_.end(), before);
}

Status EventSpool::spill() {
  sort();
  Run run;
  run.begin = file_.size();
  std::string block;
  for (const Coded& at : places_) {
    block.append(reinterpret_cast<const char*>(&at), sizeof at);
    block.append(bytes_, at.offset, at.size);
    if (block.size() < kWriteBytes) continue;
    if (Status written = file_.append(block); !written) return written;
    block.clear();
  }
  if (Status written = file_.append(block); !written) return written;
  run.end = file_.size();
  runs_.push_back(std::move(run));
  places_.clear();
  bytes_.clear();
  return success();
}

// The sources of the merge: each run, and last what is still in memory.
class EventSpool::Merge {
 public:
  explicit Merge(EventSpool& spool) : spool_(spool) {
    spool.sort();
    const std::size_t share = kReadAheadSum / std::max<std::size_t>(spool.runs_.size(), 1);
    for (Run& run : spool.runs_) run.read_ahead = std::clamp(share, kReadAheadMin, kReadAheadMax);
  }

  Status run(const std::function<bool(SpooledEvent&)>& take) {
    for (std::size_t source = 0; source <= spool_.runs_.size(); ++source)
      if (Status filled = refill(source); !filled) return filled;
    SpooledEvent event;
    while (!heads_.empty()) {
      std::pop_heap(heads_.begin(), heads_.end(), later);
      const Head head = heads_.back();
      heads_.pop_back();
      event.time = head.at.place.time;
      event.group = head.at.place.group;
      event.file = head.at.place.file;
      decode_event(head.bytes, event.event);
      event.event.position = head.at.place.position;
      if (!take(event)) return success();
      if (Status filled = refill(head.source); !filled) return filled;
    }
    return success();
  }

 private:
  struct Head {
    Coded at;
    std::string_view bytes;
    std::size_t source = 0;
  };
  static bool later(const Head& a, const Head& b) {
    if (a.at.place != b.at.place) return b.at.place < a.at.place;
    return b.source < a.source;
  }

  Status refill(std::size_t source) {
    Head head;
    head.source = source;
    if (source == spool_.runs_.size()) {
      if (next_held_ == spool_.places_.size()) return success();
      head.at = spool_.places_[next_held_++];
      head.bytes = std::string_view(spool_.bytes_).substr(head.at.offset, head.at.size);
    } else {
      const Result<bool> more = spool_.runs_[source].next(spool_.file_, head.at, head.bytes);
      if (!more) return more.error();
      if (!*more) return success();
    }
    heads_.push_back(head);
    std::push_heap(heads_.begin(), heads_.end(), later);
    return success();
  }

  EventSpool& spool_;
  std::vector<Head> heads_;
  std::size_t next_held_ = 0;
};

Status EventSpool::drain(const std::function<bool(SpooledEvent&)>& take) {
  return Merge(*this).run(take);
}

}  // namespace tocsin
