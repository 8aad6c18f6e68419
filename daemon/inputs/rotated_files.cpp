// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/rotated_files.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <system_error>

#include "daemon/inputs/byte_source.hpp"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

// A file's mtime is that of the kernel's last tick, the clock is not.
constexpr Duration kTimestampTick = milliseconds{20};

// NAME's directory and NAME, behind symbolic links.
fs::path real_path(const std::string& path) {
  std::error_code failure;
  const fs::path real = fs::canonical(path, failure);
  return failure ? fs::absolute(path, failure) : real;
}

bool is_other_compression(std::string_view name) {
  for (const std::string_view suffix : {".xz", ".bz2", ".zst", ".lz4", ".Z", ".zip"})
    if (name.ends_with(suffix)) return true;
  return false;
}

std::optional<Sibling> sibling(const fs::path& directory, std::string_view base,
                               const std::string& name) {
  if (name.size() < base.size() + 2 || !name.starts_with(base)) return std::nullopt;
  const char separator = name[base.size()], next = name[base.size() + 1];
  if ((separator != '.' && separator != '-') || is_other_compression(name)) return std::nullopt;
  Sibling found;
  found.path = (directory / name).string();
  struct stat info {};
  if (::stat(found.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  found.id = id_of(info);
  found.modified = modified_at(info);
  found.is_gzip = name.ends_with(".gz");
  found.is_numbered = std::isdigit(static_cast<unsigned char>(next)) != 0;
  return found;
}

void drop_compressed_twins(std::vector<Sibling>& siblings) {
  const auto is_twin = [&siblings](const Sibling& s) {
    return s.is_gzip && std::any_of(siblings.begin(), siblings.end(), [&s](const Sibling& other) {
             return other.path.size() + 3 == s.path.size() && s.path.starts_with(other.path);
           });
  };
  std::vector<Sibling> kept;
  std::copy_if(siblings.begin(), siblings.end(), std::back_inserter(kept),
               [&](const Sibling& s) { return !is_twin(s); });
  siblings = std::move(kept);
}

// Whether the gzip file holds, inflated, what was read. Reads it up to the position.
bool copy_holds(const std::string& path, const FilePosition& position) {
  Result<FileDescriptor> file = open_file(path);
  if (!file) return false;
  auto source = ByteSource::open(std::move(*file), path);
  if (!source) return false;
  Fingerprint fingerprint;
  std::vector<char> block(256 << 10);
  while (fingerprint.length() < position.offset) {
    const std::uint64_t wanted =
        std::min<std::uint64_t>(block.size(), position.offset - fingerprint.length());
    const Result<std::size_t> got = (*source)->read({block.data(), wanted});
    if (!got || *got == 0) return false;
    fingerprint.add({block.data(), *got});
  }
  return fingerprint.is_of(position);
}

std::unique_ptr<LogFile> open_copy(const Sibling& sibling, const FilePosition& position,
                                   std::size_t line_bytes_max) {
  auto reader = EventReader::open(sibling.path, EventFormat::lines, line_bytes_max);
  if (!reader) return nullptr;
  FilePosition here = position;
  here.id = sibling.id;
  return std::make_unique<LogFile>(std::move(*reader), sibling.path, here, sibling.modified);
}

std::unique_ptr<LogFile> open_plain(const Sibling& sibling, const FilePosition& position,
                                    LineKind kind) {
  Result<FileDescriptor> file = open_file(sibling.path);
  if (!file || compare(file->get(), position) != Likeness::same) return nullptr;
  FilePosition here = position;
  here.id = sibling.id;
  return std::make_unique<LogFile>(std::move(*file), sibling.path, here, kind);
}

std::unique_ptr<LogFile> open_rest(const Sibling& sibling, const RotationSearch& search) {
  const bool is_same_file = sibling.id == search.position.id;
  // Every file begins with nothing: without content only its id tells a file from others.
  if (search.position.is_blank() && !is_same_file) return nullptr;
  if (!sibling.is_gzip) return open_plain(sibling, search.position, search.kind);
  if (!copy_holds(sibling.path, search.position)) return nullptr;
  return open_copy(sibling, search.position, search.line_bytes_max);
}

std::unique_ptr<LogFile> open_whole(const Sibling& sibling, const RotationSearch& search) {
  FilePosition beginning;
  beginning.id = sibling.id;
  return sibling.is_gzip ? open_copy(sibling, beginning, search.line_bytes_max)
                         : open_plain(sibling, beginning, search.kind);
}

}  // namespace

std::vector<Sibling> find_siblings(const std::string& path) {
  const fs::path real = real_path(path);
  const std::string base = real.filename().string();
  std::vector<Sibling> siblings;
  std::error_code failure;
  fs::directory_iterator entry(real.parent_path(), failure), end;
  for (; !failure && entry != end; entry.increment(failure))
    if (auto found = sibling(real.parent_path(), base, entry->path().filename().string()))
      siblings.push_back(std::move(*found));
  drop_compressed_twins(siblings);
  std::sort(siblings.begin(), siblings.end(), [](const Sibling& a, const Sibling& b) {
    return a.modified != b.modified ? a.modified < b.modified : a.path > b.path;
  });
  return siblings;
}

RotatedFiles find_rotated(const RotationSearch& search) {
  RotatedFiles found;
  std::vector<Sibling> siblings = find_siblings(search.path);
  // The file itself first, then plain copies, then compressed ones.
  const auto rank = [&](const Sibling& s) {
    return s.id == search.position.id ? 0 : s.is_gzip ? 2 : 1;
  };
  for (int wanted = 0; wanted < 3 && !found.rest; ++wanted)
    for (const Sibling& s : siblings)
      if (!found.rest && rank(s) == wanted && !search.is_taken(s.id))
        found.rest = open_rest(s, search);
  for (const Sibling& s : siblings) {
    if (!s.is_numbered || s.modified <= search.since - kTimestampTick) continue;
    if (search.is_taken(s.id) || search.is_followed(s.path)) continue;
    if (found.rest && s.path == found.rest->path()) continue;
    if (open_rest(s, search)) continue;  // another copy of the same
    if (auto whole = open_whole(s, search)) found.between.push_back(std::move(whole));
  }
  return found;
}

}  // namespace tocsin
