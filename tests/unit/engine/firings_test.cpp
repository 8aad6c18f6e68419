// SPDX-License-Identifier: Apache-2.0
// How often an alarm fired, and what its window held: as messages tell it.
#include "rules/engine/firings.hpp"

#include "support/catch.hpp"
#include "world.hpp"

namespace tocsin {
namespace {

std::vector<std::uint64_t> counts(World& w) {
  std::vector<std::uint64_t> out;
  for (const Transition& t : std::exchange(w.out, {}).transitions)
    if (!t.silent) out.push_back(t.firings);
  return out;
}

using Counts = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("firings of 30 days are counted by day, late ones where they belong", "[engine]") {
  Firings f;
  CHECK(f.empty());
  CHECK(f.until(kStart) == 0);
  f.add(kStart);
  f.add(kStart + hours{5});
  f.add(kStart + days{10});
  f.add(kStart + days{3});
  CHECK(f.until(kStart + days{10}) == 4);
  CHECK(f.until(kStart + days{5}) == 3);
  CHECK(f.until(kStart + days{30}) == 2);
  CHECK(f.over_at() == kStart + days{40});
  f.add(kStart + days{33});
  CHECK(f.until(kStart + days{33}) == 2);
  f.forget_until(kStart + days{62});
  CHECK_FALSE(f.empty());
  f.forget_until(kStart + days{63});
  CHECK(f.empty());
}

TEST_CASE("a transition tells how often its alarm fired, over restarts, and forgets after 30 days",
          "[engine]") {
  World w(rules_with({filter_named("a")}, {count_alarm("a", 1, minutes{5})}));
  w.quiet_until(minutes{1});
  w.event(minutes{2});
  w.quiet_until(minutes{10});
  CHECK(counts(w) == Counts{1, 1});
  w.restart(minutes{11});
  w.event(minutes{12});
  w.quiet_until(minutes{20});
  CHECK(counts(w) == Counts{2, 2});
  w.event(days{1});
  w.quiet_until(days{2});
  CHECK(counts(w) == Counts{3, 3});
  w.save();
  const auto has_row = [&] {
    w.save();
    return std::any_of(w.stored.rows.begin(), w.stored.rows.end(),
                       [](const StateRow& r) { return r.kind == "actions"; });
  };
  CHECK(has_row());
  w.quiet_until(days{30});
  w.event(days{30} + minutes{1});
  CHECK(counts(w) == Counts{2});
  w.quiet_until(days{61});
  w.quiet_until(days{61} + minutes{1});
  CHECK_FALSE(has_row());
}

TEST_CASE("the parts of a short form's window add up to what it counted", "[engine]") {
  World w(rules_with({filter_named("a")}, {count_alarm("a", 4, minutes{5})}));
  w.quiet_until(minutes{1});
  for (const int second : {130, 200, 201, 300}) w.event(seconds{second});
  const std::vector<Notification> told = w.out.notifications;
  REQUIRE(told.size() == 1);
  const Trend& trend = told[0].trend;
  REQUIRE(trend.points.size() == 20);
  double sum = 0;
  for (const TrendPoint& p : trend.points) sum += p.value.value_or(0);
  CHECK(sum == 4);
  CHECK(trend.points.back().value == 1.0);
  CHECK(trend.points.back().start == kStart + seconds{285});
  CHECK(trend.caption == "the last 5 min");
  CHECK(told[0].transition.parts.empty());
}

}  // namespace tocsin
