// SPDX-License-Identifier: Apache-2.0
// What is held, with the store under it: a process that dies between any two commits neither loses
// a message nor sends it twice.
#include "daemon/outgoing.hpp"

#include <map>
#include <random>
#include <set>

#include "daemon/dead_letter_redrive.hpp"
#include "notifiers/digest.hpp"
#include "notifiers/own_notice.hpp"
#include "rules/message/notification_json.hpp"
#include "support/catch.hpp"
#include "support/sample_commit.hpp"
#include "support/temp_dir.hpp"

namespace tocsin {
namespace {

const Instant kStart = instant_from_ms(1'773'488'400'000);

Notification message(int number, AlarmState state) {
  Notification n = sample_message(number);
  n.dedup_key = n.alarm_arn = n.transition.alarm = "a" + std::to_string(number % 3);
  n.transition.to = state;
  n.transition.sequence = static_cast<std::uint64_t>(number) + 1;
  return n;
}

EndpointTable table() {
  Endpoint grouped, digested, plain;
  grouped.id = grouped.label = "security/slack/1";
  grouped.quiet.group.interval = seconds{30};
  grouped.quiet.rate = {3, seconds{20}};
  digested.id = digested.label = "security/email/a";
  digested.quiet.digest.every = minutes{2};
  plain.id = plain.label = "security/webhook/1";
  return {{"security", {grouped, digested, plain}}};
}

// The core's part of the daemon.
struct Process {
  Process(const std::string& directory, Instant now) {
    StoreOptions options;
    options.durability = Durability::normal;
    options.reserve_bytes = 64 * 1024;
    auto opened = Store::open(directory, options);
    REQUIRE(opened);
    store = std::move(*opened);
    outgoing.set_endpoints(table(), now);
    outgoing.restore(store->load()->rows, *store->held());
  }
  std::vector<OutboxEntry> commit(Commit& pending, Instant now) {
    pending.now = now;
    outgoing.collect(pending.state.rows);
    const auto created = store->commit(pending);
    REQUIRE(created);
    pending = {};
    return *created;
  }
  std::unique_ptr<Store> store;
  Outgoing outgoing;
};

}  // namespace

TEST_CASE("held messages survive a death at any moment, once each", "[store][noise]") {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const TempDir dir;
    Instant now = kStart;
    auto process = std::make_unique<Process>(dir.path(), now);
    // By endpoint: how often each message was handed to delivery, alone or as a line of a digest.
    std::map<std::string, std::map<std::string, std::uint64_t>> alone, counted;
    std::map<std::string, std::uint64_t> in_digests;
    std::set<std::string> digest_ids;
    const auto note = [&](const std::vector<OutboxEntry>& entries) {
      for (const OutboxEntry& entry : entries) {
        const auto text = process->store->notification(entry.id);
        REQUIRE(text);
        const auto n = notification_from_json(*text);
        REQUIRE(n);
        if (n->digest.empty()) {
          ++alone[entry.endpoint][n->message_id];
        } else {
          CHECK(digest_ids.insert(n->message_id).second);
          in_digests[entry.endpoint] += n->number;
        }
      }
    };
    constexpr int kMessages = 60;
    int stored = 0;
    while (stored < kMessages) {
      now += milliseconds{random() % 9000};
      Commit pending;
      process->outgoing.add_due(now, pending);
      const int some = 1 + static_cast<int>(random() % 3);
      for (int i = 0; i < some; ++i)
        process->outgoing.add(message(stored + i, static_cast<AlarmState>(random() % 3)), now,
                              pending);
      // Dead before the commit: the same is read again.
      if (random() % 4 == 0) {
        process.reset();
        process = std::make_unique<Process>(dir.path(), now);
        continue;
      }
      note(process->commit(pending, now));
      stored += some;
      if (random() % 4 == 0) {
        process.reset();
        process = std::make_unique<Process>(dir.path(), now);
      }
    }
    for (int i = 0; i < 100; ++i) {
      now += seconds{20};
      Commit pending;
      if (process->outgoing.add_due(now, pending)) note(process->commit(pending, now));
    }
    CHECK(process->outgoing.held().empty());
    CHECK(process->store->held()->empty());
    const EndpointTable endpoints = table();
    for (const Endpoint& e : endpoints.at("security")) {
      for (const auto& [id, times] : alone[e.id]) CHECK(times == 1);
      CHECK(alone[e.id].size() + in_digests[e.id] == static_cast<std::size_t>(stored));
    }
    CHECK(in_digests["security/email/a"] > 0);
    CHECK(in_digests["security/slack/1"] > 0);
  }
}

TEST_CASE("messages held for a subscription that is gone end as its other messages do",
          "[store][noise]") {
  const TempDir dir;
  Process process(dir.path(), kStart);
  Commit pending;
  process.outgoing.add(message(1, AlarmState::alarm), kStart, pending);
  process.outgoing.add(message(2, AlarmState::alarm), kStart, pending);
  CHECK(process.commit(pending, kStart).size() == 4);
  process.outgoing.set_endpoints({}, kStart);
  CHECK(process.outgoing.add_due(kStart, pending));
  const auto released = process.commit(pending, kStart);
  REQUIRE(released.size() == 2);
  CHECK(released[0].endpoint == "security/email/a");
  CHECK(process.store->held()->empty());
}

TEST_CASE("a notice passes the gate", "[store][noise]") {
  const TempDir dir;
  Process process(dir.path(), kStart);
  Commit pending;
  CHECK(process.outgoing.add_notice(message(1, AlarmState::alarm), "security/slack/1", pending));
  CHECK(process.commit(pending, kStart).size() == 2);
}

TEST_CASE("a digest that is lost is alarms that are lost, and no notice of Tocsin's own",
          "[store][noise]") {
  Outgoing outgoing;
  outgoing.set_endpoints(table(), kStart);
  Commit held, due;
  outgoing.add(message(1, AlarmState::alarm), kStart, held);
  outgoing.add(message(2, AlarmState::alarm), kStart, held);
  REQUIRE(outgoing.add_due(kStart + minutes{2}, due));
  REQUIRE(due.notifications.size() == 1);
  const Notification& digest = due.notifications[0];
  REQUIRE(is_digest(digest));
  CHECK(is_digest_key(digest.dedup_key));
  CHECK_FALSE(is_own_notice(digest.dedup_key));

  DeadLetter letter;
  letter.id = 1;
  letter.created = kStart;
  letter.dedup_key = digest.dedup_key;
  letter.notification = to_json(digest);
  CHECK(plan_redrive({letter}, table().at("security")[1], kStart + hours{1}));
}

}  // namespace tocsin
