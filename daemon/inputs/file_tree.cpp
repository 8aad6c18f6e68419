// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/file_tree.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace tocsin {
namespace {

constexpr int kLevelsMax = 64;

class Walker {
 public:
  void enter(const std::string& path, int level) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return;
    if (S_ISREG(info.st_mode)) found_.files.push_back(path);
    if (!S_ISDIR(info.st_mode) || level > kLevelsMax) return;
    if (seen_.emplace(info.st_dev, info.st_ino).second) list(path, level);
  }
  FileWalk take() {
    std::sort(found_.files.begin(), found_.files.end());
    return std::move(found_);
  }

 private:
  void list(const std::string& path, int level) {
    std::error_code failure;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(path, failure), end;
    for (; !failure && entry != end; entry.increment(failure))
      names.push_back(entry->path().filename().string());
    (failure ? found_.unreadable : found_.directories).push_back(path);
    std::sort(names.begin(), names.end());
    const std::string prefix = path.ends_with('/') ? path : path + '/';
    for (const std::string& name : names)
      if (!name.starts_with('.')) enter(prefix + name, level + 1);
  }

  FileWalk found_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

}  // namespace

FileWalk walk_files(const std::string& path) {
  Walker walker;
  walker.enter(path, 0);
  return walker.take();
}

bool is_trail_name(std::string_view path) {
  if (path.find("CloudTrail-Digest") != std::string_view::npos) return false;
  if (path.ends_with(".gz")) path.remove_suffix(3);
  for (const std::string_view suffix : {".json", ".ndjson", ".jsonl", ".log"})
    if (path.ends_with(suffix)) return true;
  return false;
}

}  // namespace tocsin
