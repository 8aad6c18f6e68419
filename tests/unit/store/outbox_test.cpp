// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"
#include "unit/store/open_store.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("a delivered message leaves the outbox and its text goes with the last endpoint",
          "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  const auto created = store->commit(sample_commit(1));
  REQUIRE(created);
  Commit outcome;
  outcome.deliveries = {delivered((*created)[0].id)};
  REQUIRE(store->commit(outcome));
  REQUIRE(store->outbox()->size() == 1);
  CHECK_THAT(*store->notification((*created)[1].id), Contains("\"message_id\":\"m-1\""));
  outcome.deliveries = {delivered((*created)[1].id), delivered((*created)[1].id)};
  REQUIRE(store->commit(outcome));
  CHECK(store->outbox()->empty());
  CHECK(store->report().outbox_rows == 0);
}

TEST_CASE("a retry remembers attempts, time and reason", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  const auto created = store->commit(sample_commit(1));
  REQUIRE(created);
  Commit outcome;
  DeliveryRecord record = outcome_of((*created)[0].id, DeliveryRecord::Fate::retry);
  record.attempts = 3;
  record.next_attempt = instant_from_ms(77'000);
  record.detail = "503 from hooks.slack.com";
  outcome.deliveries = {record};
  REQUIRE(store->commit(outcome));
  const auto outbox = store->outbox();
  CHECK((*outbox)[0].attempts == 3);
  CHECK((*outbox)[0].next_attempt == instant_from_ms(77'000));
  CHECK((*outbox)[0].last_detail == "503 from hooks.slack.com");
}

TEST_CASE("a message that waits remembers that a newer one of its alarm was delivered", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit newer = sample_commit(2), other = sample_commit(3);
  newer.notifications[0].dedup_key = sample_message(1).dedup_key;
  REQUIRE(store->commit(sample_commit(1)));
  const auto created = store->commit(newer);
  REQUIRE(created);
  REQUIRE(store->commit(other));
  Commit outcome;
  outcome.deliveries = {delivered((*created)[0].id)};
  REQUIRE(store->commit(outcome));
  const auto outbox = store->outbox();
  REQUIRE(outbox->size() == 5);
  for (const OutboxEntry& e : *outbox)
    CHECK(e.superseded == (e.sequence == 1 && e.endpoint == (*created)[0].endpoint));
}

TEST_CASE("what a channel remembers is stored with the outcome, over a restart", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  const auto created = store->commit(sample_commit(1));
  REQUIRE(created);
  const std::string endpoint = (*created)[0].endpoint;
  Commit outcome;
  outcome.deliveries = {outcome_of((*created)[0].id, DeliveryRecord::Fate::retry),
                        delivered((*created)[1].id)};
  outcome.deliveries[0].receipt = "half";
  REQUIRE(store->commit(outcome));
  outcome.deliveries = {delivered((*created)[0].id)};
  outcome.deliveries[0].receipt = "whole";
  REQUIRE(store->commit(outcome));
  store.reset();
  store = open_store(dir.path());
  const auto receipts = store->receipts();
  REQUIRE(receipts);
  REQUIRE(receipts->size() == 1);
  CHECK((*receipts)[0].endpoint == endpoint);
  CHECK((*receipts)[0].dedup_key == sample_message(1).dedup_key);
  CHECK((*receipts)[0].text == "whole");

  Commit next = sample_commit(2);
  next.notifications[0].dedup_key = sample_message(1).dedup_key;
  const auto more = store->commit(next);
  REQUIRE(more);
  outcome.deliveries = {delivered((*more)[0].id)};
  REQUIRE(store->commit(outcome));
  CHECK(store->receipts()->size() == 1);  // an outcome without one leaves it
  REQUIRE(store->commit(sample_commit(3)));
  outcome.deliveries = {delivered((*more)[1].id)};
  outcome.deliveries[0].receipt = "";
  REQUIRE(store->commit(outcome));
  CHECK(store->receipts()->size() == 1);  // it was another endpoint's
}

TEST_CASE("a message given up is kept as a dead letter with its text", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  const auto created = store->commit(sample_commit(1));
  REQUIRE(created);
  Commit outcome;
  outcome.now = instant_from_ms(1000);
  DeliveryRecord record = outcome_of((*created)[0].id, DeliveryRecord::Fate::dead);
  record.at = instant_from_ms(1000);
  record.status = 404;
  record.detail = "404 from hooks.slack.com";
  outcome.deliveries = {record};
  REQUIRE(store->commit(outcome));
  const auto dead = store->dead_letters({});
  REQUIRE(dead);
  REQUIRE(dead->size() == 1);
  CHECK((*dead)[0].detail == "404 from hooks.slack.com");
  CHECK((*dead)[0].notification == *store->notification((*created)[1].id));
  CHECK(store->report().dead_letters == 1);
  CHECK(store->report().outbox_rows == 1);

  SECTION("until its retention is over") {
    Commit later;
    later.now = instant_from_ms(1000) + days{14} + Duration{1};
    later.positions = {{"g", "p", "v"}};
    REQUIRE(store->commit(later));
    CHECK(store->dead_letters({})->empty());
    CHECK(store->report().dead_letters == 0);
  }
}

TEST_CASE("a message beyond the outbox's bound becomes a dead letter and is counted", "[store]") {
  const TempDir dir;
  StoreOptions options;
  options.outbox_rows_max = 2;
  auto store = open_store(dir.path(), options);
  REQUIRE(store->commit(sample_commit(1))->size() == 2);
  REQUIRE(store->commit(sample_commit(2))->size() == 2);
  REQUIRE(store->commit(sample_commit(3))->empty());
  CHECK(store->report().outbox_overflows == 2);
  CHECK(store->report().outbox_rows == 4);
  REQUIRE(store->dead_letters({})->size() == 2);
  CHECK((*store->dead_letters({.limit = 1}))[0].message_id == "m-3");
  const auto told = store->take_overflowed();
  REQUIRE(told.size() == 2);
  CHECK(told[0].message_id == "m-3");
  CHECK_THAT(told[0].record.detail, Contains("more than 2 messages"));
  CHECK(store->take_overflowed().empty());
}

TEST_CASE("ids of the outbox are never used twice", "[store]") {
  const TempDir dir;
  std::int64_t last = 0;
  for (int i = 1; i <= 3; ++i) {
    auto store = open_store(dir.path());
    const auto created = store->commit(sample_commit(i));
    REQUIRE(created);
    CHECK((*created)[0].id > last);
    last = created->back().id;
    Commit outcome;
    for (const OutboxEntry& e : *created) outcome.deliveries.push_back(delivered(e.id));
    REQUIRE(store->commit(outcome));
  }
}

TEST_CASE("a message held for a digest waits over a restart and is sent by nobody", "[store]") {
  const TempDir dir;
  Commit commit = sample_commit(1);
  commit.endpoints[0][1].held_for = "digest-1";
  {
    auto store = open_store(dir.path());
    const auto created = store->commit(commit);
    REQUIRE(created);
    REQUIRE(created->size() == 1);
    CHECK((*created)[0].endpoint == commit.endpoints[0][0].endpoint);
  }
  auto store = open_store(dir.path());
  REQUIRE(store->outbox()->size() == 1);
  const auto held = store->held();
  REQUIRE(held);
  REQUIRE(held->size() == 1);
  CHECK((*held)[0].held_for == "digest-1");
  CHECK((*held)[0].endpoint == commit.endpoints[0][1].endpoint);
  CHECK((*held)[0].message_id == "m-1");
}

TEST_CASE("a digest takes the place of what was held for it, in one commit", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  for (int n = 1; n <= 3; ++n) {
    Commit commit = sample_commit(n);
    commit.endpoints[0].pop_back();
    commit.endpoints[0][0].held_for = n < 3 ? "digest-1" : "digest-2";
    REQUIRE(store->commit(commit));
  }
  // The last one that is held comes in the commit of the digest.
  Commit last = sample_commit(4);
  last.endpoints[0].pop_back();
  last.endpoints[0][0].held_for = "digest-1";
  Notification digest = sample_message(9);
  last.notifications.push_back(digest);
  last.endpoints.push_back({{"security/slack/1", "slack hooks.slack.com"}});
  last.digested = {"digest-1"};
  const auto created = store->commit(last);
  REQUIRE(created);
  REQUIRE(created->size() == 1);
  CHECK((*created)[0].message_id == "m-9");
  REQUIRE(store->held()->size() == 1);
  CHECK(store->held()->front().message_id == "m-3");
  CHECK(store->report().outbox_rows == 2);
}

TEST_CASE("a message that waited alone is sent as it is, and its attempts count from then",
          "[store]") {
  const TempDir dir;
  Commit commit = sample_commit(1);
  commit.endpoints[0].pop_back();
  commit.endpoints[0][0].held_for = "digest-1";
  Commit release;
  release.now = commit.now + hours{2};
  release.released = {"digest-1"};
  {
    auto store = open_store(dir.path());
    REQUIRE(store->commit(commit));
    const auto created = store->commit(release);
    REQUIRE(created);
    REQUIRE(created->size() == 1);
    CHECK((*created)[0].message_id == "m-1");
    CHECK((*created)[0].created == release.now);
    CHECK(store->notification((*created)[0].id));
  }
  auto store = open_store(dir.path());
  CHECK(store->held()->empty());
  REQUIRE(store->outbox()->size() == 1);
  CHECK(store->outbox()->front().created == release.now);
}

}  // namespace
}  // namespace tocsin
