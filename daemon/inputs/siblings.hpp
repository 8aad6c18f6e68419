// SPDX-License-Identifier: Apache-2.0
// What rotation has left beside a log file.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/inputs/byte_source.hpp"
#include "daemon/inputs/log_file.hpp"
#include "tocsin/file_descriptor.hpp"

namespace tocsin {

// A file NAME.* or NAME-* beside NAME.
struct Sibling {
  std::string path;
  FileId id;
  Instant modified{};
  std::uint64_t size = 0;
  bool is_gzip = false;
  bool is_numbered = false;  // by is_rotation_suffix(), before .gz
};

// What rotation appends to a name: .1 .12 .2026-01-01 -20260101 -20260101T1200 -1767225600.
bool is_rotation_suffix(std::string_view suffix);

// The siblings at one time, or nearly: one that is renamed meanwhile may be missing.
struct Listing {
  std::vector<Sibling> siblings;  // oldest first
  bool is_disturbed = false;      // a name was gone before it was looked at

  bool has_same_names(const Listing& other) const;
};

// Of a file and its .gz only the file; other compressions are left out. If `path` is a symbolic
// link, the siblings of what it points to.
Listing list_siblings(const std::string& path);

// The order of siblings: by time, or else by number.
bool is_older(Instant modified, const std::string& path, Instant other_modified,
              const std::string& other_path);

// The open gzip file, to be read from its beginning; null if it cannot be.
std::unique_ptr<ByteSource> inflate(const FileDescriptor& file);

// Its first bytes, inflated: up to `length`, as far as they can be read.
std::string inflated_begin(const FileDescriptor& file, std::size_t length);

}  // namespace tocsin
