// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_spool.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <type_traits>

namespace tocsin {
namespace {

// What all runs together read ahead, and one of them at least and at most.
constexpr std::size_t kReadAheadSum = std::size_t{4} << 20;
constexpr std::size_t kReadAheadMin = std::size_t{4} << 10;
constexpr std::size_t kReadAheadMax = std::size_t{256} << 10;
constexpr std::size_t kWriteBytes = std::size_t{64} << 10;  // at a time
// What the event that fills the memory takes, mostly.
constexpr std::size_t kLastEventBytes = std::size_t{64} << 10;

// The encoding, in memory as in the temporary file; it never leaves this process.
class Writer {
 public:
  explicit Writer(std::string& bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  // Mostly a single byte.
  void put_number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void put(const std::string& text) {
    put_number(text.size());
    bytes_ += text;
  }
  template <class T>
  void put_optional(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

 private:
  std::string& bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void get(T& value) {
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  std::uint64_t get_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
  }
  void get(std::string& text) {
    const std::uint64_t size = get_number();
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <class T>
  void get_optional(std::optional<T>& value) {
    bool has = false;
    get(has);
    if (has)
      get(value.emplace());
    else
      value.reset();
  }

 private:
  std::string_view rest_;
};

void encode(const MatchedEvent& e, std::string& bytes) {
  Writer out(bytes);
  out.put(e.message);
  out.put(e.event_id);
  out.put_number(e.samples.size());
  for (const Sample& sample : e.samples) {
    out.put_number(sample.filter);
    out.put_optional(sample.value);
    out.put_number(sample.dimensions.size());
    for (const auto& value : sample.dimensions) out.put_optional(value);
  }
}

// Into `e`, whose memory is used again.
void decode(std::string_view bytes, MatchedEvent& e) {
  Reader in(bytes);
  in.get(e.message);
  in.get(e.event_id);
  e.samples.resize(in.get_number());
  for (Sample& sample : e.samples) {
    sample.filter = static_cast<std::uint32_t>(in.get_number());
    in.get_optional(sample.value);
    sample.dimensions.resize(in.get_number());
    for (auto& value : sample.dimensions) in.get_optional(value);
  }
}

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
  if (file != nullptr) std::setvbuf(file, nullptr, _IOFBF, kWriteBytes);
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
  Result<bool> next(std::FILE* file, Place& place, std::string_view& bytes) {
    const Result<bool> has_place = need(file, sizeof place);
    if (!has_place || !*has_place) return has_place;
    std::memcpy(&place, buffer.data() + used, sizeof place);
    used += sizeof place;
    const Result<bool> has_event = need(file, place.size);
    if (!has_event) return has_event;
    bytes = std::string_view(buffer).substr(used, place.size);
    used += place.size;
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

Status EventSpool::add(const SpooledEvent& event) {
  // At once, since a string that grows is there twice.
  if (bytes_.capacity() < memory_max_) bytes_.reserve(memory_max_ + kLastEventBytes);
  Place place{event.time, event.group, event.file, event.event.position, bytes_.size(), 0};
  encode(event.event, bytes_);
  place.size = bytes_.size() - place.offset;
  places_.push_back(place);
  return bytes_.size() + places_.size() * sizeof place > memory_max_ ? spill() : success();
}

bool EventSpool::before(const Place& a, const Place& b) {
  return std::tie(a.time, a.group, a.file, a.position) <
         std::tie(b.time, b.group, b.file, b.position);
}

Status EventSpool::spill() {
  if (file_ == nullptr) file_.reset(open_temporary());
  if (file_ == nullptr) return file_trouble();
  std::sort(places_.begin(), places_.end(), before);
  Run run;
  run.begin = run.end = runs_.empty() ? 0 : runs_.back().end;
  if (std::fseek(file_.get(), static_cast<long>(run.begin), SEEK_SET) != 0) return file_trouble();
  for (const Place& place : places_) {
    if (std::fwrite(&place, 1, sizeof place, file_.get()) != sizeof place ||
        std::fwrite(bytes_.data() + place.offset, 1, place.size, file_.get()) != place.size)
      return file_trouble();
    run.end += sizeof place + place.size;
  }
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
    std::sort(spool.places_.begin(), spool.places_.end(), before);
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
      event.time = head.place.time;
      event.group = head.place.group;
      event.file = head.place.file;
      decode(head.bytes, event.event);
      event.event.position = head.place.position;
      if (!take(event)) return success();
      if (Status filled = refill(head.source); !filled) return filled;
    }
    return success();
  }

 private:
  struct Head {
    Place place;
    std::string_view bytes;
    std::size_t source = 0;
  };
  static bool later(const Head& a, const Head& b) {
    if (before(b.place, a.place)) return true;
    return !before(a.place, b.place) && b.source < a.source;
  }

  Status refill(std::size_t source) {
    Head head;
    head.source = source;
    if (source == spool_.runs_.size()) {
      if (next_held_ == spool_.places_.size()) return success();
      head.place = spool_.places_[next_held_++];
      head.bytes = std::string_view(spool_.bytes_).substr(head.place.offset, head.place.size);
    } else {
      const Result<bool> more =
          spool_.runs_[source].next(spool_.file_.get(), head.place, head.bytes);
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
