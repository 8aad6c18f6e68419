// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/packs.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "daemon/config/text_file.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

namespace fs = std::filesystem;

bool is_pack_name(const std::string& name) {
  return !name.empty() && name[0] != '.' && name.find('/') == std::string::npos;
}

// Empty if the pack is not in `directory`.
std::vector<std::string> files_of(const std::string& directory, const std::string& name) {
  std::error_code error;
  const fs::path base = fs::path(directory) / name;
  if (!fs::is_directory(base, error)) {
    const std::string file = base.string() + ".yaml";
    return fs::is_regular_file(file, error) ? std::vector{file} : std::vector<std::string>{};
  }
  std::vector<std::string> files;
  for (fs::directory_iterator entry(base, error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".yaml" && !is_test_file(entry->path().string()))
      files.push_back(entry->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

bool is_test_file(const std::string& path) {
  constexpr std::string_view kEnding = ".test.yaml";
  return path.size() >= kEnding.size() &&
         std::string_view(path).substr(path.size() - kEnding.size()) == kEnding;
}

std::vector<std::string> list_packs(const Environment& environment) {
  std::set<std::string> names;
  for (const std::string& directory : environment.pack_directories) {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().stem().string();
      if (!is_test_file(entry->path().string()) && !files_of(directory, name).empty())
        names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::vector<RuleDocument> load_pack(const RuleDocument& entry, const Environment& environment,
                                    Sources& sources, Diagnostics& out) {
  std::vector<std::string> files;
  for (const std::string& directory : environment.pack_directories)
    if (files.empty() && is_pack_name(entry.pack_name))
      files = files_of(directory, entry.pack_name);
  if (files.empty()) {
    out.error("dangling-reference", entry.where,
              "there is no pack \"" + entry.pack_name + "\" in " +
                  list_names(environment.pack_directories),
              suggest(entry.pack_name, list_packs(environment)));
    return {};
  }
  std::vector<RuleDocument> documents;
  for (const std::string& file : files) {
    RuleDocument document = entry;
    document.root = sources.load(file, entry.where, out);
    document.text = sources.text(file);
    documents.push_back(std::move(document));
  }
  return documents;
}

std::string only_trail(const std::vector<LogGroup>& groups, const std::string& pack,
                       const SourceLocation& where, Diagnostics& out) {
  std::vector<std::string> trails, others;
  for (const LogGroup& g : groups)
    (g.input == "cloudtrail" || g.input == "s3" ? trails : others).push_back(g.name);
  if (trails.size() == 1) return trails.front();
  const std::string none = others.empty() ? "add a log group whose input is cloudtrail"
                                          : "give it `log_group:`, one of " + list_names(others);
  out.error("missing-key", where,
            "pack \"" + pack + "\" needs `log_group`: " +
                (trails.empty() ? "no log group reads a trail" : "several log groups read a trail"),
            trails.empty() ? none : "one of " + list_names(trails));
  return {};
}

}  // namespace tocsin
