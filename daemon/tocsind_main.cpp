// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "daemon/tocsind.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  return tocsin::run_tocsind(args);
}
