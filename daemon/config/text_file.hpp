// SPDX-License-Identifier: Apache-2.0
// Small text files that are read whole: configuration, rules, credentials.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tocsin/result.hpp"

namespace tocsin {

// Errors: "not-found", "too-large", "unreadable"; the text names the file and the reason. Anything
// but a regular file, a pipe or a character device is unreadable.
Result<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

// Files that `pattern` (with *, ? and []) matches, sorted. A pattern without these is itself,
// whether it exists or not.
std::vector<std::string> expand_glob(const std::string& pattern);
bool has_wildcard(const std::string& pattern);

// `path` as seen from the folder of `file`, unless it is absolute.
std::string relative_to_file(const std::string& path, const std::string& file);

}  // namespace tocsin
