// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/siblings.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tocsin {
namespace {

namespace fs = std::filesystem;

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

void add_sibling(const fs::path& directory, std::string_view base, const std::string& name,
                 Listing& listing) {
  if (name.size() < base.size() + 2 || !name.starts_with(base)) return;
  const char separator = name[base.size()];
  if ((separator != '.' && separator != '-') || is_other_compression(name)) return;
  Sibling found;
  found.path = (directory / name).string();
  struct stat info {};
  const bool is_there = ::stat(found.path.c_str(), &info) == 0;
  // A dangling link stays there.
  std::error_code failure;
  if (!is_there && errno == ENOENT && !fs::is_symlink(found.path, failure))
    listing.is_disturbed = true;
  if (!is_there || !S_ISREG(info.st_mode)) return;
  found.id = id_of(info);
  found.modified = modified_at(info);
  found.size = static_cast<std::uint64_t>(info.st_size);
  found.is_gzip = name.ends_with(".gz");
  std::string_view suffix = std::string_view(name).substr(base.size());
  if (found.is_gzip) suffix.remove_suffix(3);
  found.is_numbered = is_rotation_suffix(suffix);
  listing.siblings.push_back(std::move(found));
}

// NAME.1.gz is being made of NAME.1, or was: not while another file is given that name before the
// copy of the one that had it is given the next.
bool is_twin(const Sibling& copy, const Sibling& plain) {
  if (plain.path.size() + 3 != copy.path.size() || !copy.path.starts_with(plain.path)) return false;
  if (copy.modified < plain.modified) return false;
  const Result<FileDescriptor> file = open_file(plain.path), copied = open_file(copy.path);
  if (!file || !copied) return true;
  const std::string begin = read_at(file->get(), 0, kHeadBytesMax);
  return begin.starts_with(inflated_begin(*copied, begin.size()));
}

void drop_compressed_twins(std::vector<Sibling>& siblings) {
  const auto has_original = [&siblings](const Sibling& s) {
    return s.is_gzip && std::any_of(siblings.begin(), siblings.end(),
                                    [&s](const Sibling& other) { return is_twin(s, other); });
  };
  std::vector<Sibling> kept;
  std::copy_if(siblings.begin(), siblings.end(), std::back_inserter(kept),
               [&](const Sibling& s) { return !has_original(s); });
  siblings = std::move(kept);
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

std::unique_ptr<ByteSource> inflate(const FileDescriptor& file) {
  FileDescriptor same(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  if (!same || ::lseek(same.get(), 0, SEEK_SET) != 0) return nullptr;
  auto source = ByteSource::open(std::move(same), "");
  return source ? std::move(*source) : nullptr;
}

std::string inflated_begin(const FileDescriptor& file, std::size_t length) {
  const auto source = inflate(file);
  std::string bytes(length, '\0');
  std::size_t have = 0;
  while (source && have < length) {
    const Result<std::size_t> got = source->read({bytes.data() + have, length - have});
    if (!got || *got == 0) break;
    have += *got;
  }
  bytes.resize(have);
  return bytes;
}

bool is_older(Instant modified, const std::string& path, Instant other_modified,
              const std::string& other_path) {
  if (modified != other_modified) return modified < other_modified;
  const auto name = [](std::string_view text) {
    return text.substr(0, text.size() - (text.ends_with(".gz") ? 3 : 0));
  };
  const std::string_view mine = name(path), others = name(other_path);
  return mine.size() != others.size() ? mine.size() > others.size() : mine > others;
}

bool Listing::has_same_names(const Listing& other) const {
  return std::equal(
      siblings.begin(), siblings.end(), other.siblings.begin(), other.siblings.end(),
      [](const Sibling& a, const Sibling& b) { return a.path == b.path && a.id == b.id; });
}

Listing list_siblings(const std::string& path) {
  const fs::path real = real_path(path);
  const std::string base = real.filename().string();
  Listing listing;
  std::error_code failure;
  fs::directory_iterator entry(real.parent_path(), failure), end;
  for (; !failure && entry != end; entry.increment(failure))
    add_sibling(real.parent_path(), base, entry->path().filename().string(), listing);
  drop_compressed_twins(listing.siblings);
  std::sort(listing.siblings.begin(), listing.siblings.end(),
            [](const Sibling& a, const Sibling& b) {
              return is_older(a.modified, a.path, b.modified, b.path);
            });
  return listing;
}

}  // namespace tocsin
