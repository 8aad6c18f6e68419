// SPDX-License-Identifier: Apache-2.0
// Turns what inputs count by themselves into metrics and log lines, once a second. Main thread.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/inputs/input.hpp"
#include "daemon/inputs/input_counters.hpp"

namespace tocsin {

class InputWatch {
 public:
  void observe(const std::vector<std::pair<std::string, const Input*>>& inputs);

 private:
  struct Seen {
    InputTotals totals;
    std::map<std::string, std::string> troubles;  // stream -> what is in its way
  };
  static void count(const std::string& log_group, const InputTotals& was, const InputTotals& now);
  static void tell(const std::string& log_group, Seen& seen, const InputSnapshot& now);

  std::map<std::string, Seen> seen_;  // by log group
};

}  // namespace tocsin
