// SPDX-License-Identifier: Apache-2.0
// Globs over files: * ? [..] within a path's parts.
#pragma once
#include <set>
#include <string>
#include <vector>

namespace tocsin {

struct GlobMatches {
  std::set<std::string> files;        // what exists and matches
  std::set<std::string> directories;  // where more may appear
  std::size_t unreadable = 0;         // directories that could not be listed
};

// A pattern without wildcards is its own match, whether or not it exists.
GlobMatches expand_globs(const std::vector<std::string>& patterns);

}  // namespace tocsin
