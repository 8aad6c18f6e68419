// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_spool.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>

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

std::string folder() {
  std::error_code error;
  const auto path = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : path.string();
}

Error file_trouble() {
  const int number = errno;
  return {number == ENOSPC ? "disk-full" : "io",
          "cannot keep matched events in " + folder() + ": " + std::strerror(number)};
}

// A file without a name: it goes with the process.
std::FILE* open_temporary() {
  std::string path = folder() + "/tocsin-replay-XXXXXX";
  const int descriptor = mkstemp(path.data());
  if (descriptor < 0) return nullptr;
  unlink(path.c_str());
  std::FILE* const file = fdopen(descriptor, "w+b");
  if (file != nullptr) std::setvbuf(file, nullptr, _IONBF, 0);  // what it gets are blocks
  return file;
}

}  // namespace

// A sorted stretch of the temporary file, read through a buffer of its own.
struct EventSpool::Run {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::size_t read_ahead = kReadAheadMax;
  std::string buffer;
  std::size_t used = 0;

  // False at the end. `bytes` live until the next call.
  Result<bool> next(std::FILE* file, Coded& at, std::string_view& bytes) {
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
  Result<bool> need(std::FILE* file, std::size_t bytes) {
    if (buffer.size() - used >= bytes) return true;
    buffer.erase(0, used);
    used = 0;
    const std::size_t wanted = std::max(bytes, read_ahead) - buffer.size();
    const std::size_t take = std::min<std::uint64_t>(wanted, end - begin);
    if (take > 0) {
      const std::size_t held = buffer.size();
      buffer.resize(held + take);
      if (std::fseek(file, static_cast<long>(begin), SEEK_SET) != 0 ||
          std::fread(buffer.data() + held, 1, take, file) != take)
        return file_trouble();
      begin += take;
    }
    return buffer.size() >= bytes;
  }
};

EventSpool::EventSpool(std::size_t memory_max) : memory_max_(memory_max) {}
EventSpool::~EventSpool() = default;

std::size_t EventSpool::runs_on_disk() const { return runs_.size(); }

Status EventSpool::add(const EventPlace& place, std::string_view event) {
  // At once, since a string that grows is there twice.
  if (bytes_.capacity() < memory_max_) bytes_.reserve(memory_max_ + kLastEventBytes);
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

bool EventSpool::write() {
  const bool done =
      std::fwrite(written_.data(), 1, written_.size(), file_.get()) == written_.size();
  written_.clear();
  return done;
}

Status EventSpool::spill() {
  if (file_ == nullptr) file_.reset(open_temporary());
  if (file_ == nullptr) return file_trouble();
  sort();
  Run run;
  run.begin = run.end = runs_.empty() ? 0 : runs_.back().end;
  if (std::fseek(file_.get(), static_cast<long>(run.begin), SEEK_SET) != 0) return file_trouble();
  for (const Coded& at : places_) {
    written_.append(reinterpret_cast<const char*>(&at), sizeof at);
    written_.append(bytes_, at.offset, at.size);
    run.end += sizeof at + at.size;
    if (written_.size() >= kWriteBytes && !write()) return file_trouble();
  }
  if (!write()) return file_trouble();
  if (std::fflush(file_.get()) != 0) return file_trouble();
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
      const Result<bool> more = spool_.runs_[source].next(spool_.file_.get(), head.at, head.bytes);
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
