// SPDX-License-Identifier: Apache-2.0
#include "rules/match/block_events.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

using Texts = std::vector<std::string>;

EventBlock lines(std::string_view bytes) { return {bytes, std::nullopt, 100}; }

Texts forward(const EventBlock& block) {
  Texts out;
  for (EventCursor at(block); !at.at_end(); at.next()) out.emplace_back(at.message());
  return out;
}

Texts backward(const EventBlock& block) {
  Texts out;
  EventCursor at(block);
  while (!at.at_end()) at.next();
  while (at.index() > 0) {
    at.back();
    out.insert(out.begin(), std::string(at.message()));
  }
  return out;
}

// "index:message" of the events that hold a literal.
Texts holding(const EventBlock& block, std::vector<std::string> literals) {
  const LiteralScan scan(std::move(literals));
  Texts out;
  EventCursor at(block);
  for (at.skip_to(scan); !at.at_end(); at.skip_to(scan)) {
    out.push_back(std::to_string(at.index()) + ":" + std::string(at.message()));
    at.next();
  }
  out.push_back(std::to_string(at.index()));
  return out;
}

}  // namespace

TEST_CASE("a cursor knows whether it came by lines that begin with no brace", "[match][block]") {
  const LiteralScan scan(std::vector<std::string>{"x"});
  const auto others = [&](std::string_view bytes) {
    const EventBlock block = lines(bytes);
    EventCursor at(block);
    for (at.skip_to(scan); !at.at_end(); at.skip_to(scan)) at.next();
    return at.has_other_lines();
  };
  const std::string many(300, '.');
  for (const std::string& line :
       std::vector<std::string>{"{", "{x", "{ x }", "{" + many, "{x" + many}) {
    CHECK_FALSE(others(line));
    CHECK_FALSE(others(line + "\n{}\n" + line + "\n"));
    CHECK(others("a\n" + line));
    CHECK(others(line + "\nx\n" + line));
    CHECK(others(line + "\n\n" + line));
    CHECK(others(line + "\n ."));
  }
}

TEST_CASE("a cursor goes back over bytes that somebody else has changed", "[match][block]") {
  std::string bytes = "a\nb\nc\nd";
  const EventBlock block = lines(bytes);
  EventCursor at(block);
  while (!at.at_end()) at.next();
  std::fill(bytes.begin(), bytes.end(), 'x');
  while (at.index() > 0) {
    at.back();
    CHECK(at.message().size() <= bytes.size());
  }
}

TEST_CASE("lines are events, forward and backward, with or without a last line break",
          "[match][block]") {
  for (const auto& [bytes, events] :
       std::vector<std::pair<std::string, Texts>>{{"", {}},
                                                  {"\n", {""}},
                                                  {"a", {"a"}},
                                                  {"a\n", {"a"}},
                                                  {"a\nb", {"a", "b"}},
                                                  {"a\r\n\r\nb\r\n", {"a", "", "b"}},
                                                  {"\n\na", {"", "", "a"}},
                                                  {"a\n\n", {"a", ""}}}) {
    CAPTURE(bytes);
    CHECK(forward(lines(bytes)) == events);
    CHECK(backward(lines(bytes)) == events);
  }
}

TEST_CASE("a line's position is that of its first byte in the source", "[match][block]") {
  const EventBlock block = lines("one\ntwo\n");
  EventCursor at(block);
  CHECK(at.position() == 100);
  at.next();
  CHECK(at.position() == 104);
}

TEST_CASE("only events that hold a literal are stopped at, and all are counted", "[match][block]") {
  CHECK(holding(lines("a x\nb\nc x\n"), {"x"}) == Texts{"0:a x", "2:c x", "3"});
  CHECK(holding(lines("a\nb\nc"), {"x"}) == Texts{"3"});
  CHECK(holding(lines("a\nxb\nc"), {"c", "x"}) == Texts{"1:xb", "2:c", "3"});
  CHECK(holding(lines(""), {"x"}) == Texts{"0"});
}

TEST_CASE("a literal between the slices of a block belongs to no event", "[match][block]") {
  const std::string bytes = "x[a]x[bx]x[c]";
  const std::vector<EventSlice> slices = {{1, 3, 0}, {5, 4, 1}, {10, 3, 2}};
  const EventBlock block{bytes, slices};
  CHECK(forward(block) == Texts{"[a]", "[bx]", "[c]"});
  CHECK(backward(block) == Texts{"[a]", "[bx]", "[c]"});
  CHECK(holding(block, {"x"}) == Texts{"1:[bx]", "3"});
}
