// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/composite_timeline.hpp"

#include "sim/random.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using sim::Random;
using States = CompositeTimeline::States;
using Spans = std::vector<std::pair<int, int>>;

Instant at(std::int64_t t) { return Instant{Duration{t}}; }

bool both(const States& s) { return s[0] == AlarmState::alarm && s[1] == AlarmState::alarm; }

CompositeTimeline two_children() {
  return {{"a", "b"}, {AlarmState::ok, AlarmState::ok}, AlarmState::ok};
}

void change(CompositeTimeline& timeline, std::int64_t t, std::size_t child, bool red) {
  timeline.child_is({at(t), child, red ? AlarmState::alarm : AlarmState::ok, at(t), at(1000)});
}

Spans untold(CompositeTimeline& timeline) {
  Spans out;
  for (const auto& e : timeline.take_untold())
    out.emplace_back(e.begin.from.time_since_epoch().count(),
                     e.end.from.time_since_epoch().count());
  return out;
}

// As after a restart.
CompositeTimeline stored(const CompositeTimeline& timeline) {
  RowWriter out;
  timeline.write(out);
  const std::string row = out.take();
  CompositeTimeline back;
  RowReader in(row);
  REQUIRE(back.read(in));
  REQUIRE(in.at_end());
  return back;
}

}  // namespace

TEST_CASE("two that were in ALARM at once, and never shown so, are found when both are known") {
  CompositeTimeline timeline = two_children();
  change(timeline, 10, 0, true);
  change(timeline, 20, 0, false);
  timeline.advance(at(12), both);
  change(timeline, 15, 1, true);
  timeline.advance(at(20), both);
  CHECK_FALSE(timeline.has_untold());  // when it ended is not known yet
  change(timeline, 30, 1, false);
  timeline.advance(at(21), both);
  CHECK(untold(timeline) == Spans{{15, 20}});
  timeline.advance(at(100), both);
  CHECK(untold(timeline).empty());
}

TEST_CASE("what was shown, in part or at its very end, is not told again") {
  for (const auto& [from, to] : Spans{{15, 40}, {20, 25}, {5, 15}}) {
    CompositeTimeline timeline = two_children();
    timeline.shown(AlarmState::alarm, at(from));
    timeline.shown(AlarmState::ok, at(to));
    change(timeline, 10, 0, true);
    change(timeline, 15, 1, true);
    change(timeline, 20, 0, false);
    timeline.advance(at(50), both);
    CHECK(untold(timeline).empty());
  }
}

TEST_CASE("a rule that holds from the beginning is shown as it begins") {
  CompositeTimeline timeline({"a", "b"}, {AlarmState::alarm, AlarmState::alarm}, AlarmState::ok);
  change(timeline, 10, 0, false);
  timeline.advance(at(50), both);
  CHECK(untold(timeline).empty());
}

TEST_CASE("a log group that stands still costs a bounded memory") {
  CompositeTimeline timeline = two_children();
  change(timeline, 0, 1, true);
  const auto most = static_cast<std::int64_t>(CompositeTimeline::kChangesMax);
  for (std::int64_t t = 1; t < 4 * most; ++t) {
    change(timeline, t, 0, t % 2 != 0);
    timeline.advance(at(0), both);
  }
  CHECK(timeline.take_untold().size() == CompositeTimeline::kEpisodesMax);
  RowWriter out;
  timeline.write(out);
  CHECK(out.take().size() < 20 * CompositeTimeline::kChangesMax);
}

TEST_CASE("whatever the order in which children become known, and restarts, the same is found") {
  constexpr int kEnd = 60;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    // By child, its states at each instant.
    std::array<std::array<bool, kEnd>, 2> red{};
    std::vector<std::pair<int, std::size_t>> changes;  // (when it becomes known, child and time)
    CompositeTimeline timeline = two_children();
    Spans wanted;
    for (std::size_t child = 0; child < 2; ++child)
      for (int t = 1; t < kEnd; ++t)
        red[child][static_cast<std::size_t>(t)] =
            t < kEnd - 1 && (random.chance(0.1) ? !red[child][static_cast<std::size_t>(t - 1)]
                                                : red[child][static_cast<std::size_t>(t - 1)]);
    int begin = -1;
    for (int t = 0; t < kEnd; ++t) {
      const auto i = static_cast<std::size_t>(t);
      if (red[0][i] && red[1][i] && begin < 0) begin = t;
      if (begin >= 0 && !(red[0][i] && red[1][i])) wanted.emplace_back(std::exchange(begin, -1), t);
    }
    Spans found;
    std::array<int, 2> read{};  // how far each child is known
    while (read[0] < kEnd || read[1] < kEnd) {
      const std::size_t child = random.chance(0.5) ? 1 : 0;
      if (read[child] < kEnd && ++read[child] < kEnd) {
        const auto t = static_cast<std::size_t>(read[child]);
        if (red[child][t] != red[child][t - 1]) change(timeline, read[child], child, red[child][t]);
      }
      timeline.advance(at(std::min(read[0], read[1])), both);
      for (const auto& span : untold(timeline)) found.push_back(span);
      if (random.chance(0.1)) timeline = stored(timeline);
    }
    CHECK(found == wanted);
  }
}

}  // namespace tocsin
