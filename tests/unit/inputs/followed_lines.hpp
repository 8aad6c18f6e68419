// SPDX-License-Identifier: Apache-2.0
// What the tests of the file input share: numbered lines, and files of some age.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "support/input_run.hpp"

namespace tocsin::test {

using Texts = std::vector<std::string>;

inline InputRun::Options follow(const std::string& glob) {
  InputRun::Options options;
  options.settings = {{"path", {glob}}};
  return options;
}

inline std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i <= to; ++i) text += "line " + std::to_string(i) + '\n';
  return text;
}

inline Texts line_list(int from, int to) {
  Texts all;
  for (int i = from; i <= to; ++i) all.push_back("line " + std::to_string(i));
  return all;
}

// Sets the times of a file to so long ago.
inline void age(const std::string& path, std::chrono::seconds ago) {
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - ago);
}

}  // namespace tocsin::test
