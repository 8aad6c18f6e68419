// SPDX-License-Identifier: Apache-2.0
#include "rules/stream/group_watermark.hpp"

#include "support/catch.hpp"

namespace tocsin {
namespace {

Instant at(std::int64_t s) { return instant_from_ms(s * 1000); }

struct Group {
  GroupWatermark w{seconds{10}, minutes{10}};
  StreamState& read(const std::string& name, std::int64_t t, std::int64_t wall, bool more) {
    StreamState& s = w.found(name, at(wall), at(t), true);
    w.read(s, {at(t), true, false}, at(wall), more);
    w.move(at(wall));
    return s;
  }
  void at_end(const std::string& name, std::int64_t wall) {
    w.at_end(w.found(name, at(wall), {}, false), at(wall));
    w.move(at(wall));
  }
};

}  // namespace

TEST_CASE("two lines running move the watermark, a forged one alone does not") {
  Group g;
  g.read("a", 1000, 5000, true);
  CHECK(g.w.watermark() == at(990));
  g.read("a", 1100, 5000, true);
  CHECK(g.w.watermark() == at(990));
  g.read("a", 4000, 5000, true);
  CHECK(g.w.watermark() == at(1090));
  g.read("a", 1101, 5000, true);
  CHECK(g.w.watermark() == at(1091));
}

TEST_CASE("not the clock but a fruitless look moves an idle stream") {
  Group g;
  g.read("a", 1000, 1001, false);
  g.w.move(at(2000));
  CHECK(g.w.watermark() == at(990));
  g.at_end("a", 2000);
  CHECK(g.w.watermark() == at(1990));
}

TEST_CASE("the least of the streams holds the group, until it has been stuck for max_stall") {
  Group g;
  g.at_end("a", 1000);
  g.w.found("b", at(1000), at(500), true);
  g.at_end("a", 1100);
  CHECK(g.w.watermark() == at(990));
  CHECK(g.w.next_stall() == at(1600) + Duration{1});
  g.at_end("a", 1600);
  CHECK(g.w.watermark() == at(990));
  CHECK_FALSE(g.w.partial());
  g.at_end("a", 1601);
  CHECK(g.w.watermark() == at(1591));
  CHECK(g.w.partial());
  g.read("b", 501, 1602, true);
  CHECK_FALSE(g.w.partial());
  CHECK(g.w.watermark() == at(1591));
}

TEST_CASE("a host that slept has not found its streams stuck") {
  Group g;
  g.w.wake(at(1000));
  g.w.found("b", at(1000), at(500), true);
  g.w.wake(at(90000));
  g.w.move(at(90000));
  CHECK_FALSE(g.w.partial());
  CHECK(g.w.watermark() == at(490));
}

TEST_CASE("a stream that is gone holds nothing back, and a look at nothing is a look") {
  Group g;
  g.at_end("a", 1000);
  g.w.found("b", at(1000), at(500), true);
  g.w.retire_others({"a"}, at(1100));
  g.at_end("a", 1100);
  CHECK(g.w.watermark() == at(1090));
  CHECK(g.w.take_retired() == std::set<std::string>{"b"});
  g.w.retire_others({}, at(1200));
  g.w.move(at(1200));
  CHECK(g.w.watermark() == at(1190));
}

TEST_CASE("a clock set back takes the watermark back to it once") {
  Group g;
  g.at_end("a", 5000);
  CHECK(g.w.set_back(at(1000)));
  CHECK(g.w.watermark() == at(990));
  CHECK_FALSE(g.w.set_back(at(1000)));
  g.w.move(at(1001));
  CHECK(g.w.watermark() == at(990));
  g.at_end("a", 1002);
  CHECK(g.w.watermark() == at(992));
}

TEST_CASE("a line without a time takes that of the line before it while that is near") {
  StreamState s;
  const Instant none = kNoTime, top = kNever;
  CHECK(assign_time(s, none, at(100) + Duration{700}, top, false).time == at(100));
  CHECK(assign_time(s, at(50), at(110), top, false).time == at(50));
  const EventMoment next = assign_time(s, none, at(170), top, false);
  CHECK(next.time == at(50));
  CHECK_FALSE(next.timed);
  CHECK(assign_time(s, none, at(231), top, true).time == at(231));
  // Unread data: however long the pause between the two was.
  CHECK(assign_time(s, none, at(9999), top, false).time == at(231));
}

TEST_CASE("a time beyond the ceiling is replaced by the read time and moves nothing") {
  StreamState s;
  const EventMoment m = assign_time(s, at(50000), at(100), at(7300), false);
  CHECK(m.time == at(100));
  CHECK(m.replaced);
  CHECK_FALSE(m.timed);
  CHECK_FALSE(assign_time(s, at(7300), at(100), at(7300), false).replaced);
}

TEST_CASE("a stream's state survives its row") {
  Group g;
  StreamState& s = g.read("a", 1000, 5000, true);
  assign_time(s, at(1000), at(5000), kNever, true);
  StreamState back;
  REQUIRE(back.decode(s.encode()));
  CHECK(back.newest == s.newest);
  CHECK(back.before == s.before);
  CHECK(back.since == s.since);
  CHECK(back.last_time == at(1000));
  CHECK(back.more);
  CHECK_FALSE(back.decode("\x01"));
}

}  // namespace tocsin
