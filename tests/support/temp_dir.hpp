// SPDX-License-Identifier: Apache-2.0
// A directory of a test's own, removed with all that is in it.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tocsin {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tocsin-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string path(std::string_view name) const { return path_ + '/' + std::string(name); }
  // Both return the file's path.
  std::string write(std::string_view name, std::string_view content) const {
    return put(name, content, std::ios::trunc);
  }
  std::string append(std::string_view name, std::string_view content) const {
    return put(name, content, std::ios::app);
  }

 private:
  std::string put(std::string_view name, std::string_view content, std::ios::openmode mode) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary | mode) << content;
    return path(name);
  }
  std::string path_;
};

}  // namespace tocsin
