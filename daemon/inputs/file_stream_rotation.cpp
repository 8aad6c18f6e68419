// SPDX-License-Identifier: Apache-2.0
// What a file stream does when its path or a file of it is not what it was.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "daemon/inputs/file_stream.hpp"

namespace tocsin {
namespace {

// How far the clock that files are stamped with may be ahead of ours.
constexpr Duration kAheadMax = seconds{30};
// Two changes within it may bear one time.
constexpr Duration kTimestampTick = milliseconds{20};

}  // namespace

// The path has another file than before.
void FileStream::follow(std::unique_ptr<LogFile> current) {
  if (const std::vector<FilePosition> before = positions(); !before.empty()) {
    ++totals_.rotations;
    add_rotated(search_between(before.back(), known_at_, current.get()));
  }
  add(std::move(current));
}

// Finds again what the position row names. `current`: the file at the path, or null.
void FileStream::restore(std::unique_ptr<LogFile> current) {
  const bool has_path = current != nullptr;
  const std::vector<FilePosition> stored = stored_;
  known_at_ = shared_.clock.now();
  std::vector<FilePosition> missing;
  for (std::size_t i = 0; i < stored.size(); ++i)
    if (!restore_one(stored[i], i + 1 == stored.size(), current)) missing.push_back(stored[i]);
  is_dirty_ = is_dirty_ || missing.size() < stored.size();
  // Without the path what is missing may come back, as a directory that is mounted.
  stored_ = has_path ? std::vector<FilePosition>{} : std::move(missing);
  for (FilePosition& position : stored_) position.seen_at = known_at_;
  if (current) add(std::move(current));
  if (has_path) put_current_last();
}

// The file at the path is the youngest, also if it had another name for a while.
void FileStream::put_current_last() {
  const auto at = std::find_if(files_.begin(), files_.end(), [this](const Held& held) {
    return held.file->position().id == path_id_;
  });
  if (at == files_.end() || at + 1 == files_.end()) return;
  std::rotate(at, at + 1, files_.end());
  is_dirty_ = true;
}

// False if there is nothing of it. Takes `current` if that is the file.
bool FileStream::restore_one(const FilePosition& position, bool is_last,
                             std::unique_ptr<LogFile>& current) {
  // Devices are renumbered when a host starts.
  const bool has_name = current && current->position().id.inode == position.id.inode;
  const bool is_same = current && compare(current->descriptor(), position) == Likeness::same;
  RotatedFiles found;
  // Whoever has begun to read nothing yet may have missed a whole file.
  if (!has_name || !is_same || position.is_blank())
    found = is_last ? search(position, position.seen_at, current.get())
                    : search_rest(position, current.get());
  // The id of an older file of which nothing is known may be that of a new one by now.
  const bool is_current = is_same && !found.rest && (!position.is_blank() || (has_name && is_last));
  if (current && !is_current) {
    if (has_name) ++(current->size() < position.offset ? totals_.truncations : totals_.rewrites);
    if (is_last && !has_name) ++totals_.rotations;
    if (is_last && !found.rest && !position.is_closed) ++totals_.rests_lost;
  }
  const bool has_rest = found.rest != nullptr;
  add_rotated(std::move(found));
  if (!is_current) return has_rest;
  current->resume(position);
  add(std::move(current));
  return true;
}

RotatedFiles FileStream::search(const FilePosition& position, Instant since, LogFile* current) {
  return find_rotated(make_search(position, since, current));
}

RotatedFiles FileStream::search_rest(const FilePosition& position, LogFile* current) {
  RotationSearch wanted = make_search(position, position.seen_at, current);
  wanted.wants_between = false;
  return find_rotated(wanted);
}

RotatedFiles FileStream::search_between(const FilePosition& position, Instant since,
                                        LogFile* current) {
  RotationSearch wanted = make_search(position, since, current);
  wanted.wants_rest = false;
  return find_rotated(wanted);
}

RotationSearch FileStream::make_search(const FilePosition& position, Instant since,
                                       LogFile* current) {
  RotationSearch wanted;
  wanted.path = path_;
  wanted.position = position;
  wanted.known = [this, current] { return known_positions(current); };
  wanted.since = since;
  // The clock may have been set back: what is younger than now was read before that.
  if (since != kNoTime) wanted.until = shared_.clock.now() + kAheadMax;
  wanted.kind = shared_.kind;
  wanted.is_taken = [this](const Sibling& sibling) {
    return has_open(sibling.id) || (path_state_ == PathState::file && sibling.id == path_id_) ||
           shared_.is_taken(*this, sibling.id, sibling.path);
  };
  wanted.is_followed = shared_.is_followed;
  return wanted;
}

// What its files hold now. One that was empty may have been filled since it was looked at.
std::vector<FilePosition> FileStream::known_positions(LogFile* current) {
  const auto refresh_blank = [this](LogFile& file) {
    if (!file.position().is_blank()) return;
    file.refresh(shared_.clock.now());
    is_dirty_ = is_dirty_ || !file.position().is_blank();
  };
  for (const Held& held : files_) refresh_blank(*held.file);
  std::vector<FilePosition> known = positions();
  if (current == nullptr) return known;
  refresh_blank(*current);
  known.push_back(current->position());
  return known;
}

void FileStream::add_rotated(RotatedFiles found) {
  totals_.rotations += found.between.size();
  totals_.unreadable += found.unreadable;
  // Of a file of which nothing had been read, the rest may be younger than what else was missed.
  const auto is_not_older = [&found](const auto& file) {
    return file->modified() >= found.rest->modified();
  };
  if (found.rest) {
    const auto place = std::find_if(found.between.begin(), found.between.end(), is_not_older);
    found.between.insert(place, std::move(found.rest));
  }
  for (auto& file : found.between) add(std::move(file));
}

// Since the last call, or so shortly before it that one more change would not show. False also if
// it is not there.
bool FileStream::has_directory_changed() {
  struct stat info {};
  const std::string directory = std::filesystem::path(path_).parent_path().string();
  if (::stat(directory.empty() ? "." : directory.c_str(), &info) != 0) return false;
  const Instant changed = modified_at(info);
  const bool is_settled = changed < shared_.clock.now() - kTimestampTick;
  return std::exchange(directory_changed_, is_settled ? changed : Instant{}) != changed;
}

// A file of which nothing has been read is the same after copytruncate: only the copy tells.
void FileStream::look_for_missed_file() {
  if (files_.empty() || !is_current(files_.size() - 1)) return;
  const FilePosition position = files_.back().file->position();
  // Blank in the last look: it may have been filled, copied, truncated and filled again since.
  const bool was_blank = std::exchange(was_blank_, position.is_blank());
  if (!(was_blank || position.is_blank()) || !has_directory_changed()) return;
  Held current = std::move(files_.back());
  files_.pop_back();
  RotatedFiles found = search_between(position, known_at_, current.file.get());
  is_dirty_ = is_dirty_ || !found.between.empty();
  add_rotated(std::move(found));
  files_.push_back(std::move(current));
}

// The file no longer holds what was read of it.
void FileStream::on_changed(std::size_t index) {
  LogFile& changed = *files_[index].file;
  const FilePosition old = changed.position();
  ++(changed.size() < old.offset ? totals_.truncations : totals_.rewrites);
  const bool is_at_path = is_current(index);
  Held current = std::move(files_[index]);
  files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(index));
  is_dirty_ = true;
  // Before the search: what it holds now may be copied, to be truncated again.
  if (is_at_path) current.file->start_at(0);
  RotatedFiles found = search(old, known_at_, is_at_path ? current.file.get() : nullptr);
  if (!found.rest) ++totals_.rests_lost;
  add_rotated(std::move(found));
  if (!is_at_path) {
    if (shared_.watcher != nullptr) shared_.watcher->unwatch(current.file->watch);
    return;
  }
  files_.push_back(std::move(current));
}

}  // namespace tocsin
