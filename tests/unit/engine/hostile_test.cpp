// SPDX-License-Identifier: Apache-2.0
// Rules and events at the edges of what they may be.
#include <string>

#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

RuleSet sum_by_user(MissingData treat) {
  MetricFilter f = filter_named("f", "m");
  f.dimensions = {{"user", "$.user"}};
  Alarm a = sum_alarm("by-user", 1, 1);
  a.group_by = {"user"};
  a.treat_missing_data = treat;
  return rules_with({f}, {a});
}

}  // namespace

TEST_CASE("an edit judges no key by the time before its first sample") {
  for (const MissingData treat : {MissingData::missing, MissingData::ignore, MissingData::breaching,
                                  MissingData::not_breaching}) {
    RuleSet rules = sum_by_user(treat);
    World w(rules);
    w.quiet_until(seconds{0});
    // Lateness keeps the watermark behind the sample: here the stream has unread data.
    MatchBatch b;
    b.rules = w.rules;
    b.log_group = "app";
    b.stream = b.source = "a.log";
    b.add_event(kStart + minutes{3});
    b.read_at = b.source_time = kStart + minutes{3};
    b.more_unread = true;
    b.matches.push_back({0, 7, "a message", "", {{0, 1.0, {"ann"}}}});
    w.engine->apply(b, kStart + minutes{3}, w.out);
    CHECK(w.told().empty());
    rules.alarms[0].threshold = 3;
    w.reload(rules, minutes{3});
    CHECK(w.told().empty());
    w.quiet_until(minutes{4});
    CHECK(w.told() == Lines{"240000 by-user/ann INSUFFICIENT_DATA>OK"});
  }
}

TEST_CASE("a flood of keys leaves no more series behind than are kept for curiosity") {
  World w(sum_by_user(MissingData::missing));
  w.quiet_until(seconds{0});
  for (int i = 0; i < 45'000; ++i) w.event(milliseconds{i}, 0, 1, {"user-" + std::to_string(i)});
  StateDelta delta;
  w.engine->collect(delta);
  const auto series = std::count_if(delta.rows.begin(), delta.rows.end(), [](const StateRow& r) {
    return r.kind == "series" && r.value;
  });
  // One of each key that is watched, and as many that are not.
  CHECK(series <= 20'000);
}

}  // namespace tocsin
