// SPDX-License-Identifier: Apache-2.0
// The verbs of `tocsin`. Adding one: a file here and a line in daemon/cli/commands.cpp.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

// What scripts may rely on, contract.md.
inline constexpr int kExitOk = 0;
inline constexpr int kExitNo = 1;        // the answer is "no", or it failed
inline constexpr int kExitUsage = 2;     // wrong usage
inline constexpr int kExitInvalid = 78;  // invalid configuration, rule or test file

struct Command {
  std::string_view name;
  std::string_view synopsis;  // what follows the name in a usage line
  std::string_view summary;   // one line of `tocsin --help`
  // `args` follow the command's name. Returns the exit code. nullptr: named by the contract, not
  // built yet.
  int (*run)(std::span<const std::string> args);
};

// Every command, in the order in which `tocsin --help` lists them.
std::span<const Command> commands();

// `tocsin ARGS...`: finds the command and runs it; answers --help, --version and what is unknown.
int run_tocsin(std::span<const std::string> args);

}  // namespace tocsin
