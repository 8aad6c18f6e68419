// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_stream.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/start_search.hpp"

namespace tocsin {
namespace {

// How long a file that lost its name is still read: for writers that have not reopened.
constexpr Duration kLinger = minutes{1};
constexpr std::size_t kLingeringMax = 4;
// Well over the differences between file times and the clock.
constexpr Duration kSettled = seconds{1};
constexpr int kCopyAttemptsMax = 5;

}  // namespace

FileStream::FileStream(std::string path, FileStreamShared& shared, std::vector<FilePosition> stored,
                       StartPoint start)
    : path_(std::move(path)),
      shared_(shared),
      stored_(std::move(stored)),
      start_(start),
      looked_at_(shared.clock.now()),
      known_at_(looked_at_),
      has_begun_(!stored_.empty()) {}

std::optional<StreamLook> FileStream::look(Instant now, std::vector<PositionUpdate>& updates) {
  look_at_path();
  look_at_files();
  looked_at_ = now;
  if (is_path_known()) known_at_ = now;
  close_finished();
  forget_closed();
  if (is_dirty_) updates.push_back(position_update());
  is_dirty_ = false;
  if (path_state_ == PathState::missing && files_.empty()) return std::nullopt;
  StreamLook seen{path_, is_unread(), std::nullopt};
  if (seen.unread && !has_delivered_) seen.first = first_time();
  return seen;
}

void FileStream::look_at_path() {
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) {
    path_state_ = errno == ENOENT || errno == ENOTDIR ? PathState::missing : PathState::unreadable;
    if (path_state_ == PathState::unreadable) trouble_ = file_error(path_, errno).text;
    const bool is_missing = path_state_ == PathState::missing && !stored_.empty();
    if (is_missing && has_directory_changed()) restore(nullptr);
    return;
  }
  path_state_ = S_ISREG(info.st_mode) ? PathState::file : PathState::missing;
  if (path_state_ == PathState::missing) return;
  path_id_ = id_of(info);
  path_size_ = static_cast<std::uint64_t>(info.st_size);
  if (!first_size_) first_size_ = path_size_;
  if (!is_path_known() && !open_retry_.is_waiting(tick())) open_current();
}

void FileStream::open_current() {
  Result<FileDescriptor> file = open_file(path_);
  struct stat info {};
  if (!file || ::fstat(file->get(), &info) != 0) {
    ++totals_.unreadable;
    trouble_ = file ? file_error(path_, errno).text : file.error().text;
    open_retry_.fail(tick());
    return;
  }
  open_retry_.succeed();
  trouble_.clear();
  path_id_ = id_of(info);
  if (shared_.is_rotated(path_)) return;
  // It was moved here just now: its stream hands it over in the next look.
  if (shared_.is_taken(*this, path_id_, path_)) return;
  if (stored_.empty() && has_open(path_id_)) return put_current_last();
  if (stored_.empty() && shared_.is_copy(path_)) return;
  FilePosition beginning;
  beginning.id = path_id_;
  auto current = std::make_unique<LogFile>(std::move(*file), path_, beginning, shared_.kind);
  is_dirty_ = true;
  if (!stored_.empty())
    restore(std::move(current));
  else if (has_begun_)
    follow(std::move(current));
  else
    start(std::move(current));
  has_begun_ = true;
}

// The first file of a new stream, behind those that a glob matches beside it and that rotation has
// left.
void FileStream::start(std::unique_ptr<LogFile> current) {
  if (start_.with_rotated && start_.at != StartAt::end) {
    RotatedFiles found = search_between(current->position(), start_.newer_than, current.get());
    for (auto& file : found.between) {
      if (!shared_.is_matched(file->path())) continue;
      set_start(*file);
      add(std::move(file));
    }
  }
  set_start(*current);
  add(std::move(current));
}

void FileStream::set_start(LogFile& file) const {
  if (start_.at == StartAt::end)
    file.start_at(last_line_begin(file.descriptor(), std::min(file.size(), *first_size_),
                                  shared_.buffer.line_bytes_max()));
  if (start_.at == StartAt::age && shared_.event_time && !file.is_compressed())
    file.start_at(first_line_since(file.descriptor(), file.size(), *shared_.event_time,
                                   start_.newer_than, file.modified()));
}

void FileStream::add(std::unique_ptr<LogFile> file) {
  shared_.take(*this, file->position().id);
  if (shared_.watcher != nullptr && !file->is_compressed()) {
    file->watch = shared_.watcher->watch_file(file->path());
    if (file->watch < 0) ++totals_.unwatched;
  }
  files_.push_back({std::move(file), tick(), 0});
}

void FileStream::erase(std::size_t index) {
  if (shared_.watcher != nullptr) shared_.watcher->unwatch(files_[index].file->watch);
  files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(index));
  is_dirty_ = true;
}

bool FileStream::is_current(std::size_t index) const {
  return path_state_ == PathState::file && index + 1 == files_.size() &&
         files_[index].file->position().id == path_id_;
}

bool FileStream::is_path_known() const {
  return stored_.empty() && !files_.empty() && is_current(files_.size() - 1);
}

void FileStream::look_at_files() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::uint64_t head = files_[i].file->position().head_length;
    if (!files_[i].file->refresh(shared_.clock.now())) on_changed(i);
    if (i < files_.size() && files_[i].file->position().head_length != head) is_dirty_ = true;
  }
  for (Held& held : files_) {
    if (held.size != held.file->size()) held.changed = tick();
    held.size = held.file->size();
  }
  look_for_missed_file();
}

void FileStream::close_finished() {
  for (std::size_t i = 0; i < files_.size();) {
    LogFile& file = *files_[i].file;
    const bool has_lingered = tick() - files_[i].changed > kLinger ||
                              files_.size() - i > kLingeringMax || file.is_deleted();
    const bool lost_its_path = !is_current(i) && (file.is_deleted() || i + 1 < files_.size());
    if (lost_its_path && has_lingered && !file.is_unread()) file.finish();
    // Younger ones stay open: a search for files that were missed must know them.
    const bool is_settled =
        file.modified() + kSettled < looked_at_ || tick() - files_[i].changed > kLinger;
    if (file.is_finished() && !file.is_unread() && is_settled)
      close(i);
    else
      ++i;
  }
}

void FileStream::close(std::size_t index) {
  const LogFile& file = *files_[index].file;
  if (!is_path_known()) closed_.push_back({file.position(), file.modified()});
  erase(index);
}

// While the path has no other file the last one stays: what is rotated before it is seen is looked
// for from there.
void FileStream::forget_closed() {
  const auto is_settled = [this](const Closed& closed) {
    return closed.modified + kSettled < known_at_;
  };
  const auto last = closed_.end() - (is_path_known() || closed_.empty() ? 0 : 1);
  const auto kept = std::remove_if(closed_.begin(), last, is_settled);
  is_dirty_ = is_dirty_ || kept != last;
  closed_.erase(kept, last);
}

void FileStream::poke(const Wake& wake) {
  for (std::size_t i = 0; i < files_.size(); ++i)
    if (std::binary_search(wake.files.begin(), wake.files.end(), files_[i].file->watch))
      if (!files_[i].file->refresh(shared_.clock.now())) return on_changed(i);
}

bool FileStream::has_unread_file() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const Held& held) { return held.file->is_unread(); });
}

bool FileStream::is_unread() const {
  // What a file holds that cannot be opened is unread, unless all of it was read before.
  const bool is_barred = open_retry_.has_failed() || path_state_ == PathState::unreadable;
  const bool is_all_read = stored_.size() == 1 && stored_.back().offset == path_size_;
  return (is_barred && !is_all_read) || has_unread_file();
}

bool FileStream::is_readable() const {
  return !read_retry_.is_waiting(tick()) && has_unread_file();
}

bool FileStream::is_held(Duration max_stall) const {
  const auto holds = [&](const RetryTimer& retry) {
    return retry.has_failed() && tick() - retry.failing_since() < max_stall;
  };
  return is_unread() && !is_readable() && (holds(open_retry_) || holds(read_retry_));
}

bool FileStream::read(Instant now, EventBatch& batch) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    LogFile& file = *files_[i].file;
    if (!file.is_unread()) continue;
    switch (file.read(shared_.buffer, batch, totals_)) {
      case LogFile::Outcome::events:
        break;
      case LogFile::Outcome::nothing:
        continue;
      case LogFile::Outcome::rewritten:
        on_changed(i);
        return false;
      case LogFile::Outcome::failed:
        on_read_failure(i);
        return false;
    }
    read_retry_.succeed();
    if (!open_retry_.has_failed()) trouble_.clear();
    batch.stream = path_;
    source_ = batch.source;
    totals_.events += batch.events.size();
    totals_.bytes += batch.bytes.size();
    has_delivered_ = true;
    note_time(batch, now);
    close_finished();
    batch.more_unread = is_unread();
    batch.positions = {position_update()};
    is_dirty_ = false;
    return true;
  }
  return false;
}

void FileStream::on_read_failure(std::size_t index) {
  LogFile& file = *files_[index].file;
  ++totals_.unreadable;
  read_retry_.fail(tick());
  trouble_ = file.path() + ": cannot be read";
  if (!file.is_compressed()) return;
  file.reopen_copy();
  if (read_retry_.attempts() < kCopyAttemptsMax) return;
  ++totals_.broken;
  ++totals_.rests_lost;
  read_retry_.succeed();
  erase(index);
}

void FileStream::note_time(const EventBatch& batch, Instant now) {
  constexpr std::size_t kLinesTried = 16;
  Instant found = kNoTime;
  if (shared_.event_time)
    for (std::size_t i = 0; i < std::min(kLinesTried, batch.events.size()) && found == kNoTime; ++i)
      found = shared_.event_time->find(batch.message(batch.events[batch.events.size() - 1 - i]),
                                       batch.source_time);
  has_times_ = has_times_ || found != kNoTime;
  if (!has_times_) found = now;
  newest_ = std::max(newest_, std::min(found, now));
}

std::optional<Instant> FileStream::first_time() const {
  if (!shared_.event_time) return std::nullopt;
  for (const Held& held : files_) {
    if (!held.file->is_unread()) continue;
    const Instant found = shared_.event_time->find(held.file->peek(), held.file->modified());
    if (found != kNoTime) return found;
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<FilePosition> FileStream::positions() const {
  std::vector<FilePosition> all = stored_;
  const auto add = [&](FilePosition position, bool is_closed) {
    position.is_closed = is_closed;
    position.seen_at = known_at_;
    all.push_back(position);
  };
  for (const Closed& closed : closed_) add(closed.position, true);
  for (const Held& held : files_) add(held.file->position(), false);
  return all;
}

PositionUpdate FileStream::position_update() const {
  const std::vector<FilePosition> files = positions();
  if (files.empty()) return {shared_.log_group, path_, std::nullopt};
  return {shared_.log_group, path_, encode_positions(files)};
}

StreamCounters FileStream::counters() const {
  StreamCounters counters;
  counters.stream = path_;
  counters.source = source_;
  if (!files_.empty()) counters.position = files_.back().file->position().offset;
  for (const Held& held : files_) counters.unread_bytes += held.file->unread_bytes();
  counters.is_unread = is_unread();
  counters.trouble = trouble_;
  counters.totals = totals_;
  return counters;
}

std::vector<FileId> FileStream::ids() const {
  std::vector<FileId> all;
  for (const FilePosition& position : stored_) all.push_back(position.id);
  for (const Held& held : files_) all.push_back(held.file->position().id);
  return all;
}

bool FileStream::has_open(const FileId& id) const {
  return std::any_of(files_.begin(), files_.end(),
                     [&id](const Held& held) { return held.file->position().id == id; });
}

bool FileStream::is_seeking(const FileId& id, const std::string& path) const {
  return std::any_of(stored_.begin(), stored_.end(), [&](const FilePosition& position) {
    if (position.id != id) return false;
    const Result<FileDescriptor> file = open_file(path);
    return !file || compare(file->get(), position) == Likeness::same;
  });
}

void FileStream::hand_over(const FileId& id, FileStream& heir) {
  const auto opened = std::find_if(files_.begin(), files_.end(), [&id](const Held& held) {
    return held.file->position().id == id;
  });
  if (opened != files_.end()) {
    heir.files_.push_back(std::move(*opened));
    files_.erase(opened);
  }
  const auto known = std::find_if(stored_.begin(), stored_.end(),
                                  [&id](const FilePosition& p) { return p.id == id; });
  if (known != stored_.end()) {
    heir.stored_.push_back(*known);
    stored_.erase(known);
  }
  heir.has_begun_ = true;
  heir.path_state_ = PathState::unknown;
  is_dirty_ = heir.is_dirty_ = true;
}

bool FileStream::is_copied_in(int file) const {
  const auto all = positions();
  return std::any_of(all.begin(), all.end(), [file](const FilePosition& p) {
    return !p.is_blank() && (compare(file, p) == Likeness::same || holds_part(file, p));
  });
}

Instant FileStream::last_seen() const {
  Instant last = kNoTime;
  for (const FilePosition& position : positions()) last = std::max(last, position.seen_at);
  return last;
}

}  // namespace tocsin
