// SPDX-License-Identifier: Apache-2.0
// tocsin reload: has the daemon load its configuration anew, and says what is wrong with it. The
// daemon, not this program, judges it: nobody else may read its credentials.
#include <cstdio>

#include "daemon/cli/api_client.hpp"
#include "daemon/cli/command.hpp"
#include "daemon/cli/daemon_command.hpp"
#include "daemon/cli/terminal.hpp"

namespace tocsin {
namespace {

// Many rules take a while.
constexpr Duration kReloadTimeout = minutes{10};

int refuse(const Error& error) {
  if (error.code != "invalid") {
    complain(error.text, error.code);
    return kExitNo;
  }
  std::fputs(error.text.c_str(), stderr);
  return kExitInvalid;
}

}  // namespace

int run_reload(std::span<const std::string> args) {
  DaemonCommand command;
  Options options("reload", "Has the running daemon load its configuration anew.");
  command.declare(options);
  options.footer(
      "Exit 0 if the new configuration is in force; 78 if it is invalid, else 1: the old one "
      "stays.");
  if (const auto code = options.parse(args)) return *code;
  const auto answer =
      ask_for_json(api_socket(command.socket), "POST", "/api/v1/reload", {}, kReloadTimeout);
  if (!answer) return refuse(answer.error());
  Output out;
  if (command.json)
    out.json_line(*answer);
  else
    out.write("in force, alarms: " + std::to_string((*answer)["alarms"].get<std::size_t>()) + "\n");
  return kExitOk;
}

}  // namespace tocsin
