// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/log_file.hpp"

#include <fcntl.h>

#include <algorithm>

#include "daemon/inputs/line_splitter.hpp"
#include "daemon/inputs/record_scanner.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kBlock = 256 << 10;
constexpr Duration kTimestampTick = seconds{2};

bool is_whole_object(std::string_view text) {
  JsonNesting nesting;
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text.starts_with('{') && text.ends_with('}') && nesting.close(text) == text.size() &&
         nesting.depth == 0 && !nesting.in_string;
}

}  // namespace

FileId id_of(const struct stat& info) { return {info.st_dev, info.st_ino}; }

Instant modified_at(const struct stat& info) {
  return instant_from_ms(std::int64_t{info.st_mtim.tv_sec} * 1000 +
                         info.st_mtim.tv_nsec / 1'000'000);
}

BlockBuffer::BlockBuffer(std::size_t line_bytes_max)
    : line_bytes_max_(line_bytes_max),
      size_(kHeadBytesMax + LineSplitter(line_bytes_max).window_bytes_min() + kBlock),
      bytes_(new char[size_]) {}

LogFile::LogFile(FileDescriptor file, std::string path, FilePosition position, LineKind kind,
                 Form form)
    : file_(std::move(file)),
      path_(std::move(path)),
      position_(position),
      kind_(kind),
      is_finished_(form == Form::gzip_copy),
      is_compressed_(form == Form::gzip_copy) {
  refresh(Instant{});
}

bool LogFile::refresh(Instant now) {
  struct stat info {};
  if (::fstat(file_.get(), &info) != 0) return true;
  size_ = static_cast<std::uint64_t>(info.st_size);
  modified_ = modified_at(info);
  is_deleted_ = info.st_nlink == 0;
  if (is_compressed()) return true;
  if (size_ < position_.offset) return false;
  // Within a tick of the kernel's clock a file may change twice under one mtime.
  if (modified_ == verified_ && verified_at_ - modified_ > kTimestampTick) return true;
  verified_ = modified_;
  verified_at_ = now;
  if (verify(file_.get(), position_) != Likeness::different) return true;
  verified_ = {};
  return false;
}

// Whether `block`, whose first `lead` bytes are those before the position, is of what was verified:
// since then the file may have become another. The head is verified while it is in the block.
bool LogFile::continues(std::string_view block, std::size_t lead) const {
  const std::uint64_t tail = position_.tail_length();
  if (block.size() < lead || hash_bytes(block.substr(lead - tail, tail)) != position_.tail_hash)
    return false;
  if (lead < position_.offset) return true;
  return block.size() >= position_.head_length &&
         hash_bytes(block.substr(0, position_.head_length)) == position_.head_hash;
}

bool LogFile::is_unread() const {
  if (is_compressed()) return !has_copy_ended_;
  const std::uint64_t known =
      is_finished_ ? position_.offset : std::max(position_.offset, exhausted_);
  return size_ > known;
}

std::uint64_t LogFile::unread_bytes() const {
  if (is_compressed()) return has_copy_ended_ ? 0 : size_;
  return size_ > position_.offset ? size_ - position_.offset : 0;
}

LogFile::Outcome LogFile::read(BlockBuffer& buffer, EventBatch& batch, InputTotals& totals) {
  batch.source = path_;
  batch.source_time = modified_;
  if (is_compressed()) return read_copy(buffer.line_bytes_max(), batch, totals);
  while (true) {
    // With the whole head while that may still grow, else with the tail.
    const std::uint64_t lead =
        position_.offset < kHeadBytesMax ? position_.offset : position_.tail_length();
    const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(),
                                static_cast<off_t>(position_.offset - lead));
    if (got < 0) return Outcome::failed;
    const std::string_view block(buffer.data(), static_cast<std::size_t>(got));
    if (!continues(block, lead)) return Outcome::rewritten;
    const std::string_view window = block.substr(lead);
    const bool is_end = block.size() < buffer.size();
    size_ = std::max(size_, position_.offset + window.size());
    const std::uint64_t before = position_.offset;
    std::size_t used = skip_no_text(window, is_end);
    if (position_.offset != before) continue;
    if (used == 0) used = take_lines(window, is_end, buffer.line_bytes_max(), batch, totals);
    advance(block, lead, used);
    if (!batch.events.empty()) return Outcome::events;
    if (used == 0) return Outcome::nothing;
  }
}

// A byte order mark. Or: a writer that goes on at its old offset after a truncation leaves a hole
// before the next line, which reads as zeros. Zeros at the end are waited for: a writer may have
// reserved the space.
std::size_t LogFile::skip_no_text(std::string_view window, bool is_end) {
  if (position_.offset == 0 && window.starts_with(kByteOrderMark)) return kByteOrderMark.size();
  if (!window.starts_with('\0')) return 0;
  const std::size_t zeros = window.find_first_not_of('\0');
  if (zeros != std::string_view::npos) return zeros;
  const off_t data = ::lseek(file_.get(), static_cast<off_t>(position_.offset), SEEK_DATA);
  if (data > static_cast<off_t>(position_.offset + window.size()) && !is_end)
    start_at(static_cast<std::uint64_t>(data));
  return 0;
}

std::size_t LogFile::take_lines(std::string_view window, bool is_end, std::size_t line_bytes_max,
                                EventBatch& batch, InputTotals& totals) {
  const bool is_reserved = is_end && !is_finished_ && window.starts_with('\0');
  std::size_t used = 0;
  if (!is_reserved) {
    LineSplitter splitter(line_bytes_max, position_.is_in_long_line);
    used = splitter.split(window, position_.offset, is_end && is_finished_, batch.events);
    position_.is_in_long_line = splitter.is_in_long_line();
    totals.long_lines += splitter.long_lines();
  }
  const bool is_all = is_end && batch.events.size() < kBatchEventsMax;
  if (kind_ == LineKind::json) used = take_objects(window, used, is_all, batch);
  if (is_all) exhausted_ = position_.offset + window.size();
  batch.bytes.assign(window.substr(0, used));
  return used;
}

std::size_t LogFile::take_objects(std::string_view window, std::size_t used, bool is_all,
                                  EventBatch& batch) const {
  const std::string_view rest = window.substr(used);
  if (is_all && is_whole_object(rest)) {
    batch.events.push_back({static_cast<std::uint32_t>(used),
                            static_cast<std::uint32_t>(rest.size()), position_.offset + used});
    used = window.size();
  }
  std::erase_if(batch.events, [](const EventSlice& event) { return event.length == 0; });
  return used;
}

void LogFile::advance(std::string_view block, std::size_t lead, std::size_t used) {
  if (used == 0) return;
  const bool is_from_begin = lead == position_.offset;
  position_.offset += used;
  const std::uint64_t tail = position_.tail_length();
  position_.tail_hash = hash_bytes(block.substr(lead + used - tail, tail));
  if (is_from_begin && position_.head_length < kHeadBytesMax)
    set_head(block.substr(0, kHeadBytesMax), position_);
}

void LogFile::start_at(std::uint64_t offset) {
  position_.offset = offset;
  position_.is_in_long_line = false;
  take_fingerprint(file_.get(), position_);
  exhausted_ = 0;
  verified_ = {};
}

void LogFile::resume(const FilePosition& position) {
  const FileId id = position_.id;
  position_ = position;
  position_.id = id;
}

LogFile::Outcome LogFile::read_copy(std::size_t line_bytes_max, EventBatch& batch,
                                    InputTotals& totals) {
  if (!copy_ && !open_copy(line_bytes_max)) return Outcome::failed;
  while (!has_copy_ended_) {
    const Result<bool> more = copy_->next(batch);
    if (!more) return Outcome::failed;
    if (!*more) {
      has_copy_ended_ = true;
      totals.long_lines += copy_->counters().long_lines;
      break;
    }
    const EventSlice& first = batch.events.front();
    if (copy_read_.length() == 0 && first.position > first.offset) copy_read_.add(kByteOrderMark);
    copy_read_.add(batch.bytes);
    if (copy_read_.length() <= position_.offset) continue;
    std::erase_if(batch.events,
                  [this](const EventSlice& event) { return event.position < position_.offset; });
    copy_read_.write_to(position_);
    position_.is_in_long_line = false;
    if (!batch.events.empty()) return Outcome::events;
  }
  batch.events.clear();
  return Outcome::nothing;
}

bool LogFile::open_copy(std::size_t line_bytes_max) {
  FileDescriptor file(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (!file || ::lseek(file.get(), 0, SEEK_SET) != 0) return false;
  auto copy = EventReader::open(std::move(file), path_, EventFormat::lines, line_bytes_max);
  if (copy) copy_ = std::move(*copy);
  return copy.ok();
}

void LogFile::reopen_copy() {
  copy_.reset();
  copy_read_ = {};
}

std::string LogFile::peek() const {
  constexpr std::size_t kPeeked = 64 << 10;
  if (is_compressed()) return {};
  std::string line = read_at(file_.get(), position_.offset, kPeeked);
  line.resize(std::min(line.find('\n'), line.size()));
  return line;
}

}  // namespace tocsin
