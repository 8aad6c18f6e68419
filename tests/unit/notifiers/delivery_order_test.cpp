// SPDX-License-Identifier: Apache-2.0
// Which message of an alarm's key waits for which: spec/notifications.md, order.
#include "notifiers/digest.hpp"
#include "unit/notifiers/plan_fixture.hpp"

namespace tocsin {

using namespace test;

namespace {

// A digest of what was told of the keys `of`.
OutboxEntry digest_entry(std::int64_t id, std::string endpoint,
                         const std::vector<std::string>& of) {
  OutboxEntry e = entry(id, std::move(endpoint), digest_key(std::to_string(id)));
  Notification digest;
  for (const std::string& key : of) digest.digest.emplace_back().dedup_key = key;
  e.message = std::make_shared<const Notification>(std::move(digest));
  return e;
}

}  // namespace

TEST_CASE("OK waits behind a retried ALARM of the same key and goes when that is delivered",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a", "key"), kStart);
  only_due(plan, kStart);
  plan.on_outcome(1, kRetry, 503, kStart);
  plan.push(entry(2, "a", "key"), kStart);
  CHECK(plan.take_due(kStart).empty());
  const Instant retry = plan.next_due();
  CHECK(only_due(plan, retry).outbox_id == 1);
  plan.on_outcome(1, kDelivered, 200, retry);
  const DueAttempt ok = only_due(plan, retry);
  CHECK(ok.outbox_id == 2);
  CHECK_FALSE(ok.attempt.overtaking);
}

TEST_CASE("OK overtakes an ALARM that is retried for a minute; both say so", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a", "key"), kStart);
  plan.push(entry(2, "a", "key"), kStart);
  Instant now = kStart;
  std::optional<DueAttempt> overtaker;
  while (!overtaker) {
    for (const DueAttempt& due : plan.take_due(now)) {
      if (due.outbox_id == 2) overtaker = due;
      plan.on_outcome(due.outbox_id, due.outbox_id == 2 ? kDelivered : kRetry, 0, now);
    }
    if (!overtaker) now = plan.next_due();
    REQUIRE(now <= kStart + seconds{60});
  }
  CHECK(now == kStart + seconds{60});
  CHECK(overtaker->attempt.overtaking);
  CHECK_FALSE(overtaker->attempt.superseded);
  const DueAttempt late = only_due(plan, plan.next_due());
  CHECK(late.outbox_id == 1);
  CHECK(late.attempt.superseded);
}

TEST_CASE("what was superseded before a restart says so after it", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  OutboxEntry stored = entry(1, "a", "key");
  stored.superseded = true;
  plan.push(stored, kStart);
  CHECK(only_due(plan, kStart).attempt.superseded);
}

TEST_CASE("nothing waits behind an ALARM that has been retried for longer than a minute",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  OutboxEntry old = entry(1, "a", "key");
  old.attempts = 9;
  old.next_attempt = kStart + hours{1};
  plan.push(old, kStart);
  const Instant now = kStart + minutes{10};
  plan.push(entry(2, "a", "key", now), now);
  CHECK(only_due(plan, now).outbox_id == 2);
}

TEST_CASE("a burst of one key is held one minute, not one each", "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  for (std::int64_t id = 1; id <= 10; ++id) plan.push(entry(id, "a", "key"), kStart);
  Ids order;
  Instant now = kStart;
  while (order.size() < 9) {
    REQUIRE(now < kStart + minutes{2});
    for (const DueAttempt& due : plan.take_due(now)) {
      if (due.outbox_id > 1) order.push_back(due.outbox_id);
      plan.on_outcome(due.outbox_id, due.outbox_id > 1 ? kDelivered : kRetry, 0, now);
    }
    now = std::max(now, plan.next_due());
  }
  CHECK(order == Ids{2, 3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE("a message waits behind a digest that is retried and tells of its alarm",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(digest_entry(1, "a", {"x", "y"}), kStart);
  plan.push(entry(2, "a", "y"), kStart);
  plan.push(entry(3, "a", "z"), kStart);
  CHECK(only_due(plan, kStart).outbox_id == 1);
  plan.on_outcome(1, kRetry, 503, kStart);
  CHECK(only_due(plan, kStart).outbox_id == 3);
  plan.on_outcome(3, kDelivered, 200, kStart);
  CHECK(plan.take_due(kStart).empty());

  SECTION("until it is delivered") {
    CHECK(only_due(plan, kStart + seconds{30}).outbox_id == 1);
    plan.on_outcome(1, kDelivered, 200, kStart + seconds{30});
    const DueAttempt next = only_due(plan, kStart + seconds{30});
    CHECK(next.outbox_id == 2);
    CHECK_FALSE(next.attempt.overtaking);
  }
  SECTION("or for a minute, and then both say so") {
    CHECK(only_due(plan, kStart + seconds{30}).outbox_id == 1);
    plan.on_outcome(1, kRetry, 503, kStart + seconds{30});
    const Instant now = kStart + minutes{1};
    DueAttempt last;
    for (auto due = plan.take_due(now); !due.empty(); due = plan.take_due(now)) {
      last = due[0];
      plan.on_outcome(last.outbox_id, last.outbox_id == 1 ? kRetry : kDelivered, 0, now);
    }
    CHECK(last.outbox_id == 2);
    CHECK(last.attempt.overtaking);
    const DueAttempt late = only_due(plan, kStart + hours{1});
    CHECK(late.outbox_id == 1);
    CHECK(late.attempt.superseded);
  }
}

TEST_CASE("a digest waits behind a message of one of its alarms that is retried",
          "[notifiers][plan]") {
  DeliveryPlan plan = plan_with({endpoint("a")});
  plan.push(entry(1, "a", "y"), kStart);
  plan.push(digest_entry(2, "a", {"x", "y"}), kStart);
  plan.push(entry(3, "a", "x"), kStart);
  CHECK(only_due(plan, kStart).outbox_id == 1);
  plan.on_outcome(1, kRetry, 503, kStart);
  CHECK(plan.take_due(kStart).empty());
  std::vector<std::int64_t> order;
  Instant now = kStart + seconds{30};
  for (int i = 0; i < 3; ++i) {
    order.push_back(only_due(plan, now).outbox_id);
    plan.on_outcome(order.back(), kDelivered, 200, now);
  }
  CHECK(order == Ids{1, 2, 3});
  CHECK(plan.pending() == 0);
}

}  // namespace tocsin
