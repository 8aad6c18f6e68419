// SPDX-License-Identifier: Apache-2.0
// A hundred thousand alarms cost what the few of them cost that have something to judge: told by
// counters, not by time.
#include "rules/engine.hpp"
#include "support/catch.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {
namespace {

constexpr int kMetrics = 100;
constexpr int kAlarmsEach = 10;

// Ten alarms on each of a hundred metrics; filter i publishes metric i.
RuleSet many_rules(const std::function<void(Alarm&)>& change = [](Alarm&) {}) {
  std::vector<MetricFilter> filters;
  std::vector<Alarm> alarms;
  for (int i = 0; i < kMetrics; ++i) {
    const std::string metric = "m" + std::to_string(i);
    filters.push_back(filter_named("f" + std::to_string(i), metric));
    for (int k = 0; k < kAlarmsEach; ++k) {
      Alarm a = sum_alarm(metric + "-" + std::to_string(k), 1, 1);
      a.metric_name = metric;
      change(a);
      alarms.push_back(std::move(a));
    }
  }
  return rules_with(std::move(filters), std::move(alarms));
}

AlarmWork since(const World& w, const AlarmWork& before) {
  const AlarmWork now = w.engine->work();
  return {now.touched - before.touched, now.periods_closed - before.periods_closed,
          now.evaluations - before.evaluations};
}

}  // namespace

TEST_CASE("a sample touches the alarms of its metric and no other", "[rules][engine]") {
  World w(many_rules());
  w.quiet_until(minutes{10});
  const AlarmWork before = w.engine->work();
  w.event(minutes{10} + seconds{5}, 3);
  CHECK(since(w, before).touched == kAlarmsEach);
  w.quiet_until(minutes{11});
  const AlarmWork closed = since(w, before);
  CHECK(closed.touched == 2 * kAlarmsEach);
  CHECK(closed.periods_closed == kAlarmsEach);
  CHECK(closed.evaluations == kAlarmsEach);
}

TEST_CASE("alarms without data rest until a sample comes, however long that takes",
          "[rules][engine]") {
  const auto treat = GENERATE(MissingData::missing, MissingData::ignore, MissingData::breaching,
                              MissingData::not_breaching);
  World w(many_rules([&](Alarm& a) { a.treat_missing_data = treat; }));
  w.quiet_until(minutes{10});
  w.quiet_until(minutes{11});  // what their treatment says of no data has been said
  const AlarmWork before = w.engine->work();
  w.quiet_until(days{2});
  CHECK(since(w, before).touched == 0);
}

TEST_CASE("an alarm is judged while its range slides over a datapoint, and rests again",
          "[rules][engine]") {
  World w(many_rules());
  w.quiet_until(minutes{10});
  const AlarmWork before = w.engine->work();
  w.event(minutes{10} + seconds{5}, 3);
  w.quiet_until(hours{1});
  // The sample, a range of three minutes that holds it, and the end at which it has left.
  CHECK(since(w, before).touched == 5 * kAlarmsEach);
  CHECK(since(w, before).evaluations == kAlarmsEach);  // its value was news once
  const AlarmWork rested = w.engine->work();
  w.quiet_until(hours{30});
  CHECK(since(w, rested).touched == 0);
}

TEST_CASE("each minute's new datapoint is judged once by each of its alarms", "[rules][engine]") {
  World w(many_rules());
  w.quiet_until(minutes{10});
  const AlarmWork before = w.engine->work();
  constexpr int kMinutes = 20;
  for (int minute = 10; minute < 10 + kMinutes; ++minute)
    for (std::uint32_t filter = 0; filter < kMetrics; ++filter)
      w.event(minutes{minute} + seconds{1}, filter, minute % 2);
  w.quiet_until(minutes{10 + kMinutes});
  CHECK(since(w, before).evaluations == std::uint64_t{kMinutes} * kMetrics * kAlarmsEach);
}

TEST_CASE("a commit holds rows of what was touched only", "[rules][engine]") {
  World w(many_rules());
  w.quiet_until(minutes{10});
  StateDelta all;
  w.engine->collect(all);
  w.event(minutes{10} + seconds{5}, 3);
  StateDelta few;
  w.engine->collect(few);
  std::map<std::string, std::size_t> rows;
  for (const StateRow& row : few.rows) ++rows[row.kind];
  CHECK(rows["evidence"] == kAlarmsEach);
  CHECK(rows["series"] == 1);
  CHECK(rows["key"] == 0);  // a sample alone changes nothing that is kept of an alarm
  CHECK(few.rows.size() < 4 * kAlarmsEach);
}

}  // namespace tocsin
