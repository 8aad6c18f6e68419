// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_streams.hpp"

#include <algorithm>
#include <utility>

#include "daemon/inputs/byte_source.hpp"

namespace tocsin {
namespace {

constexpr Duration kGoneKept = days{7};
constexpr std::size_t kStreamsMax = 20'000;

bool is_compressed_name(std::string_view path) {
  for (const std::string_view suffix : {".gz", ".xz", ".bz2", ".zst", ".lz4", ".Z", ".zip"})
    if (path.ends_with(suffix)) return true;
  return false;
}

// Its own path still leads to that file: another name for it, as links make them.
bool has_name(const FileStream& stream, const FileId& id) {
  struct stat info {};
  return ::stat(stream.name().c_str(), &info) == 0 && id_of(info) == id;
}

}  // namespace

FileStreams::FileStreams(FileStreamShared& shared, const std::map<std::string, std::string>& rows)
    : shared_(shared) {
  shared_.is_taken = [this](const FileStream& asking, const FileId& id, const std::string& path) {
    const FileStream* owner = owner_of(id, path);
    return owner != nullptr && owner != &asking;
  };
  shared_.take = [this](FileStream& stream, const FileId& id) { owners_.emplace(id, &stream); };
  shared_.is_matched = [this](const std::string& path) { return paths_.contains(path); };
  shared_.is_rotated = [this](const std::string& path) { return is_rotated(path); };
  shared_.is_followed = [this](const std::string& path) {
    return paths_.contains(path) && !is_compressed_name(path) && !is_rotated(path) &&
           !is_copy(path);
  };
  shared_.is_copy = [this](const std::string& path) { return is_copy(path); };
  for (const auto& [path, value] : rows)
    if (auto positions = decode_positions(value); positions && !positions->empty())
      streams_[path] =
          std::make_unique<FileStream>(path, shared_, std::move(*positions), StartPoint{});
}

void FileStreams::add(const std::set<std::string>& paths, StartPoint start) {
  index_owners();
  paths_ = paths;
  for (const std::string& path : paths)
    if (!is_compressed_name(path) && !is_rotated(path)) consider(path, start);
}

void FileStreams::index_owners() {
  owners_.clear();
  for (const auto& [path, stream] : streams_)
    for (const FileId& id : stream->ids()) owners_.emplace(id, stream.get());
}

FileStream* FileStreams::owner_of(const FileId& id, const std::string& path) const {
  const auto [begin, end] = owners_.equal_range(id);
  for (auto at = begin; at != end; ++at)
    if (at->second->has_open(id)) return at->second;
  for (auto at = begin; at != end; ++at)
    if (at->second->is_seeking(id, path)) return at->second;
  return nullptr;
}

void FileStreams::consider(const std::string& path, StartPoint start) {
  struct stat info {};
  const bool is_file = ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
  auto& stream = streams_[path];
  FileStream* owner = is_file ? owner_of(id_of(info), path) : nullptr;
  const bool is_other = owner != nullptr && owner != stream.get();
  if (!stream && (is_other || !is_copy(path)))
    stream = std::make_unique<FileStream>(path, shared_, std::vector<FilePosition>{}, start);
  if (!stream) {
    streams_.erase(path);
  } else if (is_other && !has_name(*owner, id_of(info))) {
    owner->hand_over(id_of(info), *stream);
    owners_.emplace(id_of(info), stream.get());
  }
}

bool FileStreams::is_rotated(const std::string& path) const {
  for (std::size_t at = path.find_last_of(".-"); at != std::string::npos && at > 0;
       at = path.find_last_of(".-", at - 1)) {
    const std::string name = path.substr(0, at);
    if (is_rotation_suffix(std::string_view(path).substr(at)) &&
        (paths_.contains(name) || streams_.contains(name)))
      return true;
  }
  return false;
}

// NAME.old or NAME-old that holds what the stream NAME has read: its rest is that stream's.
bool FileStreams::is_copy(const std::string& path) const {
  for (std::size_t at = path.find_last_of(".-"); at != std::string::npos && at > 0;
       at = path.find_last_of(".-", at - 1)) {
    const auto original = streams_.find(path.substr(0, at));
    if (original == streams_.end() || !original->second) continue;
    const Result<FileDescriptor> file = open_file(path);
    if (!file) return false;
    // Not yet filled: it will tell what it is.
    return read_at(file->get(), 0, 1).empty() || original->second->is_copied_in(file->get());
  }
  return false;
}

void FileStreams::prune(Instant now, std::vector<PositionUpdate>& updates) {
  std::vector<std::pair<Instant, std::string>> gone;
  for (const auto& [path, stream] : streams_)
    if (stream->is_gone()) gone.emplace_back(stream->last_seen(), path);
  std::sort(gone.begin(), gone.end());
  for (const auto& [seen, path] : gone) {
    if (seen > now - kGoneKept && streams_.size() <= kStreamsMax) break;
    updates.push_back({shared_.log_group, path, std::nullopt});
    streams_.erase(path);
  }
}

void FileStreams::append_to(std::vector<FollowedStream*>& streams) const {
  for (const auto& [path, stream] : streams_) streams.push_back(stream.get());
}

}  // namespace tocsin
