// SPDX-License-Identifier: Apache-2.0
// What a replay reads: log groups, each with the files of its history.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/file_scan.hpp"
#include "tocsin/config_node.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// A log group as `--log-group NAME=PATH`, `NAME:input=PATH` or the configuration says it.
struct ReplayGroup {
  std::string name;
  std::string input;               // file or cloudtrail; empty: the files decide
  std::vector<std::string> paths;  // files, directories or globs
  std::size_t line_bytes_max = std::size_t{1} << 20;
  bool must_exist = true;  // a configured group may have had no event yet
};

// Error: bad syntax, or an input that keeps no history.
Result<ReplayGroup> parse_log_group(std::string_view option);
// Merges `group` into `groups`: a name given twice has the paths of both. Error: two inputs.
Status add_group(std::vector<ReplayGroup>& groups, ReplayGroup group);

// The groups of a main configuration whose input reads files. Relative paths are as in the daemon.
std::vector<ReplayGroup> configured_groups(const ConfigNode& root);

// Finds the files of each group, settles an input that is not said, and sorts: groups by name,
// files by path. A path that does not exist or holds no file is a fault, or a mere note if the
// group need not exist.
struct ReplayFiles {
  std::vector<ReplayGroup> groups;  // by name; ScanFile::tag is an index into it
  std::vector<ScanFile> files;      // by group, then path
  std::vector<std::string> faults;
  std::vector<std::string> notes;
};
ReplayFiles find_replay_files(std::vector<ReplayGroup> groups);

}  // namespace tocsin
