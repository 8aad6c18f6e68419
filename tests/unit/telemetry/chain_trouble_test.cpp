// SPDX-License-Identifier: Apache-2.0
#include "daemon/chain_trouble.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

constexpr Tick kNow{hours{5}};

ChainSigns all_well() { return {kNow, kNow, kNow, false, {GroupReport{}, GroupReport{}}}; }

}  // namespace

TEST_CASE("while all works nothing withholds a ping", "[dead-man]") {
  CHECK(chain_trouble(all_well()).empty());
  ChainSigns signs = all_well();
  signs.probed_at = kNow - seconds{20};
  signs.inputs_alive_at = kNow - seconds{60};
  CHECK(chain_trouble(signs).empty());
}

TEST_CASE("whatever breaks the chain withholds a ping, in words", "[dead-man]") {
  ChainSigns signs = all_well();
  signs.probed_at = kNow - seconds{21};
  CHECK(chain_trouble(signs) == "no probe has come back through the daemon for 21s");

  signs = all_well();
  signs.inputs_alive_at = kNow - seconds{60} - Duration{1};
  CHECK(chain_trouble(signs) == "an input shows no life");

  signs = all_well();
  signs.store_refuses = true;
  CHECK(chain_trouble(signs) == "the store does not take commits");

  signs = all_well();
  signs.groups[1].log_group = "auth";
  signs.groups[1].unreadable = true;
  CHECK(chain_trouble(signs) == "log group auth cannot be read");

  signs.groups[1].unreadable = false;
  signs.groups[1].partial_data = true;
  CHECK(chain_trouble(signs) == "log group auth has a stalled stream");
}

}  // namespace tocsin
