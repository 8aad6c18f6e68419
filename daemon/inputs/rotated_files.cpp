// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/rotated_files.hpp"

#include <fcntl.h>

#include <algorithm>
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
  const char separator = name[base.size()];
  if ((separator != '.' && separator != '-') || is_other_compression(name)) return std::nullopt;
  Sibling found;
  found.path = (directory / name).string();
  struct stat info {};
  if (::stat(found.path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  found.id = id_of(info);
  found.modified = modified_at(info);
  found.size = static_cast<std::uint64_t>(info.st_size);
  found.is_gzip = name.ends_with(".gz");
  std::string_view suffix = std::string_view(name).substr(base.size());
  if (found.is_gzip) suffix.remove_suffix(3);
  found.is_numbered = is_rotation_suffix(suffix);
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

// The file that was found, unless another has its name by now: rotation goes on meanwhile.
FileDescriptor open_found(const Sibling& sibling) {
  Result<FileDescriptor> file = open_file(sibling.path);
  struct stat info {};
  if (!file || ::fstat(file->get(), &info) != 0 || id_of(info) != sibling.id) return {};
  return std::move(*file);
}

// Whether the gzip file holds, inflated, what was read. Reads it up to the position.
bool copy_holds(const FileDescriptor& file, const FilePosition& position) {
  FileDescriptor same(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  if (!same || ::lseek(same.get(), 0, SEEK_SET) != 0) return false;
  auto source = ByteSource::open(std::move(same), "");
  if (!source) return false;
  Fingerprint fingerprint;
  std::vector<char> block(256 << 10);
  const auto read_until = [&](std::uint64_t end) {
    while (fingerprint.length() < end) {
      const std::uint64_t wanted =
          std::min<std::uint64_t>(block.size(), end - fingerprint.length());
      const Result<std::size_t> got = (*source)->read({block.data(), wanted});
      if (!got || *got == 0) return false;
      fingerprint.add({block.data(), *got});
    }
    return true;
  };
  // The head first: to tell most files apart costs little.
  if (position.head_length < position.offset &&
      !(read_until(position.head_length) && fingerprint.has_head(position)))
    return false;
  return read_until(position.offset) && fingerprint.has_tail(position) &&
         read_until(position.head_length) && fingerprint.has_head(position);
}

bool holds(const FileDescriptor& file, bool is_gzip, const FilePosition& position) {
  if (is_gzip) return copy_holds(file, position);
  return compare(file.get(), position) == Likeness::same;
}

std::unique_ptr<LogFile> open_at(const Sibling& sibling, FilePosition position, LineKind kind) {
  FileDescriptor file = open_found(sibling);
  if (!file || !holds(file, sibling.is_gzip, position)) return nullptr;
  position.id = sibling.id;
  const auto form = sibling.is_gzip ? LogFile::Form::gzip_copy : LogFile::Form::plain;
  return std::make_unique<LogFile>(std::move(file), sibling.path, position, kind, form);
}

std::unique_ptr<LogFile> open_rest(const Sibling& sibling, const RotationSearch& search) {
  // Every file begins with nothing: without content only its id tells a file from others.
  if (search.position.is_blank() && sibling.id != search.position.id) return nullptr;
  return open_at(sibling, search.position, search.kind);
}

// It holds what was read already.
bool is_known_copy(const Sibling& sibling, const RotationSearch& search) {
  const FileDescriptor file = open_found(sibling);
  const auto is_held = [&](const FilePosition& position) {
    return !position.is_blank() && (holds(file, sibling.is_gzip, position) ||
                                    (!sibling.is_gzip && holds_part(file.get(), position)));
  };
  return !file || is_held(search.position) ||
         std::any_of(search.known.begin(), search.known.end(), is_held);
}

}  // namespace

bool is_rotation_suffix(std::string_view suffix) {
  constexpr std::string_view kDigits = "0123456789";
  if (suffix.size() < 2 || suffix.find_first_not_of("0123456789.-_T:") != std::string_view::npos)
    return false;
  const auto digits = std::count_if(suffix.begin(), suffix.end(), [&](char c) {
    return kDigits.find(c) != std::string_view::npos;
  });
  const bool is_digit_next = kDigits.find(suffix[1]) != std::string_view::npos;
  // host-1 is the log of a host; a date has eight digits.
  return is_digit_next && (suffix[0] == '.' || (suffix[0] == '-' && digits >= 8));
}

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
  for (int wanted = 0; search.wants_rest && wanted < 3 && !found.rest; ++wanted)
    for (const Sibling& s : siblings)
      if (!found.rest && rank(s) == wanted && !search.is_taken(s))
        found.rest = open_rest(s, search);
  for (const Sibling& s : siblings) {
    // What is empty may be a copy that begins.
    if (!s.is_numbered || s.size == 0 || s.modified <= search.since - kTimestampTick) continue;
    if (search.is_taken(s) || search.is_followed(s.path)) continue;
    if (found.rest && s.path == found.rest->path()) continue;
    if (is_known_copy(s, search)) continue;
    if (auto whole = open_at(s, FilePosition{}, search.kind))
      found.between.push_back(std::move(whole));
  }
  return found;
}

}  // namespace tocsin
