// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/event_texts.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

std::string text_of(std::uint32_t file, std::uint64_t position) {
  return std::string(1 + position % 50, static_cast<char>('a' + file)) + std::to_string(position);
}

}  // namespace

TEST_CASE("every text is found by file and position, in memory and on disk", "[cli][replay]") {
  for (const std::size_t block_bytes : {1u, 200u, 100'000u}) {
    EventTexts texts(block_bytes);
    for (const std::uint32_t file : {0u, 3u, 4u})
      for (std::uint64_t position = 5; position < 500; position += 7)
        REQUIRE(texts.add(file, position, text_of(file, position)));
    bool all = true;
    for (const std::uint32_t file : {4u, 0u, 3u})
      for (std::uint64_t position = 5; position < 500; position += 7)
        all = all && texts.find(file, position) == text_of(file, position);
    CHECK(all);
    CHECK(texts.find(0, 0).empty());
    CHECK(texts.find(3, 6).empty());
    CHECK(texts.find(4, 1'000).empty());
    CHECK(texts.has(3));
    CHECK_FALSE(texts.has(1));
    CHECK(texts.find(1, 5).empty());
  }
}

TEST_CASE("a text without bytes is there, and one as large as events may be", "[cli][replay]") {
  EventTexts texts;
  const std::string large(1 << 20, 'x');
  CHECK(texts.find(0, 0).empty());
  REQUIRE(texts.add(7, 0, ""));
  CHECK(texts.has(7));
  REQUIRE(texts.add(7, 1, large));
  REQUIRE(texts.add(7, 2, "small"));
  REQUIRE(texts.add(7, 3, large));
  CHECK(texts.find(7, 0).empty());
  CHECK(texts.find(7, 1) == large);
  CHECK(texts.find(7, 2) == "small");
  CHECK(texts.find(7, 3) == large);
}

}  // namespace tocsin
