// SPDX-License-Identifier: Apache-2.0
// Commands with words of their own behind them: `tocsin alarms list`, `tocsin silence add`.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace tocsin {

struct Verb {
  std::string_view name;
  std::string_view synopsis;  // what follows it
  std::string_view summary;
  int (*run)(std::span<const std::string> args);  // `args` follow the verb
};

// Finds args[0] among the verbs and runs it; answers --help and what is unknown.
int run_verb(std::string_view command, std::string_view summary, std::span<const Verb> verbs,
             std::span<const std::string> args);

}  // namespace tocsin
