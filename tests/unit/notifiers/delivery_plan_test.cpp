// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <random>

#include "unit/notifiers/plan_fixture.hpp"

namespace tocsin {

using namespace test;

TEST_CASE("a message is sent at once and reported as delivered", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  CHECK(plan.next_due() == kStart);
  CHECK(only_due(plan, kStart).attempt.number == 1);
  CHECK(plan.next_due() == kNever);
  plan.on_outcome(1, kDelivered, 200, kStart + seconds{1});
  const auto reports = plan.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].record.fate == Fate::delivered);
  CHECK(reports[0].record.attempts == 1);
  CHECK(reports[0].record.status == 200);
  CHECK(reports[0].topic == "security");
  CHECK(plan.pending() == 0);
}

TEST_CASE("an endpoint has one attempt in flight, and a hanging one delays no other",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a"), endpoint("b")});
  for (const std::int64_t id : {1, 2}) plan.push(entry(id, "a"), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{1});
  plan.push(entry(3, "b"), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{3});
  CHECK(plan.take_due(kStart + hours{1}).empty());
  plan.on_outcome(1, kDelivered, 200, kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{2});
}

TEST_CASE("a failed attempt is made again after its delay, others go out meanwhile",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, kRetry, 503, kStart);
  const auto report = plan.take_reports().at(0).record;
  CHECK(report.fate == Fate::retry);
  CHECK(report.next_attempt == plan.next_due());
  CHECK(report.next_attempt > kStart);
  plan.push(entry(2, "a"), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{2});
  plan.on_outcome(2, kDelivered, 200, kStart);
  CHECK(plan.take_due(report.next_attempt - milliseconds{1}).empty());
  CHECK(only_due(plan, report.next_attempt).attempt.number == 2);
}

TEST_CASE("an endpoint that is back after an outage gets at once what waits for it",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  Instant now = kStart;
  plan.push(entry(1, "a"), now);
  plan.push(entry(2, "a"), now);
  const auto fail = [&](std::optional<Duration> retry_after) {
    const auto due = only_due(plan, now);
    Delivery answer = kRetry;
    answer.retry_after = retry_after;
    plan.on_outcome(due.outbox_id, answer, 503, now);
    return due.outbox_id;
  };
  CHECK(fail(std::nullopt) == 1);
  const bool told_to_wait = GENERATE(false, true);
  CHECK(fail(told_to_wait ? std::optional<Duration>(minutes{5}) : std::nullopt) == 2);
  for (int i = 0; i < 2; ++i) {
    now = plan.next_due();
    fail(told_to_wait ? std::optional<Duration>(minutes{5}) : std::nullopt);
  }
  plan.push(entry(3, "a", {}, now), now);
  CHECK(only_due(plan, now).outbox_id == 3);
  REQUIRE(plan.next_due() == kNever);
  plan.on_outcome(3, kDelivered, 200, now);
  if (told_to_wait)
    CHECK(plan.next_due() > now);
  else
    CHECK(only_due(plan, now).outbox_id == 1);
}

TEST_CASE("a success after a single failure leaves the retry where it was", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  plan.on_outcome(only_due(plan, kStart).outbox_id, kRetry, 503, kStart);
  const Instant retry = plan.next_due();
  plan.push(entry(2, "a"), kStart);
  plan.on_outcome(only_due(plan, kStart).outbox_id, kDelivered, 200, kStart);
  CHECK(plan.next_due() == retry);
  CHECK(retry > kStart);
}

TEST_CASE("a rejected message is a dead letter at once", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, kRejected, 404, kStart);
  CHECK(plan.take_reports().at(0).record.fate == Fate::dead);
  CHECK(plan.pending() == 0);
}

TEST_CASE("a message that fails for a day is a dead letter after a last attempt",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  Instant now = kStart;
  int attempts = 0;
  for (; plan.pending() > 0; now = std::min(plan.next_due(), kNever)) {
    only_due(plan, now);
    plan.on_outcome(1, kRetry, 503, now);
    ++attempts;
    if (plan.pending() == 0) break;
  }
  const auto reports = plan.take_reports();
  CHECK(reports.back().record.fate == Fate::dead);
  CHECK(reports.back().record.at == kStart + hours{24});
  CHECK(reports.back().record.attempts == attempts);
  CHECK(attempts > 140);
  CHECK(attempts < 200);
}

TEST_CASE("Retry-After moves the next attempt", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, {Delivery::Outcome::retry, "429", seconds{30}}, 429, kStart);
  CHECK(plan.next_due() == kStart + seconds{30});
}

TEST_CASE("messages of a subscription that is gone become dead letters, what is in flight counts",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a"), endpoint("b")});
  for (const std::int64_t id : {1, 2}) plan.push(entry(id, "a"), kStart);
  plan.take_due(kStart);
  plan.set_endpoints({endpoint("b")}, kStart);
  auto reports = plan.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].record.outbox_id == 2);
  CHECK(reports[0].record.fate == Fate::dead);
  plan.on_outcome(1, kDelivered, 200, kStart);
  CHECK(plan.take_reports().at(0).record.fate == Fate::delivered);
  plan.push(entry(3, "a"), kStart);
  CHECK(plan.take_reports().at(0).record.fate == Fate::dead);
  CHECK(plan.pending() == 0);
}

TEST_CASE("a reload that keeps an endpoint keeps its timers", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, kRetry, 503, kStart);
  const Instant due = plan.next_due();
  plan.set_endpoints({endpoint("a"), endpoint("b")}, kStart);
  CHECK(plan.next_due() == due);
}

TEST_CASE("entries restored after a restart go on where they stood", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  OutboxEntry waiting = entry(1, "a");
  waiting.attempts = 5;
  waiting.next_attempt = kStart + seconds{40};
  plan.push(waiting, kStart);
  plan.push(waiting, kStart);
  CHECK(plan.pending() == 1);
  CHECK(plan.take_due(kStart + seconds{39}).empty());
  CHECK(only_due(plan, kStart + seconds{40}).attempt.number == 6);
}

TEST_CASE("a next attempt stored before the clock was set back is not waited for",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  OutboxEntry waiting = entry(1, "a");
  waiting.attempts = 5;
  waiting.next_attempt = kStart + hours{5};
  plan.push(waiting, kStart);
  CHECK(plan.next_due() == kStart + minutes{20});
}

TEST_CASE("few attempts at a time go to one mail server", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with(
      {endpoint("a", "mail"), endpoint("b", "mail"), endpoint("c", "mail"), endpoint("d")},
      {.group_in_flight_max = 2});
  std::int64_t id = 0;
  for (const char* name : {"a", "b", "c", "d"}) plan.push(entry(++id, name), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{1, 2, 4});
  CHECK(plan.next_due() == kNever);
  plan.on_outcome(2, kDelivered, 250, kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{3});
}

TEST_CASE("an endpoint's queue is bounded: the oldest becomes a dead letter that says why",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")}, {.pending_max = 3});
  plan.push(entry(1, "a"), kStart);
  plan.take_due(kStart);
  for (const std::int64_t id : {2, 3, 4}) plan.push(entry(id, "a"), kStart);
  const auto reports = plan.take_reports();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].record.outbox_id == 2);
  CHECK(reports[0].record.fate == Fate::dead);
  CHECK(reports[0].record.detail == "more than 3 messages wait for this subscription");
}

TEST_CASE("a clock set back an hour does not delay a retry", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, kRetry, 503, kStart);
  const Duration wait = plan.next_due() - kStart;
  const Instant earlier = kStart - hours{1};
  CHECK(plan.take_due(earlier).empty());
  CHECK(plan.next_due() == earlier + wait);
  CHECK(only_due(plan, earlier + wait).outbox_id == 1);
}

TEST_CASE("whatever fails or crashes, every message is delivered or dead, once",
          "[notifiers][plan]") {
  for (unsigned seed = 0; seed < 30; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
    const auto failing = static_cast<unsigned>(random() % 60);
    DeliveryPlan plan = plan_with({endpoint("a", "g"), endpoint("b", "g"), endpoint("c")});
    std::map<std::int64_t, OutboxEntry> durable;  // what a store would hold
    std::map<std::int64_t, Fate> ended;
    std::int64_t next_id = 0;
    Instant now = kStart;
    const auto take_reports = [&] {
      for (const DeliveryReport& r : plan.take_reports()) {
        const std::int64_t id = r.record.outbox_id;
        REQUIRE(durable.count(id) == 1);
        if (r.record.fate == Fate::retry) {
          durable[id].attempts = r.record.attempts;
          durable[id].next_attempt = r.record.next_attempt;
          continue;
        }
        REQUIRE(ended.emplace(id, r.record.fate).second);
        durable.erase(id);
      }
    };
    for (int step = 0; step < 400; ++step) {
      if (step < 200 && chance(50)) {
        OutboxEntry e = entry(++next_id, std::string(1, static_cast<char>('a' + random() % 3)),
                              "key-" + std::to_string(random() % 4), now);
        durable[e.id] = e;
        plan.push(e, now);
      }
      for (const DueAttempt& due : plan.take_due(now)) {
        const Delivery& outcome = chance(failing) ? kRetry : chance(5) ? kRejected : kDelivered;
        plan.on_outcome(due.outbox_id, outcome, 0, now);
      }
      take_reports();
      if (chance(3)) {  // a crash: what is durable is pushed again
        plan = plan_with({endpoint("a", "g"), endpoint("b", "g"), endpoint("c")});
        for (const auto& [id, e] : durable) plan.push(e, now);
      }
      CHECK(plan.pending() == durable.size());
      now += milliseconds{random() % 2000};
    }
    while (plan.pending() > 0) {
      now = std::max(now, plan.next_due());
      for (const DueAttempt& due : plan.take_due(now))
        plan.on_outcome(due.outbox_id, kDelivered, 200, now);
      take_reports();
    }
    CHECK(ended.size() == static_cast<std::size_t>(next_id));
  }
}

TEST_CASE("an endpoint that says it is gone gets nothing until it is enabled, and nothing is lost",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a"), endpoint("b")});
  for (const std::int64_t id : {1, 2}) plan.push(entry(id, "a"), kStart);
  only_due(plan, kStart);
  Delivery gone = kRejected;
  gone.gone = true;
  plan.on_outcome(1, gone, 410, kStart);
  plan.push(entry(3, "a"), kStart);
  plan.push(entry(4, "b"), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{4});
  const auto reports = plan.take_reports();
  REQUIRE(reports.size() == 3);
  for (const DeliveryReport& report : reports) CHECK(report.record.fate == Fate::dead);
  CHECK(reports[0].record.permanent);
  CHECK_FALSE(reports[1].record.permanent);
  CHECK(plan.disabled().count("a") == 1);
  CHECK(plan.disabled().size() == 1);
  plan.enable("a");
  plan.push(entry(5, "a"), kStart);
  CHECK(ids(plan.take_due(kStart)) == Ids{5});
}

}  // namespace tocsin
