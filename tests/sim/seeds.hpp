// SPDX-License-Identifier: Apache-2.0
// Seeds of a file, one a line; lines that begin with # are comments.
#pragma once
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace tocsin::sim {

inline std::vector<std::uint64_t> seeds_in(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#') seeds.push_back(std::stoull(line));
  return seeds;
}

}  // namespace tocsin::sim
