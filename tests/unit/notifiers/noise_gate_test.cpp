// SPDX-License-Identifier: Apache-2.0
#include "notifiers/noise_gate.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "support/catch.hpp"

namespace tocsin {
namespace {

const Instant kStart = instant_from_ms(1'773'488'400'000);
constexpr const char* kHere = "security/slack/1";

Notification message(int number, const std::string& alarm, AlarmState state,
                     Severity severity = Severity::medium) {
  Notification n;
  n.message_id = "m-" + std::to_string(number);
  n.topic = "security";
  n.alarm_arn = "arn:" + alarm;
  n.dedup_key = alarm;
  n.summary = alarm + " says " + std::to_string(number);
  n.severity = severity;
  n.transition.alarm = alarm;
  n.transition.to = state;
  n.transition.at = kStart + seconds{number};
  return n;
}

Endpoint endpoint(QuietPolicy policy, const char* id = kHere) {
  Endpoint e;
  e.id = id;
  e.quiet = std::move(policy);
  return e;
}

NoiseGate gate_of(QuietPolicy policy) {
  NoiseGate gate;
  gate.set_endpoints({endpoint(std::move(policy))}, kStart);
  return gate;
}

std::vector<std::string> ids_of(const Batch& batch) {
  std::vector<std::string> out;
  for (const DigestLine& line : batch.lines) out.push_back(line.message_id);
  return out;
}

QuietPolicy groups(Duration interval, Duration wait = Duration{0}) {
  QuietPolicy policy;
  policy.group = {interval, wait, {"alarm"}};
  return policy;
}

}  // namespace

TEST_CASE("without a policy every message goes at once", "[notifiers][noise]") {
  NoiseGate gate = gate_of({});
  CHECK_FALSE(gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart));
  CHECK_FALSE(gate.offer(message(2, "a", AlarmState::ok), kHere, kStart));
  CHECK_FALSE(gate.offer(message(3, "a", AlarmState::alarm), "unknown", kStart));
  CHECK(gate.next_due() == kNever);
}

TEST_CASE("a group's first ALARM goes at once, what follows within the interval is one digest",
          "[notifiers][noise]") {
  NoiseGate gate = gate_of(groups(minutes{5}));
  CHECK_FALSE(gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart));
  const auto held = gate.offer(message(2, "a", AlarmState::ok), kHere, kStart + seconds{10});
  REQUIRE(held);
  CHECK(gate.offer(message(3, "a", AlarmState::alarm), kHere, kStart + seconds{20}) == held);
  CHECK_FALSE(gate.offer(message(4, "b", AlarmState::alarm), kHere, kStart + seconds{20}));
  CHECK(gate.waiting().at(kHere) == 2);
  CHECK(gate.take_due(kStart + minutes{5} - milliseconds{1}).empty());
  CHECK(gate.next_due() == kStart + minutes{5});
  const auto due = gate.take_due(kStart + minutes{5});
  REQUIRE(due.size() == 1);
  CHECK(due[0].batch.ids == std::vector{*held});
  CHECK(ids_of(due[0].batch) == std::vector<std::string>{"m-2", "m-3"});
  // The digest begins the next interval.
  CHECK(gate.offer(message(5, "a", AlarmState::ok), kHere, kStart + minutes{9}));
  CHECK(gate.take_due(kStart + minutes{10}).size() == 1);
  CHECK(gate.take_due(kStart + minutes{15}).empty());
  CHECK_FALSE(gate.offer(message(6, "a", AlarmState::ok), kHere, kStart + minutes{15}));
}

TEST_CASE("an ALARM does not wait because an OK opened its group, and what is older goes before it",
          "[notifiers][noise]") {
  NoiseGate gate = gate_of(groups(minutes{5}));
  CHECK_FALSE(gate.offer(message(1, "a", AlarmState::ok), kHere, kStart));
  CHECK(gate.offer(message(2, "a", AlarmState::insufficient_data), kHere, kStart + seconds{1}));
  CHECK_FALSE(gate.offer(message(3, "a", AlarmState::alarm), kHere, kStart + seconds{2}));
  const auto due = gate.take_due(kStart + seconds{2});
  REQUIRE(due.size() == 1);
  CHECK(ids_of(due[0].batch) == std::vector<std::string>{"m-2"});
}

TEST_CASE("with `wait` a group's first message waits for others", "[notifiers][noise]") {
  NoiseGate gate = gate_of(groups(minutes{5}, seconds{30}));
  CHECK(gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart));
  CHECK(gate.offer(message(2, "a", AlarmState::ok), kHere, kStart + seconds{29}));
  CHECK(gate.next_due() == kStart + seconds{30});
  const auto due = gate.take_due(kStart + seconds{30});
  REQUIRE(due.size() == 1);
  CHECK(due[0].batch.lines.size() == 2);
}

TEST_CASE("a digest takes all but the severities that go at once", "[notifiers][noise]") {
  QuietPolicy policy;
  policy.digest.every = hours{1};
  NoiseGate gate = gate_of(policy);
  CHECK(gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart));
  CHECK_FALSE(gate.offer(message(2, "b", AlarmState::alarm, Severity::critical), kHere, kStart));
  CHECK(
      gate.offer(message(3, "c", AlarmState::alarm, Severity::high), kHere, kStart + minutes{30}));
  const auto due = gate.take_due(kStart + hours{1});
  REQUIRE(due.size() == 1);
  CHECK(ids_of(due[0].batch) == std::vector<std::string>{"m-1", "m-3"});
  CHECK(gate.next_due() == kNever);
}

TEST_CASE("what a rate limit does not let through becomes one digest", "[notifiers][noise]") {
  QuietPolicy policy;
  policy.rate = {3, minutes{1}};
  NoiseGate gate = gate_of(policy);
  int held = 0;
  for (int i = 0; i < 100; ++i)
    held += gate.offer(message(i, "a" + std::to_string(i), AlarmState::alarm), kHere,
                       kStart + milliseconds{i})
                ? 1
                : 0;
  CHECK(held == 97);
  const auto due = gate.take_due(kStart + minutes{1});
  REQUIRE(due.size() == 1);
  CHECK(due[0].batch.lines.size() == 97);
}

TEST_CASE("storm control holds one alarm, never its first ALARM, and no channel of programs",
          "[notifiers][noise]") {
  NoiseGate gate;
  Endpoint pager = endpoint({}, "pager");
  pager.takes_digests = false;
  gate.set_endpoints({endpoint({}), pager}, kStart);
  const auto storm = [](Notification n) {
    n.storm = {2, minutes{1}};
    return n;
  };
  CHECK_FALSE(gate.offer(storm(message(1, "a", AlarmState::ok)), kHere, kStart));
  CHECK_FALSE(gate.offer(storm(message(2, "a", AlarmState::insufficient_data)), kHere, kStart));
  CHECK_FALSE(gate.offer(storm(message(3, "a", AlarmState::alarm)), kHere, kStart));
  CHECK(gate.offer(storm(message(4, "a", AlarmState::alarm)), kHere, kStart));
  CHECK_FALSE(gate.offer(storm(message(5, "b", AlarmState::alarm)), kHere, kStart));
  for (int i = 0; i < 9; ++i)
    CHECK_FALSE(gate.offer(storm(message(i, "a", AlarmState::ok)), "pager", kStart));
}

TEST_CASE("a batch that is full goes early", "[notifiers][noise]") {
  QuietPolicy policy;
  policy.digest.every = hours{24};
  NoiseGate gate = gate_of(policy);
  for (std::size_t i = 0; i < NoiseGate::kMembersMax; ++i)
    gate.offer(message(static_cast<int>(i), "a", AlarmState::ok), kHere, kStart);
  CHECK(gate.take_due(kStart).size() == 1);
}

TEST_CASE("a policy that is gone lets go of what it held", "[notifiers][noise]") {
  NoiseGate gate = gate_of(groups(hours{1}));
  gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart);
  gate.offer(message(2, "a", AlarmState::ok), kHere, kStart);
  gate.set_endpoints({endpoint({})}, kStart + seconds{1});
  CHECK(gate.take_due(kStart + seconds{1}).size() == 1);
  gate.set_endpoints({endpoint(groups(hours{1}))}, kStart + seconds{2});
  gate.offer(message(3, "a", AlarmState::alarm), kHere, kStart + seconds{2});
  gate.offer(message(4, "a", AlarmState::ok), kHere, kStart + seconds{2});
  gate.set_endpoints({}, kStart + seconds{3});
  CHECK(gate.take_due(kStart + seconds{3}).size() == 1);
  CHECK(gate.waiting().empty());
}

TEST_CASE("a clock that is set back makes nobody wait longer", "[notifiers][noise]") {
  NoiseGate gate = gate_of(groups(minutes{5}));
  gate.offer(message(1, "a", AlarmState::alarm), kHere, kStart);
  gate.offer(message(2, "a", AlarmState::ok), kHere, kStart + minutes{1});
  CHECK(gate.take_due(kStart - hours{1}).empty());
  CHECK(gate.next_due() == kStart - hours{1} + minutes{4});
}

namespace {

// What the daemon stores, and a gate over it that can be killed.
struct StoredGate {
  std::vector<Endpoint> endpoints;
  NoiseGate gate;
  std::map<std::string, StateRow> rows;
  std::vector<std::pair<Notification, std::pair<std::string, std::string>>> held;
  // By endpoint: messages as they left, in order; of each whether in a digest.
  std::map<std::string, std::vector<std::pair<std::string, bool>>> left;
  std::map<std::string, std::vector<Instant>> sends;

  void take(Instant now) {
    for (NoiseGate::Due& due : gate.take_due(now)) {
      sends[due.endpoint].push_back(now);
      const bool alone = due.batch.lines.size() == 1;
      for (const DigestLine& line : due.batch.lines)
        left[due.endpoint].emplace_back(line.message_id, !alone);
      std::erase_if(held, [&](const auto& h) {
        const auto& ids = due.batch.ids;
        return h.second.first == due.endpoint &&
               std::find(ids.begin(), ids.end(), h.second.second) != ids.end();
      });
    }
  }
  void offer(const Notification& n, Instant now) {
    for (const Endpoint& e : endpoints) {
      take(now);
      const auto id = gate.offer(n, e.id, now);
      if (id) held.push_back({n, {e.id, *id}});
      take(now);
      if (id) continue;
      sends[e.id].push_back(now);
      left[e.id].emplace_back(n.message_id, false);
    }
    store();
  }
  void store() {
    std::vector<StateRow> changed;
    gate.collect(changed);
    for (StateRow& row : changed)
      if (row.value)
        rows[row.id] = row;
      else
        rows.erase(row.id);
  }
  void restart(Instant now) {
    gate = NoiseGate();
    gate.set_endpoints(endpoints, now);
    for (const auto& [id, row] : rows) gate.restore(row);
    for (const auto& [n, at] : held) gate.restore_waiting(n, at.first, at.second);
  }
};

QuietPolicy random_policy(std::mt19937& random) {
  const auto draw = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  QuietPolicy policy;
  if (draw(3) == 0)
    policy.group = {seconds{10 + draw(100)}, draw(2) == 0 ? Duration{0} : seconds{draw(9)}, {}};
  else if (draw(2) == 0)
    policy.digest = {seconds{10 + draw(100)}, {"critical"}};
  if (policy.group.interval > Duration{0} && draw(2) == 0) policy.group.by = {"alarm"};
  if (draw(2) == 0) policy.rate = {1 + draw(5), seconds{10 + draw(60)}};
  return policy;
}

}  // namespace

TEST_CASE("whatever comes and whenever it dies, each message leaves once and in its alarm's order",
          "[notifiers][noise]") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    StoredGate world;
    for (int i = 0; i < 3; ++i) {
      world.endpoints.push_back(endpoint(random_policy(random), i == 0   ? "e0"
                                                                : i == 1 ? "e1"
                                                                         : "e2"));
      world.endpoints.back().takes_digests = i < 2 || world.endpoints.back().quiet != QuietPolicy{};
    }
    Instant now = kStart;
    world.gate.set_endpoints(world.endpoints, now);
    const int messages = 120;
    std::map<std::string, std::string> alarm_of;
    for (int i = 0; i < messages; ++i) {
      now += milliseconds{random() % 4 == 0 ? random() % 40'000 : random() % 500};
      Notification n =
          message(i, "a" + std::to_string(random() % 4), static_cast<AlarmState>(random() % 3));
      n.severity = n.transition.alarm == "a0" ? Severity::critical : Severity::low;
      if (n.transition.alarm == "a1") n.storm = {2, seconds{30}};
      alarm_of[n.message_id] = n.transition.alarm;
      world.offer(n, now);
      if (random() % 20 == 0) world.restart(now);
    }
    // Time alone brings the rest.
    for (int i = 0; i < 500 && world.gate.next_due() != kNever; ++i) {
      now = std::max(now, world.gate.next_due());
      world.take(now);
    }
    CHECK(world.held.empty());
    for (const Endpoint& e : world.endpoints) {
      std::map<std::string, int> times, last;
      for (const auto& [id, in_digest] : world.left[e.id]) {
        ++times[id];
        const int number = std::stoi(id.substr(2));
        CHECK(number > last.emplace(alarm_of.at(id), -1).first->second);
        last[alarm_of.at(id)] = number;
      }
      CHECK(times.size() == static_cast<std::size_t>(messages));
      for (const auto& [id, count] : times) CHECK(count == 1);
      const MessageRate& rate = e.quiet.rate;
      const std::vector<Instant>& sends = world.sends[e.id];
      for (std::size_t i = 0;
           rate.messages > 0 && i + static_cast<std::size_t>(rate.messages) < sends.size(); ++i)
        CHECK(sends[i + static_cast<std::size_t>(rate.messages)] - sends[i] >= rate.per);
    }
  }
}

}  // namespace tocsin
