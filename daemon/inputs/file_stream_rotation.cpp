// SPDX-License-Identifier: Apache-2.0
// What a file stream does when its path or a file of it is not what it was.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "daemon/inputs/file_stream.hpp"

namespace tocsin {

void FileStream::follow(std::unique_ptr<LogFile> current) {
  if (!files_.empty()) {
    ++totals_.rotations;
    RotatedFiles found = search(files_.back().file->position(), looked_at_, current.get());
    found.rest = nullptr;  // it is open already
    add_rotated(std::move(found));
  }
  add(std::move(current));
}

void FileStream::restore(std::unique_ptr<LogFile> current) {
  const std::vector<FilePosition> stored = stored_;
  bool has_found = current != nullptr;
  for (std::size_t i = 0; i < stored.size(); ++i)
    has_found |= restore_one(stored[i], i + 1 == stored.size(), current);
  if (!has_found) return;  // a directory that is not mounted may come back
  stored_.clear();
  is_dirty_ = true;
  if (current) add(std::move(current));
}

bool FileStream::restore_one(const FilePosition& position, bool is_last,
                             std::unique_ptr<LogFile>& current) {
  // Devices are renumbered when a host starts.
  const bool has_name = current && current->position().id.inode == position.id.inode;
  const bool is_same = current && compare(current->descriptor(), position) == Likeness::same;
  RotatedFiles found;
  // Whoever has begun to read nothing yet may have missed a whole file.
  if (!has_name || !is_same || position.is_blank())
    found = search(position, position.seen_at, current.get());
  if (!is_last) found.between.clear();
  const bool is_current = is_same && !found.rest && (has_name || !position.is_blank());
  if (current && !is_current) {
    if (has_name) ++(current->size() < position.offset ? totals_.truncations : totals_.rewrites);
    if (is_last && !has_name) ++totals_.rotations;
    if (is_last && !found.rest) ++totals_.rests_lost;
  }
  const bool has_rest = found.rest != nullptr;
  add_rotated(std::move(found));
  if (!is_current) return has_rest;
  current->resume(position);
  add(std::move(current));
  return true;
}

RotatedFiles FileStream::search(const FilePosition& position, Instant since,
                                const LogFile* current) const {
  RotationSearch wanted{.path = path_,
                        .position = position,
                        .known = positions(),
                        .since = since,
                        .kind = shared_.kind,
                        .line_bytes_max = shared_.buffer.line_bytes_max()};
  if (current != nullptr) wanted.known.push_back(current->position());
  wanted.is_taken = [this](const Sibling& sibling) {
    return has_open(sibling.id) || (path_state_ == PathState::file && sibling.id == path_id_) ||
           shared_.is_taken(*this, sibling.id, sibling.path);
  };
  wanted.is_followed = shared_.is_followed;
  return find_rotated(wanted);
}

void FileStream::add_rotated(RotatedFiles found) {
  totals_.rotations += found.between.size();
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

void FileStream::look_for_missed_file() {
  if (files_.empty() || !is_current(files_.size() - 1)) return;
  const FilePosition position = files_.back().file->position();
  struct stat info {};
  const std::string directory = std::filesystem::path(path_).parent_path().string();
  if (!position.is_blank() || ::stat(directory.c_str(), &info) != 0) return;
  if (std::exchange(directory_changed_, modified_at(info)) == modified_at(info)) return;
  Held current = std::move(files_.back());
  files_.pop_back();
  RotatedFiles found = search(position, looked_at_, nullptr);
  found.rest = nullptr;
  is_dirty_ = is_dirty_ || !found.between.empty();
  add_rotated(std::move(found));
  files_.push_back(std::move(current));
}

void FileStream::on_changed(std::size_t index) {
  LogFile& changed = *files_[index].file;
  const FilePosition old = changed.position();
  ++(changed.size() < old.offset ? totals_.truncations : totals_.rewrites);
  const bool is_at_path = is_current(index);
  Held current = std::move(files_[index]);
  files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(index));
  is_dirty_ = true;
  RotatedFiles found = search(old, looked_at_, nullptr);
  if (!found.rest) ++totals_.rests_lost;
  add_rotated(std::move(found));
  if (!is_at_path) {
    if (shared_.watcher != nullptr) shared_.watcher->unwatch(current.file->watch);
    return;
  }
  current.file->start_at(0);
  files_.push_back(std::move(current));
}

}  // namespace tocsin
