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
  bool is_gzip = false;
  bool is_numbered = false;  // NAME.1, NAME-20260101.gz: what a rotation leaves
};

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
  FilePosition position;  // of the file that had the name
  Instant since{};        // it had it then
  LineKind kind = LineKind::text;
  std::size_t line_bytes_max = 0;
  std::function<bool(const FileId&)> is_taken{};          // read by somebody already
  std::function<bool(const std::string&)> is_followed{};  // that path is a stream of its own
};

RotatedFiles find_rotated(const RotationSearch& search);

}  // namespace tocsin
