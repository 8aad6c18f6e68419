// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "daemon/cli/command.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/terminal.hpp"

namespace tocsin {

int run_version(std::span<const std::string> args) {
  bool json = false;
  Options options("version", "Prints the version.");
  options.flag("--json", json, "as a JSON object");
  if (const auto code = options.parse(args)) return *code;
  Output out;
  if (json)
    out.json_line({{"version", TOCSIN_VERSION}});
  else
    out.write("tocsin ", TOCSIN_VERSION, "\n");
  return kExitOk;
}

}  // namespace tocsin
