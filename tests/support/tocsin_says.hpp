// SPDX-License-Identifier: Apache-2.0
// Commands as a user meets them: exit code and what is printed.
#pragma once
#include <string>
#include <vector>

namespace tocsin::test {

struct Answer {
  int code = 0;
  std::string text;  // standard output
};

// Runs `tocsin ARGS...` in this process. `input` is its standard input. One at a time: file
// descriptors 0 and 1 belong to it meanwhile.
Answer tocsin_says(const std::vector<std::string>& args, const std::string& input = {});

}  // namespace tocsin::test
