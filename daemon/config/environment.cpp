// SPDX-License-Identifier: Apache-2.0
#include "daemon/config/environment.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace tocsin {
namespace {

std::string variable(const char* name, std::string otherwise = {}) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::move(otherwise) : std::string(value);
}

// A program in build/dev/bin uses the packs it was built with, never older ones that are installed.
std::string packs_of_source_tree() {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (int up = 0; up < 4 && folder.has_relative_path(); ++up, folder = folder.parent_path())
    if (fs::exists(folder / "CMakeCache.txt", error)) {
      for (fs::path source = folder; source.has_relative_path(); source = source.parent_path())
        if (fs::exists(source / "CMakePresets.json", error) &&
            fs::is_directory(source / "rules/packs", error))
          return (source / "rules/packs").string();
    }
  return {};
}

std::string name_of_host() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

}  // namespace

Environment Environment::of_process() {
  Environment e;
  e.credentials_directory = variable("CREDENTIALS_DIRECTORY");
  const std::string state = variable("STATE_DIRECTORY", e.state_directory);
  e.state_directory = state.substr(0, state.find(':'));  // systemd lists several with colons
  e.host_name = name_of_host();
  if (const std::string packs = variable("TOCSIN_PACKS"); !packs.empty()) {
    e.pack_directories = {packs};
    return e;
  }
  if (const std::string source = packs_of_source_tree(); !source.empty())
    e.pack_directories.push_back(source);
  e.pack_directories.emplace_back(TOCSIN_PACKS_INSTALLED);
  return e;
}

}  // namespace tocsin
