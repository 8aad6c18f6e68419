// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

TEST_CASE("what a log line carries from outside stays on its line", "[log]") {
  CHECK(escape_for_log("a\nb\tc\x1b[31m\x7f") == "a\\nb\\tc\\x1b[31m\\x7f");
  CHECK(escape_for_log("caf\xc3\xa9") == "caf\xc3\xa9");
}

}  // namespace
}  // namespace tocsin
