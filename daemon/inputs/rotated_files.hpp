// SPDX-License-Identifier: Apache-2.0
// Where the unread rest of a log file is after rotation: under another name, in a copy, compressed.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/inputs/file_position.hpp"
#include "daemon/inputs/log_file.hpp"

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

// Oldest first. Of a file and its .gz only the file; other compressions are left out. If `path` is
// a symbolic link, the siblings of what it points to.
std::vector<Sibling> find_siblings(const std::string& path);

struct RotatedFiles {
  std::unique_ptr<LogFile> rest;  // stands at the position; null: not found
  // Whole files that came between it and the one that has the name now, oldest first.
  std::vector<std::unique_ptr<LogFile>> between;
};

struct RotationSearch {
  std::string path;
  FilePosition position;              // of the file that had the name
  std::vector<FilePosition> known{};  // of other files that were read, perhaps
  Instant since{};                    // it had it then
  LineKind kind = LineKind::text;
  bool wants_rest = true;
  std::function<bool(const Sibling&)> is_taken{};         // read by somebody already
  std::function<bool(const std::string&)> is_followed{};  // that path is a stream of its own
};

RotatedFiles find_rotated(const RotationSearch& search);

}  // namespace tocsin
