// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/json_nesting.hpp"

#include <random>
#include <string>

#include "support/catch.hpp"

namespace tocsin {
namespace {

// What close() is to say, byte by byte.
std::size_t close_slowly(JsonNesting& nesting, std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at)
    if (nesting.step(bytes[at]) && nesting.depth == 0) return at + 1;
  return bytes.size();
}

}  // namespace

TEST_CASE("a nest that begins in the bytes is closed in them", "[inputs]") {
  for (const std::size_t length : {0u, 10u, 100u, 500u}) {
    const std::string object = "{\"a\":\"" + std::string(length, '}') + "\"}";
    JsonNesting nesting;
    CHECK(nesting.close(object + ",{}") == object.size());
    CHECK(nesting.depth == 0);
  }
}

TEST_CASE("blocks and single bytes say the same of brackets, strings and escapes", "[inputs]") {
  std::mt19937 random(11);
  for (int round = 0; round < 3'000; ++round) {
    const std::string_view some =
        round % 2 == 0 ? "{}[]\"\\aaaa" : "{[\"\\\\\\\\\\aaaaaaaaaaaaaaaa\"}]";
    std::string bytes;
    for (std::size_t i = random() % 400; i > 0; --i) bytes += some[random() % some.size()];
    JsonNesting fast, slow;
    fast.depth = slow.depth = 1 + random() % 6;
    std::string_view rest = bytes;
    // Chunks of any size, so that every state is carried on.
    while (!rest.empty()) {
      const std::string_view chunk = rest.substr(0, 1 + random() % 200);
      const std::size_t used = close_slowly(slow, chunk);
      REQUIRE(fast.close(chunk) == used);
      REQUIRE(fast.depth == slow.depth);
      REQUIRE(fast.in_string == slow.in_string);
      REQUIRE(fast.is_escaped == slow.is_escaped);
      rest.remove_prefix(used);
      if (slow.depth == 0) fast.depth = slow.depth = 1 + random() % 3;
    }
  }
}

}  // namespace tocsin
