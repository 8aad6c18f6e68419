// SPDX-License-Identifier: Apache-2.0
#include "daemon/store/store.hpp"

#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"
#include "unit/store/open_store.hpp"

namespace tocsin {
namespace {

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

}  // namespace
}  // namespace tocsin
