// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/other_lines.hpp"

#include <random>
#include <vector>

#include "rules/match/block_events.hpp"
#include "support/catch.hpp"

namespace tocsin {

TEST_CASE("lines that are no objects are counted, wherever they stand in a block", "[inputs]") {
  std::mt19937 random(5);
  const std::vector<std::string> lines{"{}", "",    "\r", "x",  " {\"a\":1}", "\t\r",
                                       " x", "[{}", "{x", "\"", "{ }\r"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    std::uint64_t wanted = 0;
    const std::size_t rare = round % 3 == 0 ? 1 : 40;
    for (std::size_t i = random() % 100; i > 0; --i) {
      const std::size_t line = random() % rare == 0 ? random() % lines.size() : 0;
      text += lines[line];
      if (line == 0 && random() % 4 == 0) text += std::string(random() % 200, 'y');
      text += i > 1 || random() % 2 == 0 ? "\n" : "";
      if (line == 3 || line == 6 || line == 7 || line == 9) ++wanted;
    }
    const EventBlock block{text, std::nullopt, 0};
    REQUIRE(count_other_lines(block) == wanted);
    std::vector<EventSlice> slices;
    for (EventCursor event(block); !event.at_end(); event.next())
      slices.push_back({static_cast<std::uint32_t>(event.position()),
                        static_cast<std::uint32_t>(event.message().size()), 0});
    REQUIRE(count_other_lines({text, slices, 0}) == wanted);
  }
}

}  // namespace tocsin
