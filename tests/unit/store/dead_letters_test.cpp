// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/dead_letters.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

constexpr Instant kDied = instant_from_ms(900'000'001'000);

std::unique_ptr<Store> opened(const TempDir& dir, StoreOptions options = {}) {
  auto store = Store::open(dir.path(), options);
  INFO((store ? "" : store.error().text));
  REQUIRE(store);
  return std::move(*store);
}

// Both messages of sample_commit(n) become dead letters; the ids of these.
std::vector<std::int64_t> bury(Store& store, int n, bool permanent = false) {
  const auto created = store.commit(sample_commit(n));
  REQUIRE(created);
  Commit outcomes;
  outcomes.now = kDied + Duration{n};
  std::vector<std::int64_t> ids;
  for (const OutboxEntry& entry : *created) {
    DeliveryRecord record = outcome_of(entry.id, DeliveryRecord::Fate::dead);
    record.at = outcomes.now;
    record.attempts = 3;
    record.status = 503;
    record.permanent = permanent;
    outcomes.deliveries.push_back(record);
    ids.push_back(entry.id);
  }
  REQUIRE(store.commit(outcomes));
  return ids;
}

Result<std::vector<OutboxEntry>> settle(Store& store, DeadLetterFate fate,
                                        const std::vector<std::int64_t>& ids,
                                        Instant now = kDied + hours{3}) {
  Commit commit;
  commit.now = now;
  commit.dead_letters = {{fate, ids}};
  return store.commit(commit);
}

}  // namespace

TEST_CASE("a redriven message begins anew, under the same message id", "[store]") {
  const TempDir dir;
  auto store = opened(dir);
  const auto ids = bury(*store, 1);
  const auto entries = settle(*store, DeadLetterFate::redrive, {ids[0]});
  REQUIRE(entries);
  REQUIRE(entries->size() == 1);
  const OutboxEntry& again = entries->front();
  CHECK(again.id > ids[1]);
  CHECK(again.message_id == "m-1");
  CHECK(again.endpoint == "security/slack/1");
  CHECK(again.attempts == 0);
  CHECK(again.created == kDied + hours{3});
  CHECK(store->dead_letters({})->size() == 1);
  CHECK(store->report().dead_letters == 1);
  CHECK(store->report().outbox_rows == 1);

  SECTION("and is so after a restart") {
    store.reset();
    store = opened(dir);
    const auto outbox = store->outbox();
    REQUIRE(outbox->size() == 1);
    CHECK(outbox->front().id == again.id);
    CHECK(outbox->front().created == again.created);
    CHECK(outbox->front().attempts == 0);
    CHECK(store->notification(again.id));
  }
  SECTION("and may become a dead letter again") {
    Commit outcome;
    outcome.deliveries = {outcome_of(again.id, DeliveryRecord::Fate::dead)};
    REQUIRE(store->commit(outcome));
    CHECK(store->dead_letters({})->size() == 2);
  }
}

TEST_CASE("a redriven message whose alarm is in another state by now says so", "[store]") {
  const TempDir dir;
  auto store = opened(dir);
  const auto ids = bury(*store, 1);
  Commit calm;
  AlarmStatus now_ok;
  now_ok.alarm = "root-login";
  now_ok.key = sample_key(1);
  now_ok.state = AlarmState::ok;
  calm.state.alarms = {now_ok};
  REQUIRE(store->commit(calm));
  CHECK(settle(*store, DeadLetterFate::redrive, {ids[0]})->front().superseded);
}

TEST_CASE("what is redriven never fills the outbox of its subscription", "[store]") {
  const TempDir dir;
  StoreOptions options;
  options.outbox_rows_max = 4;
  auto store = opened(dir, options);
  std::vector<std::int64_t> ids;
  for (int n = 1; n <= 3; ++n) ids.push_back(bury(*store, n)[0]);
  CHECK(settle(*store, DeadLetterFate::redrive, ids)->size() == 2);
  CHECK(store->dead_letters({.ids = ids})->size() == 1);
  CHECK(store->report().outbox_overflows == 0);
}

TEST_CASE("a dead letter that is purged is gone, and ids that are not there change nothing",
          "[store]") {
  const TempDir dir;
  auto store = opened(dir);
  const auto ids = bury(*store, 1);
  REQUIRE(settle(*store, DeadLetterFate::purge, {ids[0], 4711}));
  REQUIRE(settle(*store, DeadLetterFate::redrive, {ids[0]})->empty());
  CHECK(store->dead_letters({})->size() == 1);
  CHECK(store->report().dead_letters == 1);
  REQUIRE(settle(*store, DeadLetterFate::purge, ids));
  CHECK(store->dead_letters({})->empty());
}

TEST_CASE("dead letters are found by topic, subscription, age and reason, in pages", "[store]") {
  const TempDir dir;
  auto store = opened(dir);
  for (int n = 1; n <= 3; ++n) bury(*store, n, n == 2);
  CHECK(store->dead_letters({.topic = "security"})->size() == 6);
  CHECK(store->dead_letters({.topic = "other"})->empty());
  CHECK(store->dead_letters({.endpoint = "security/slack/1"})->size() == 3);
  CHECK(store->dead_letters({.endpoint = "email ops@example.com"})->size() == 3);
  CHECK(store->dead_letters({.since = kDied + Duration{3}})->size() == 2);
  CHECK(store->dead_letters({.retryable_only = true})->size() == 4);
  std::vector<std::int64_t> seen;
  DeadLetterQuery query{.limit = 4};
  for (;;) {
    const auto page = store->dead_letters(query);
    for (const DeadLetter& letter : *page) seen.push_back(letter.id);
    if (page->size() < query.limit) break;
    query.after = {page->back().given_up, page->back().id};
  }
  REQUIRE(seen.size() == 6);
  CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
}

}  // namespace tocsin
