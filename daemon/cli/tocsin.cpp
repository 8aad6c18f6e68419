// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "daemon/cli/command.hpp"
#include "daemon/cli/terminal.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {
namespace {

const Command* find_command(std::string_view name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

void print_list(Output& out, bool built) {
  for (const Command& command : commands()) {
    if ((command.run != nullptr) != built) continue;
    std::string line = "  " + std::string(command.name);
    if (!command.synopsis.empty()) (line += ' ') += command.synopsis;
    line.resize(std::max<std::size_t>(line.size() + 2, 30), ' ');
    out.write(line, command.summary, "\n");
  }
}

int print_help() {
  Output out;
  out.write(
      "Tocsin: CloudWatch's alarm chain that you run yourself.\n\n"
      "usage: tocsin COMMAND [OPTION...] [ARGUMENT...]\n\n");
  print_list(out, true);
  out.write("\nnot built yet:\n");
  print_list(out, false);
  out.write(
      "\n`tocsin COMMAND --help` explains one command.\n"
      "exit codes: 0 ok, 1 the answer is no or it failed, 2 wrong usage, 78 invalid file\n");
  return kExitOk;
}

int unknown_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command& command : commands()) names.push_back(command.name);
  const std::string_view nearest = nearest_name(name, names);
  complain("unknown command \"" + std::string(name) + "\"");
  if (!nearest.empty()) hint("did you mean \"" + std::string(nearest) + "\"?");
  hint("`tocsin --help` lists the commands");
  return kExitUsage;
}

int not_built(const Command& command) {
  complain("`tocsin " + std::string(command.name) + "` is not built yet", "not-built");
  return kExitUsage;
}

int no_command() {
  complain("no command");
  hint("`tocsin --help` lists the commands");
  return kExitUsage;
}

}  // namespace

int run_tocsin(std::span<const std::string> args) {
  if (args.empty()) return no_command();
  const bool asks_for_help = args[0] == "--help" || args[0] == "-h" || args[0] == "help";
  if (asks_for_help && args.size() == 1) return print_help();
  const std::string& name = args[0] == "--version" ? "version" : args[asks_for_help ? 1 : 0];
  const Command* command = find_command(name);
  if (command == nullptr) return unknown_command(name);
  if (command->run == nullptr) return not_built(*command);
  if (asks_for_help) return command->run(std::vector<std::string>{"--help"});
  return command->run(args.subspan(1));
}

}  // namespace tocsin
