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

namespace {

Endpoint channel(const std::string& id) {
  Endpoint e;
  e.id = e.label = id;
  return e;
}

DeliveryReport report_of(const OutboxEntry& entry, DeliveryRecord::Fate fate) {
  return {{.outbox_id = entry.id, .fate = fate, .attempts = 1, .detail = "HTTP 404"},
          entry.message_id,
          entry.topic,
          entry.endpoint,
          entry.endpoint_label,
          entry.dedup_key};
}

// Delivers what is pending; security/a refuses. What else goes out in the end.
std::vector<OutboxEntry> settle(Process& process, Commit& pending, Instant now, bool refuses) {
  std::vector<OutboxEntry> others;
  for (const OutboxEntry& entry : process.commit(pending, now)) {
    const bool is_a = entry.endpoint == "security/a";
    if (!is_a) others.push_back(entry);
    const DeliveryReport report = report_of(
        entry, is_a && refuses ? DeliveryRecord::Fate::dead : DeliveryRecord::Fate::delivered);
    process.outgoing.observe(report, RuleSet{}, now, *process.store, pending);
    pending.deliveries.push_back(report.record);
  }
  return others;
}

std::vector<OutboxEntry> told_of_failure(EndpointTable endpoints) {
  const TempDir dir;
  Process process(dir.path(), kStart);
  process.outgoing.set_endpoints(std::move(endpoints), kStart);
  Commit pending;
  process.outgoing.add(message(1, AlarmState::alarm), kStart, pending);
  settle(process, pending, kStart, true);
  return process.commit(pending, kStart);
}

}  // namespace

TEST_CASE("a channel's failure is told where people of its topic still are", "[store][channels]") {
  const auto told = told_of_failure({{"security", {channel("security/a"), channel("security/b")}},
                                     {"default", {channel("default/a")}}});
  REQUIRE(told.size() == 1);
  CHECK(told[0].endpoint == "security/b");
  CHECK(
      told[0].message->summary.starts_with("Not delivered to security/a (HTTP 404; 1 attempt): "));
  CHECK(told[0].message->transition.alarm == "a1");
}

TEST_CASE("a topic's only channel that fails is told of on topic default, without the message",
          "[store][channels]") {
  const auto told = told_of_failure({{"security", {channel("security/a")}},
                                     {"default", {channel("default/a")}},
                                     {"ops", {channel("ops/a")}}});
  REQUIRE(told.size() == 1);
  CHECK(told[0].endpoint == "default/a");
  CHECK(told[0].topic == "default");
  CHECK(told[0].message->summary == "Not delivered to security/a (HTTP 404; 1 attempt)");
  CHECK(told[0].message->transition.alarm == "tocsin-channel");
  CHECK_FALSE(told[0].message->cloudwatch_message.empty());
  CHECK(told_of_failure({{"security", {channel("security/a")}}, {"ops", {channel("ops/a")}}})
            .empty());
}

TEST_CASE("one incident is told once, over a death of the process, and once when it is over",
          "[store][channels]") {
  const TempDir dir;
  const EndpointTable table{{"security", {channel("security/a"), channel("security/b")}}};
  std::vector<std::string> notices, summaries;
  Instant now = kStart;
  for (int i = 1; i <= 6; ++i) {
    Process process(dir.path(), now);
    process.outgoing.set_endpoints(table, now);
    process.outgoing.restore(process.store->load()->rows, {});
    Commit pending;
    process.outgoing.add(message(i, AlarmState::alarm), now, pending);
    settle(process, pending, now, i < 6);
    CHECK(process.outgoing.troubles().size() == (i < 6 ? 1 : 0));
    for (const OutboxEntry& entry : settle(process, pending, now, true)) {
      notices.push_back(entry.message->subject);
      summaries.push_back(entry.message->summary);
    }
    process.commit(pending, now);
    now += hours{2};
  }
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].starts_with("Not delivered to security/a: "));
  CHECK(notices[1].starts_with("security/a works again after 10h; 5 messages became dead letters"));
  CHECK(
      summaries[1].starts_with("security/a works again after 10h; 5 messages became dead letters"));
}

TEST_CASE("a message that is given up twice is told twice, under two ids", "[store][channels]") {
  const TempDir dir;
  Process process(dir.path(), kStart);
  process.outgoing.set_endpoints({{"security", {channel("security/a"), channel("security/b")}}},
                                 kStart);
  Commit pending;
  const auto told_of_it = [&](Instant now) {
    // As `tocsin dlq redrive` has it: the message keeps its id.
    process.outgoing.add(message(2, AlarmState::alarm), now, pending);
    settle(process, pending, now, true);
    const auto notices = settle(process, pending, now, true);
    process.commit(pending, now);
    REQUIRE(notices.size() == 1);
    return notices[0].message_id;
  };
  const std::string first = told_of_it(kStart);
  process.outgoing.add(message(1, AlarmState::alarm), kStart + hours{1}, pending);
  settle(process, pending, kStart + hours{1}, false);
  process.commit(pending, kStart + hours{1});
  CHECK(told_of_it(kStart + hours{3}) != first);
}

TEST_CASE("a channel that was taken out while the daemon was down fails no longer",
          "[store][channels]") {
  const TempDir dir;
  Process process(dir.path(), kStart);
  process.outgoing.set_endpoints({{"security", {channel("security/a")}}}, kStart);
  Commit pending;
  process.outgoing.add(message(1, AlarmState::alarm), kStart, pending);
  settle(process, pending, kStart, true);
  process.commit(pending, kStart);
  Outgoing after;
  after.set_endpoints({{"security", {channel("security/b")}}}, kStart);
  after.restore(process.store->load()->rows, {});
  CHECK(after.troubles().empty());
  // Nor does its row come back.
  std::vector<StateRow> rows;
  after.collect(rows);
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].value);
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
