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

constexpr std::size_t kReadAhead = std::size_t{256} << 10;

auto rank(const SpooledEvent& e) { return std::tie(e.time, e.group, e.file, e.event.position); }
bool before(const SpooledEvent& a, const SpooledEvent& b) { return rank(a) < rank(b); }

std::size_t size_of(const SpooledEvent& e) {
  std::size_t size = sizeof(SpooledEvent) + e.event.message.size() + e.event.event_id.size();
  for (const Sample& sample : e.event.samples) {
    size += sizeof(Sample);
    for (const auto& value : sample.dimensions) size += sizeof value + (value ? value->size() : 0);
  }
  return size;
}

// The encoding of the temporary file; it never leaves this process.
class Writer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    bytes += text;
  }
  template <class T>
  void put_optional(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  std::string bytes;
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
  void get(std::string& text) {
    std::uint64_t size = 0;
    get(size);
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  template <class T>
  void get_optional(std::optional<T>& value) {
    bool has = false;
    get(has);
    if (has) get(value.emplace());
  }

 private:
  std::string_view rest_;
};

void encode(const SpooledEvent& e, Writer& out) {
  out.put(to_ms(e.time));
  out.put(e.group);
  out.put(e.file);
  out.put(e.event.position);
  out.put(e.event.message);
  out.put(e.event.event_id);
  out.put(static_cast<std::uint64_t>(e.event.samples.size()));
  for (const Sample& sample : e.event.samples) {
    out.put(sample.filter);
    out.put_optional(sample.value);
    out.put(static_cast<std::uint64_t>(sample.dimensions.size()));
    for (const auto& value : sample.dimensions) out.put_optional(value);
  }
}

SpooledEvent decode(std::string_view bytes) {
  Reader in(bytes);
  SpooledEvent e;
  std::int64_t ms = 0;
  in.get(ms);
  e.time = instant_from_ms(ms);
  in.get(e.group);
  in.get(e.file);
  in.get(e.event.position);
  in.get(e.event.message);
  in.get(e.event.event_id);
  std::uint64_t count = 0;
  in.get(count);
  e.event.samples.resize(count);
  for (Sample& sample : e.event.samples) {
    in.get(sample.filter);
    in.get_optional(sample.value);
    in.get(count);
    sample.dimensions.resize(count);
    for (auto& value : sample.dimensions) in.get_optional(value);
  }
  return e;
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
  return fdopen(descriptor, "w+b");
}

}  // namespace

// A sorted stretch of the temporary file, read through a buffer of its own.
struct EventSpool::Run {
  long begin = 0;
  long end = 0;
  std::string buffer;
  std::size_t used = 0;

  // False at the end.
  Result<bool> next(std::FILE* file, SpooledEvent& event) {
    std::uint64_t size = 0;
    const Result<bool> has_size = need(file, sizeof size);
    if (!has_size || !*has_size) return has_size;
    std::memcpy(&size, buffer.data() + used, sizeof size);
    used += sizeof size;
    const Result<bool> has_event = need(file, size);
    if (!has_event) return has_event;
    event = decode(std::string_view(buffer).substr(used, size));
    used += size;
    return true;
  }

 private:
  Result<bool> need(std::FILE* file, std::size_t bytes) {
    if (buffer.size() - used >= bytes) return true;
    buffer.erase(0, used);
    used = 0;
    const std::size_t wanted = std::max(bytes, kReadAhead) - buffer.size();
    const std::size_t left = static_cast<std::size_t>(end - begin);
    const std::size_t take = std::min(wanted, left);
    if (take > 0) {
      const std::size_t held = buffer.size();
      buffer.resize(held + take);
      if (std::fseek(file, begin, SEEK_SET) != 0 ||
          std::fread(buffer.data() + held, 1, take, file) != take)
        return file_trouble();
      begin += static_cast<long>(take);
    }
    return buffer.size() >= bytes;
  }
};

EventSpool::EventSpool(std::size_t memory_max) : memory_max_(memory_max) {}
EventSpool::~EventSpool() = default;

std::size_t EventSpool::runs_on_disk() const { return runs_.size(); }

Status EventSpool::add(SpooledEvent event) {
  memory_ += size_of(event);
  held_.push_back(std::move(event));
  return memory_ > memory_max_ ? spill() : success();
}

Status EventSpool::spill() {
  if (file_ == nullptr) file_.reset(open_temporary());
  if (file_ == nullptr) return file_trouble();
  std::sort(held_.begin(), held_.end(), before);
  Run run;
  run.begin = runs_.empty() ? 0 : runs_.back().end;
  if (std::fseek(file_.get(), run.begin, SEEK_SET) != 0) return file_trouble();
  for (const SpooledEvent& event : held_) {
    Writer writer;
    writer.put(std::uint64_t{0});
    encode(event, writer);
    const std::uint64_t size = writer.bytes.size() - sizeof size;
    std::memcpy(writer.bytes.data(), &size, sizeof size);
    if (std::fwrite(writer.bytes.data(), 1, writer.bytes.size(), file_.get()) !=
        writer.bytes.size())
      return file_trouble();
  }
  if (std::fflush(file_.get()) != 0) return file_trouble();
  run.end = std::ftell(file_.get());
  runs_.push_back(std::move(run));
  held_ = {};
  memory_ = 0;
  return success();
}

Status EventSpool::drain(const std::function<bool(SpooledEvent)>& take) {
  std::sort(held_.begin(), held_.end(), before);
  // The sources of the merge: each run, and last what is still in memory.
  struct Head {
    SpooledEvent event;
    std::size_t source;
  };
  const auto later = [](const Head& a, const Head& b) {
    return std::make_pair(rank(b.event), b.source) < std::make_pair(rank(a.event), a.source);
  };
  std::vector<Head> heads;
  std::size_t next_held = 0;
  const auto refill = [&](std::size_t source) -> Status {
    Head head{{}, source};
    if (source == runs_.size()) {
      if (next_held == held_.size()) return success();
      head.event = std::move(held_[next_held++]);
    } else {
      const Result<bool> more = runs_[source].next(file_.get(), head.event);
      if (!more) return more.error();
      if (!*more) return success();
    }
    heads.push_back(std::move(head));
    std::push_heap(heads.begin(), heads.end(), later);
    return success();
  };
  for (std::size_t source = 0; source <= runs_.size(); ++source)
    if (Status filled = refill(source); !filled) return filled;
  while (!heads.empty()) {
    std::pop_heap(heads.begin(), heads.end(), later);
    Head head = std::move(heads.back());
    heads.pop_back();
    const std::size_t source = head.source;
    if (!take(std::move(head.event))) return success();
    if (Status filled = refill(source); !filled) return filled;
  }
  return success();
}

}  // namespace tocsin
