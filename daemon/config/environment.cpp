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

// Beside the program, wherever its tree was installed to; else where it was built to be installed.
void add_installed_packs(std::vector<std::string>& directories) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::string beside = (program / TOCSIN_PACKS_BESIDE_PROGRAM).lexically_normal().string();
  if (beside != TOCSIN_PACKS_INSTALLED && fs::is_directory(beside, error))
    directories.push_back(beside);
  directories.emplace_back(TOCSIN_PACKS_INSTALLED);
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
  add_installed_packs(e.pack_directories);
  return e;
}

}  // namespace tocsin
