// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/repeats.hpp"

#include <string>

#include "support/catch.hpp"

namespace tocsin {
namespace {
Instant at(std::int64_t s) { return instant_from_ms(s * 1000); }
}  // namespace

TEST_CASE("an id is a repeat until it is older than the age") {
  Repeats r(seconds{100});
  const EventId a = hash_event_id("111122223333 a");
  CHECK_FALSE(r.is_repeat(a, at(1000), at(1000)));
  CHECK(r.is_repeat(a, at(1001), at(1001)));
  CHECK(r.is_repeat(a, at(1050), at(1100)));
  CHECK_FALSE(r.is_repeat(a, at(1101), at(1101)));
  CHECK(r.floor() == at(1001));
}

TEST_CASE("an id travels as bytes and comes back the same") {
  const EventId id = hash_event_id("111122223333 a");
  CHECK(bytes_of(id).size() == 16);
  CHECK(event_id_of(bytes_of(id)) == id);
}

TEST_CASE("beyond the bound the oldest ids go first, and it is counted") {
  Repeats r(days{7}, 3);
  for (int i = 0; i < 5; ++i) {
    const EventId id = hash_event_id(std::to_string(i));
    CHECK_FALSE(r.is_repeat(id, at(1000 - i), at(0)));
  }
  CHECK(r.size() == 3);
  CHECK(r.evicted() == 2);
  CHECK(r.is_repeat(hash_event_id("0"), at(1000), at(0)));
  CHECK_FALSE(r.is_repeat(hash_event_id("4"), at(1000), at(0)));
}

TEST_CASE("what was stored is known again") {
  Repeats r;
  const EventId id = hash_event_id("x");
  r.is_repeat(id, at(5), kNoTime);
  Repeats back;
  for (const auto& [stored, time] : r.take_new()) back.restore(stored, time);
  CHECK(back.is_repeat(id, at(6), kNoTime));
  CHECK(back.take_new().empty());
}

}  // namespace tocsin
