// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store.hpp"

#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

using Catch::Matchers::Contains;

std::unique_ptr<Store> open_store(const std::string& directory, StoreOptions options = {}) {
  options.reserve_bytes = 64 * 1024;
  Result<std::unique_ptr<Store>> store = Store::open(directory, options);
  INFO((store ? "" : store.error().text));
  REQUIRE(store);
  return std::move(*store);
}

TEST_CASE("what was committed is there after a restart", "[store]") {
  const TempDir dir;
  Commit commit = sample_commit(1);
  {
    auto store = open_store(dir.path());
    const auto created = store->commit(commit);
    REQUIRE(created);
    REQUIRE(created->size() == 2);
    CHECK((*created)[0].endpoint == "security/slack/1");
    CHECK((*created)[0].message->message_id == "m-1");
    CHECK((*created)[1].message == (*created)[0].message);
  }
  auto store = open_store(dir.path());
  const auto image = store->load();
  REQUIRE(image);
  CHECK(image->next_sequence == 2);
  REQUIRE(image->rows.size() == 1);
  CHECK(image->rows[0].value == commit.state.rows[0].value);
  REQUIRE(image->seen.size() == 1);
  CHECK(image->seen[0].id == commit.state.seen[0].id);
  CHECK(image->seen[0].time == commit.state.seen[0].time);
  REQUIRE(image->alarms.size() == 1);
  CHECK(image->alarms[0].key == commit.state.alarms[0].key);
  CHECK(image->alarms[0].state == AlarmState::alarm);
  const auto positions = store->positions();
  REQUIRE(positions);
  REQUIRE(positions->size() == 1);
  CHECK((*positions)[0].second[0].value == commit.positions[0].value);
  const auto outbox = store->outbox();
  REQUIRE(outbox);
  REQUIRE(outbox->size() == 2);
  CHECK((*outbox)[1].endpoint_label == "email ops@example.com");
  CHECK((*outbox)[1].created == commit.now);
  const auto history = store->history({.alarm = "root-login", .limit = 10});
  REQUIRE(history);
  REQUIRE(history->size() == 1);
  CHECK((*history)[0].summary == "Alarm updated from OK to ALARM");
  const auto transitions = store->transitions("root-login", 10);
  REQUIRE(transitions);
  REQUIRE(transitions->size() == 1);
  CHECK((*transitions)[0].events[0].message == "event 1");
}

TEST_CASE("positions and rows without a value are gone", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  REQUIRE(store->commit(sample_commit(1)));
  Commit removal;
  removal.now = instant_from_ms(5);
  removal.positions = {{"cloudtrail", "file-1", std::nullopt}};
  removal.state.rows = {{"cell", "1", std::nullopt}};
  removal.state.seen_floor = {{"cloudtrail", instant_from_ms(1'000'000'000'000)}};
  removal.state.removed = {{"root-login", sample_key(1)}};
  REQUIRE(store->commit(removal));
  const auto image = store->load();
  REQUIRE(image);
  CHECK(image->rows.empty());
  CHECK(image->seen.empty());
  CHECK(image->alarms.empty());
  CHECK(store->positions()->empty());
}

TEST_CASE("bytes that are no text come back as they were", "[store]") {
  const TempDir dir;
  const std::string wild("\0\xff:\n\x80", 5);
  auto store = open_store(dir.path());
  Commit commit;
  commit.positions = {{wild, wild, wild}};
  commit.state.rows = {{"cell", wild, wild}};
  AlarmStatus status;
  status.alarm = status.reason = wild;
  status.key = {{wild, ""}, {"", wild}};
  commit.state.alarms = {status};
  REQUIRE(store->commit(commit));
  const auto image = store->load();
  REQUIRE(image);
  CHECK(image->rows[0].id == wild);
  CHECK(image->rows[0].value == wild);
  CHECK(image->alarms[0].alarm == wild);
  CHECK(image->alarms[0].key == commit.state.alarms[0].key);
  CHECK((*store->positions())[0].second[0].name == wild);
}

TEST_CASE("the sequence never goes back", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  CHECK(store->load()->next_sequence == 1);
  Commit commit;
  commit.state.next_sequence = 9;
  REQUIRE(store->commit(commit));
  commit.state.next_sequence = 4;
  REQUIRE(store->commit(commit));
  CHECK(store->load()->next_sequence == 9);
}

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

TEST_CASE("an empty commit is a transaction that changes nothing", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit commit;
  CHECK(commit.empty());
  CHECK(store->commit(commit));
  CHECK_FALSE(sample_commit(1).empty());
}

AlarmStatus status_of(const std::string& alarm, AlarmKey key, AlarmState state, int since) {
  AlarmStatus s;
  s.alarm = alarm;
  s.key = std::move(key);
  s.state = state;
  s.state_since = instant_from_ms(since);
  return s;
}

TEST_CASE("alarms are listed by state in pages, by key or as a whole", "[store]") {
  const TempDir dir;
  auto store = open_store(dir.path());
  Commit commit;
  commit.state.next_sequence = 1;
  commit.state.alarms = {
      status_of("calm", {}, AlarmState::ok, 1),
      status_of("new", {}, AlarmState::insufficient_data, 1),
      status_of("sets[1]", {{"ip", "1"}}, AlarmState::ok, 1),
      status_of("sets[1]", {{"ip", "2"}}, AlarmState::alarm, 2),
      status_of("sets[1]", {{"ip", "3"}}, AlarmState::alarm, 3),
      status_of("red", {}, AlarmState::alarm, 1),
  };
  REQUIRE(store->commit(commit));

  AlarmQuery query{.alarm = {}, .pattern = {}, .state = {}, .after = {}, .limit = 2};
  std::string seen;
  for (;;) {
    const auto page = store->alarms(query);
    REQUIRE(page);
    for (const AlarmStatus& s : *page)
      seen += s.alarm + (s.key.empty() ? "" : s.key[0].second) + " ";
    if (page->size() < 2) break;
    query.after = {page->back().state, page->back().alarm, page->back().key};
  }
  CHECK(seen == "red sets[1]2 sets[1]3 new calm sets[1]1 ");

  seen.clear();
  query.after.reset();
  for (;;) {
    const auto page = store->alarm_summaries(query);
    REQUIRE(page);
    for (const AlarmSummary& s : *page)
      seen += s.status.alarm + (s.status.key.empty() ? "" : s.status.key[0].second) + ":" +
              std::to_string(s.keys.alarm) + "/" + std::to_string(s.keys.total()) + " ";
    if (page->size() < 2) break;
    query.after = {page->back().status.state, page->back().status.alarm, {}};
  }
  CHECK(seen == "red:0/0 sets[1]3:2/3 new:0/0 calm:0/0 ");

  const auto size = [&](const AlarmQuery& q) { return store->alarms(q)->size(); };
  CHECK(size({.alarm = {}, .pattern = "*[1]", .state = {}, .after = {}}) == 3);
  CHECK(size({.alarm = {}, .pattern = {}, .state = AlarmState::alarm, .after = {}}) == 3);
  CHECK(size({.alarm = "sets[1]", .pattern = {}, .state = AlarmState::ok, .after = {}}) == 1);
  CHECK(store->alarm_summaries({.alarm = {}, .pattern = {}, .state = AlarmState::ok, .after = {}})
            ->size() == 1);
  const auto counts = store->state_counts();
  // An alarm is counted by its row without a key.
  CHECK(counts->alarm == 1);
  CHECK(counts->ok == 1);
  CHECK(counts->insufficient_data == 1);
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
