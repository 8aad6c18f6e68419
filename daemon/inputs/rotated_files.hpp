// SPDX-License-Identifier: Apache-2.0
// Where the unread rest of a log file is after rotation: under another name, in a copy, compressed.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/inputs/file_position.hpp"
#include "daemon/inputs/log_file.hpp"
#include "daemon/inputs/siblings.hpp"

namespace tocsin {

struct RotatedFiles {
  std::unique_ptr<LogFile> rest;  // stands at the position; null: not found
  // Whole files that came between it and the one that has the name now, oldest first.
  std::vector<std::unique_ptr<LogFile>> between;
  std::size_t unreadable = 0;  // files that may be such, but cannot be opened
};

struct RotationSearch {
  std::string path;
  FilePosition position;  // of the file that had the name
  // Of other files that are read anyway, as they are when it is called: after each listing, so that
  // a copy in it is known by what it was made of.
  std::function<std::vector<FilePosition>()> known = [] { return std::vector<FilePosition>{}; };
  Instant since{};  // it had the name then
  Instant until = kNever;
  LineKind kind = LineKind::text;
  bool wants_rest = true, wants_between = true;
  std::function<bool(const Sibling&)> is_taken{};         // read by somebody already
  std::function<bool(const std::string&)> is_followed{};  // that path is a stream of its own
};

// Rotation may go on meanwhile: what moves during one listing is found in the next.
RotatedFiles find_rotated(const RotationSearch& search);

}  // namespace tocsin
