// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"
#include "unit/store/open_store.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("old history goes in small steps, new history stays", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit old;
  old.now = instant_from_ms(0);
  for (int i = 0; i < 100; ++i) old.history.push_back(history_item("a", instant_from_ms(i)));
  REQUIRE(store->commit(old));
  Commit fresh;
  fresh.now = instant_from_ms(0) + days{31};
  fresh.history = {history_item("a", fresh.now)};
  fresh.history[0].summary = "new";
  REQUIRE(store->commit(fresh));
  const std::size_t left = store->history({.alarm = "a", .limit = 1000})->size();
  CHECK(left < 101);
  CHECK(left > 1);
  fresh.history.clear();
  fresh.positions = {{"g", "p", "v"}};
  for (int i = 0; i < 10; ++i) REQUIRE(store->commit(fresh));
  const auto items = store->history({.alarm = "a", .limit = 1000});
  REQUIRE(items->size() == 1);
  CHECK((*items)[0].summary == "new");
}

TEST_CASE("history is bounded in number too", "[store]") {
  const TempDir dir;
  StoreOptions options;
  options.history_rows_max = 10;
  options.transition_rows_max = 5;
  auto store = open_store(dir.path(), options);
  for (int i = 1; i <= 30; ++i) REQUIRE(store->commit(sample_commit(i)));
  CHECK(store->history({.alarm = "root-login", .limit = 1000})->size() == 10);
  const auto transitions = store->transitions("root-login", 1000);
  CHECK(transitions->size() == 5);
  CHECK(transitions->front().sequence == 30);
}

TEST_CASE("what became of a delivery stands in its alarm's history, in the same commit",
          "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  const auto created = store->commit(sample_commit(1));
  REQUIRE(created);
  Commit outcome;
  outcome.now = instant_from_ms(900'000'000'200);
  outcome.deliveries = {delivered((*created)[0].id),
                        outcome_of((*created)[1].id, DeliveryRecord::Fate::retry)};
  outcome.deliveries[1].attempts = 1;
  for (DeliveryRecord& record : outcome.deliveries) record.at = outcome.now;
  REQUIRE(store->commit(outcome));
  const auto items = store->history({.alarm = "root-login", .type = "AlarmContributorAction"});
  REQUIRE(items);
  REQUIRE(items->size() == 2);
  CHECK_THAT((*items)[1].data, Contains("\"Succeeded\""));
  CHECK_THAT((*items)[0].data, Contains("\"InProgress\""));
  CHECK((*items)[0].key == sample_key(1));

  SECTION("once, however often it is told") {
    outcome.deliveries = {delivered((*created)[0].id)};
    REQUIRE(store->commit(outcome));
    CHECK(store->history({.alarm = "root-login", .type = "AlarmContributorAction"})->size() == 2);
  }
  SECTION("but not of a notice of Tocsin's own") {
    Commit notice = sample_commit(2);
    notice.history.clear();
    notice.notifications[0].dedup_key = "tocsin-dead-letter security/slack/1";
    const auto sent = store->commit(notice);
    REQUIRE(sent);
    outcome.deliveries = {delivered((*sent)[0].id)};
    REQUIRE(store->commit(outcome));
    CHECK(store->history({.alarm = "root-login", .type = "AlarmContributorAction"})->size() == 2);
  }
}

TEST_CASE("history is asked for by type, time and page", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit commit;
  commit.now = instant_from_ms(100);
  for (int i = 0; i < 6; ++i) {
    commit.history.push_back(history_item("a", instant_from_ms(i)));
    if (i % 2 == 1) commit.history.back().type = "Action";
    commit.history.back().alarm_type = AlarmType::composite;
  }
  REQUIRE(store->commit(commit));
  const auto first = store->history({.alarm = "a", .limit = 4});
  REQUIRE(first);
  REQUIRE(first->size() == 4);
  CHECK((*first)[0].time == instant_from_ms(5));
  CHECK((*first)[0].alarm_type == AlarmType::composite);
  const auto next = store->history({.alarm = "a", .before_id = (*first)[3].id, .limit = 4});
  REQUIRE(next->size() == 2);
  CHECK((*next)[0].time == instant_from_ms(1));
  CHECK(store->history({.alarm = "a", .type = "Action"})->size() == 3);
  CHECK(store->history({.alarm = "a", .since = instant_from_ms(4)})->size() == 2);
  CHECK(store->history({.alarm = "a", .until = instant_from_ms(4)})->size() == 4);
  CHECK(store->history({.alarm = "b"})->empty());
}

TEST_CASE("history that comes fast goes as fast", "[store]") {
  const TempDir dir;
  StoreOptions options;
  options.history_rows_max = 100;
  auto store = open_store(dir.path(), options);
  Commit commit;
  commit.now = instant_from_ms(100);
  for (int i = 0; i < 500; ++i) commit.history.push_back(history_item("a", commit.now));
  for (int i = 0; i < 5; ++i) REQUIRE(store->commit(commit));
  CHECK(store->history({.alarm = "a", .limit = 10'000})->size() <= 500);
}

TEST_CASE("how long history is kept can change while it is written", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit commit;
  commit.now = instant_from_ms(0);
  commit.history = {history_item("a", commit.now)};
  REQUIRE(store->commit(commit));
  store->keep_history_for(hours{1});
  commit.now += hours{2};
  commit.history = {history_item("b", commit.now)};
  REQUIRE(store->commit(commit));
  CHECK(store->history({.alarm = "a"})->empty());
}

}  // namespace
}  // namespace tocsin
