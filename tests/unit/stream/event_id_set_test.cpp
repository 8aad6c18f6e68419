// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/event_id_set.hpp"

#include <map>
#include <random>

#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("a set of event ids says what a plain set says, ids that begin alike included") {
  std::mt19937 random(3);
  EventIdSet set;
  std::map<EventId, std::uint32_t> wanted;
  for (int step = 0; step < 60'000; ++step) {
    EventId id{};
    // Few values in the bytes that say where a search begins.
    id[0] = static_cast<unsigned char>(random() % 8 + (random() % 2 == 0 ? 248 : 0));
    id[1] = static_cast<unsigned char>(random() % 2);
    id[9] = static_cast<unsigned char>(random() % 40);
    const auto known = wanted.find(id);
    REQUIRE(set.contains(id) == (known != wanted.end()));
    if (known == wanted.end()) {
      wanted[id] = set.insert(id);
    } else if (random() % 3 != 0) {
      REQUIRE(set[known->second] == id);
      set.erase(known->second);
      wanted.erase(known);
    }
    REQUIRE(set.size() == wanted.size());
  }
  for (const auto& [id, number] : wanted) {
    CHECK(set.contains(id));
    CHECK(set[number] == id);
  }
}

}  // namespace tocsin
