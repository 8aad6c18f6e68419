// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_glob.hpp"

#include <glob.h>

#include <filesystem>
#include <string_view>

namespace tocsin {
namespace {

thread_local std::size_t glob_errors = 0;

int count_error(const char*, int) {
  ++glob_errors;
  return 0;  // go on
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?[") != std::string_view::npos;
}

std::string parent_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

std::vector<std::string> expand(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, count_error, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

// Files may appear in whatever matches the pattern's directory, and so may such directories in
// their parents.
void add_directories(const std::string& pattern, std::set<std::string>& directories) {
  for (std::string part = parent_of(pattern);; part = parent_of(part)) {
    if (!has_wildcard(part)) {
      directories.insert(part);
      return;
    }
    for (std::string& path : expand(part)) directories.insert(std::move(path));
  }
}

}  // namespace

GlobMatches expand_globs(const std::vector<std::string>& patterns) {
  GlobMatches matches;
  glob_errors = 0;
  for (const std::string& pattern : patterns) {
    add_directories(pattern, matches.directories);
    if (!has_wildcard(pattern)) {
      matches.files.insert(pattern);
      continue;
    }
    for (std::string& path : expand(pattern)) matches.files.insert(std::move(path));
  }
  matches.unreadable = glob_errors;
  return matches;
}

}  // namespace tocsin
