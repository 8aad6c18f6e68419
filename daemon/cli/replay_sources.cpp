// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/replay_sources.hpp"

#include <algorithm>
#include <filesystem>

#include "daemon/config/text_file.hpp"
#include "daemon/inputs/file_tree.hpp"

namespace tocsin {
namespace {

bool keeps_history(std::string_view input) { return input == "file" || input == "cloudtrail"; }

// Whether the first event of the first file that has one is JSON.
bool holds_json(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    auto reader = EventReader::open(file, EventFormat::lines);
    EventBatch batch;
    if (!reader || !(*reader)->next(batch)) continue;
    for (const EventSlice& event : batch.events) {
      const std::string_view message = batch.message(event);
      const std::size_t first = message.find_first_not_of(" \t\r");
      if (first != std::string_view::npos) return message[first] == '{';
    }
  }
  return false;
}

// What stands at the group's paths. Beside a trail's logs in a directory stand digests and other
// files, which are none: `others` are those whose name no trail has.
struct FoundFiles {
  std::vector<std::string> files;
  std::vector<std::string> others;
};

void find_below(const std::string& path, FoundFiles& found, std::vector<std::string>& faults) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    faults.push_back(path + ": no such file or directory");
    return;
  }
  if (!std::filesystem::is_directory(path, error)) {
    found.files.push_back(path);
    return;
  }
  const FileWalk walk = walk_files(path);
  for (const std::string& file : walk.files)
    (is_trail_name(file) ? found.files : found.others).push_back(file);
  for (const std::string& folder : walk.unreadable) faults.push_back(folder + ": cannot be listed");
}

FoundFiles files_of(const ReplayGroup& group, std::vector<std::string>& faults) {
  FoundFiles found;
  for (const std::string& path : group.paths) {
    const std::vector<std::string> expanded = expand_glob(path);
    if (expanded.empty()) faults.push_back(path + ": matches no file");
    for (const std::string& one : expanded) find_below(one, found, faults);
  }
  return found;
}

// Settles the input of `group` if it is not said.
std::vector<std::string> choose_files(FoundFiles found, ReplayGroup& group) {
  if (group.input.empty()) group.input = holds_json(found.files) ? "cloudtrail" : "file";
  if (group.input == "file")
    found.files.insert(found.files.end(), found.others.begin(), found.others.end());
  std::sort(found.files.begin(), found.files.end());
  found.files.erase(std::unique(found.files.begin(), found.files.end()), found.files.end());
  return std::move(found.files);
}

}  // namespace

Result<ReplayGroup> parse_log_group(std::string_view option) {
  const std::size_t equals = option.find('=');
  ReplayGroup group;
  if (equals == std::string_view::npos || equals + 1 == option.size())
    return Error{"usage", "--log-group " + std::string(option) + ": NAME=PATH is wanted"};
  group.paths.emplace_back(option.substr(equals + 1));
  const std::string_view left = option.substr(0, equals);
  const std::size_t colon = left.find(':');
  group.name = left.substr(0, colon);
  if (colon != std::string_view::npos) {
    group.input = left.substr(colon + 1);
    if (!keeps_history(group.input))
      return Error{"usage", "--log-group " + std::string(option) + ": input \"" + group.input +
                                "\" is neither file nor cloudtrail"};
  }
  if (group.name.empty())
    return Error{"usage", "--log-group " + std::string(option) + ": NAME is empty"};
  return group;
}

Status add_group(std::vector<ReplayGroup>& groups, ReplayGroup group) {
  const auto same = std::find_if(groups.begin(), groups.end(),
                                 [&](const ReplayGroup& g) { return g.name == group.name; });
  if (same == groups.end()) {
    groups.push_back(std::move(group));
    return success();
  }
  if (!group.input.empty() && !same->input.empty() && group.input != same->input)
    return Error{"usage", "log group \"" + group.name + "\" has two inputs"};
  if (same->input.empty()) same->input = group.input;
  same->paths.insert(same->paths.end(), group.paths.begin(), group.paths.end());
  return success();
}

std::vector<ReplayGroup> configured_groups(const ConfigNode& root) {
  std::vector<ReplayGroup> groups;
  const ConfigNode* section = root.find("log_groups");
  if (section == nullptr) return groups;
  for (const auto& [name, options] : section->entries) {
    const ConfigNode* input = options.find("input");
    const ConfigNode* path = options.find("path");
    if (input == nullptr || path == nullptr || !keeps_history(input->scalar)) continue;
    ReplayGroup group;
    group.name = name.scalar;
    group.input = input->scalar;
    group.must_exist = false;
    if (path->is_scalar()) group.paths.push_back(path->scalar);
    for (const ConfigNode& one : path->items) group.paths.push_back(one.scalar);
    groups.push_back(std::move(group));
  }
  return groups;
}

ReplayFiles find_replay_files(std::vector<ReplayGroup> groups) {
  ReplayFiles result;
  std::sort(groups.begin(), groups.end(),
            [](const ReplayGroup& a, const ReplayGroup& b) { return a.name < b.name; });
  for (ReplayGroup& group : groups) {
    std::vector<std::string>& faults = group.must_exist ? result.faults : result.notes;
    const std::vector<std::string> files = choose_files(files_of(group, faults), group);
    if (files.empty()) faults.push_back("log group \"" + group.name + "\" has no files");
    const EventFormat format =
        group.input == "cloudtrail" ? EventFormat::cloudtrail : EventFormat::lines;
    for (const std::string& file : files)
      result.files.push_back({file, format, group.line_bytes_max, result.groups.size()});
    result.groups.push_back(std::move(group));
  }
  return result;
}

}  // namespace tocsin
