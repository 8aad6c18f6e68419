// SPDX-License-Identifier: Apache-2.0
// Finds the files below a path.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

struct FileWalk {
  std::vector<std::string> files;        // regular files, sorted by path
  std::vector<std::string> directories;  // those that were entered, `path` included
  std::vector<std::string> unreadable;   // directories that could not be listed
};

// All regular files below `path`, or `path` itself if it is one. Symbolic links are followed, each
// directory is entered once, so loops end; at most 64 levels. Names that begin with a dot are left
// out.
FileWalk walk_files(const std::string& path);

// A file name that a trail may have: .json .ndjson .jsonl .log, or one of them and .gz. Digest
// files, which stand beside a trail's logs, are none.
bool is_trail_name(std::string_view path);

}  // namespace tocsin
