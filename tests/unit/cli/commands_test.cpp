// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "daemon/cli/command.hpp"
#include "daemon/cli/terminal.hpp"
#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("every command has a name of its own and one line of summary", "[cli]") {
  std::set<std::string_view> names;
  for (const Command& command : commands()) {
    CHECK(names.insert(command.name).second);
    CHECK(!command.summary.empty());
    CHECK(command.summary.find('\n') == std::string_view::npos);
  }
}

TEST_CASE("an unknown command, no command and a command that is not built are wrong usage",
          "[cli]") {
  CHECK(run_tocsin({}) == kExitUsage);
  CHECK(run_tocsin(std::vector<std::string>{"mtach"}) == kExitUsage);
  for (const Command& command : commands())
    if (command.run == nullptr)
      CHECK(run_tocsin(std::vector<std::string>{std::string(command.name)}) == kExitUsage);
}

}  // namespace tocsin
