// SPDX-License-Identifier: Apache-2.0
#include "notifiers/delivery_policy.hpp"

#include <map>
#include <string>
#include <vector>

#include "notifiers/channels.hpp"
#include "notifiers/delivery_plan.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using test::map;
using test::scalar;

const Instant kStart = instant_from_ms(1'773'488'470'000);

ConfigNode webhook(ConfigNode policy) {
  return map({{"url", scalar("https://h.example.com/x")}, {"delivery_policy", std::move(policy)}});
}

struct Made {
  std::vector<Endpoint> endpoints;
  std::vector<Diagnostic> faults;
};

Made make(const ConfigNode& options, const TopicDeliveryPolicy& topic = {}) {
  NotifierContext context;
  context.topic = "security";
  context.delivery_policy = topic;
  Diagnostics out;
  Made made;
  made.endpoints = make_webhook(options, context, out);
  made.faults = {out.list().begin(), out.list().end()};
  return made;
}

OutboxEntry entry(std::int64_t id, const std::string& endpoint) {
  OutboxEntry e;
  e.id = id;
  e.message_id = "m" + std::to_string(id);
  e.dedup_key = "alarm" + std::to_string(id);
  e.endpoint = endpoint;
  e.created = e.next_attempt = kStart;
  return e;
}

}  // namespace

TEST_CASE("a delivery policy's retries take the place of ours, and end", "[notifiers][retry]") {
  const Made made =
      make(webhook(map({{"healthyRetryPolicy", map({{"minDelayTarget", scalar("1")},
                                                    {"maxDelayTarget", scalar("10")},
                                                    {"numRetries", scalar("3")},
                                                    {"numNoDelayRetries", scalar("1")},
                                                    {"numMaxDelayRetries", scalar("1")}})}})));
  REQUIRE(made.faults.empty());
  REQUIRE(made.endpoints.size() == 1);
  CHECK(*made.endpoints[0].policy.delays ==
        std::vector<Duration>{Duration{0}, seconds{1}, seconds{10}});

  DeliveryPlan plan;
  plan.set_endpoints(made.endpoints, kStart);
  plan.push(entry(1, made.endpoints[0].id), kStart);
  Instant now = kStart;
  int attempts = 0;
  for (; plan.next_due() != kNever; ++attempts) {
    now = std::max(now, plan.next_due());
    REQUIRE(plan.take_due(now).size() == 1);
    plan.on_outcome(1, {.outcome = Delivery::Outcome::retry}, 503, now);
  }
  CHECK(attempts == 4);
  CHECK(now - kStart >= Duration{8'800});
  CHECK(now - kStart <= Duration{13'200});
  const auto reports = plan.take_reports();
  CHECK(reports.back().record.fate == DeliveryRecord::Fate::dead);
}

TEST_CASE("a message that keeps failing goes through the four phases, by each backoff function",
          "[notifiers][retry]") {
  // From the specification's table: 5 to 260 seconds in ten retries.
  const std::map<std::string, std::vector<double>> backoff{
      {"linear", {5, 33.3, 61.7, 90, 118.3, 146.7, 175, 203.3, 231.7, 260}},
      {"arithmetic", {5, 10.7, 22, 39, 61.7, 90, 124, 163.7, 209, 260}},
      {"geometric", {5, 7.76, 12.0, 18.7, 28.9, 44.9, 69.7, 108, 167.6, 260}},
      {"exponential", {5, 5.5, 6.5, 8.5, 12.5, 20.5, 36.4, 68.4, 132.3, 260}}};
  for (const auto& [function, seconds_between] : backoff) {
    INFO(function);
    std::vector<double> wanted{0, 0, 5};
    wanted.insert(wanted.end(), seconds_between.begin(), seconds_between.end());
    wanted.push_back(260);
    const Made made =
        make(webhook(map({{"healthyRetryPolicy", map({{"minDelayTarget", scalar("5")},
                                                      {"maxDelayTarget", scalar("260")},
                                                      {"numRetries", scalar("14")},
                                                      {"numNoDelayRetries", scalar("2")},
                                                      {"numMinDelayRetries", scalar("1")},
                                                      {"numMaxDelayRetries", scalar("1")},
                                                      {"backoffFunction", scalar(function)}})}})));
    REQUIRE(made.faults.empty());
    DeliveryPlan plan;
    plan.set_endpoints(made.endpoints, kStart);
    plan.push(entry(1, made.endpoints[0].id), kStart);
    REQUIRE(plan.take_due(kStart).size() == 1);
    Instant now = kStart;
    for (const double delay : wanted) {
      now += seconds{1};  // that is how long an attempt takes: a delay counts from its end
      plan.on_outcome(1, {.outcome = Delivery::Outcome::retry}, 503, now);
      REQUIRE(plan.next_due() != kNever);
      const double waited = static_cast<double>((plan.next_due() - now).count()) / 1000;
      CHECK(waited >= 0.8 * delay - 0.05);
      CHECK(waited <= 1.2 * delay + 0.05);
      now = plan.next_due();
      REQUIRE(plan.take_due(now).size() == 1);
    }
    plan.on_outcome(1, {.outcome = Delivery::Outcome::retry}, 503, now);
    CHECK(plan.next_due() == kNever);
    CHECK(plan.take_reports().back().record.fate == DeliveryRecord::Fate::dead);
  }
}

TEST_CASE("Retry-After makes a policy's delay longer, up to its maximum, and adds no attempt",
          "[notifiers][retry]") {
  RetryPolicy policy;
  policy.delays = {seconds{1}};
  policy.delay_max = seconds{20};
  const auto next = next_attempt(policy, {"m", 1, kStart, kStart, hours{1}});
  REQUIRE(next);
  CHECK(*next == kStart + seconds{20});
  CHECK_FALSE(next_attempt(policy, {"m", 2, kStart, kStart, hours{1}}));
}

TEST_CASE("a throttle keeps attempts apart, and costs none", "[notifiers][retry]") {
  const Made made =
      make(webhook(map({{"throttlePolicy", map({{"maxReceivesPerSecond", scalar("2")}})}})));
  REQUIRE(made.faults.empty());
  DeliveryPlan plan;
  plan.set_endpoints(made.endpoints, kStart);
  for (std::int64_t id = 1; id <= 3; ++id) plan.push(entry(id, made.endpoints[0].id), kStart);
  std::vector<Duration> begun;
  for (Instant now = kStart; plan.next_due() != kNever;) {
    now = std::max(now, plan.next_due());
    for (const DueAttempt& due : plan.take_due(now)) {
      CHECK(due.attempt.number == 1);
      begun.push_back(now - kStart);
      plan.on_outcome(due.outbox_id, {.outcome = Delivery::Outcome::delivered}, 200, now);
    }
  }
  CHECK(begun == std::vector<Duration>{Duration{0}, Duration{500}, Duration{1000}});
}

TEST_CASE("a topic's policy holds where a subscription says nothing", "[notifiers][retry]") {
  const ConfigNode topic_node =
      map({{"delivery_policy",
            map({{"http", map({{"defaultHealthyRetryPolicy", map({{"numRetries", scalar("1")}})},
                               {"defaultRequestPolicy",
                                map({{"headerContentType", scalar("text/plain; charset=UTF-8")}})},
                               {"disableSubscriptionOverrides", scalar("true")}})}})}});
  Diagnostics out;
  ConfigReader read(topic_node, "topic", out);
  const TopicDeliveryPolicy topic = read_topic_delivery_policy(read);
  REQUIRE(out.list().empty());
  const Made made = make(map({{"url", scalar("https://h.example.com/x")}}), topic);
  REQUIRE(made.faults.empty());
  CHECK(*made.endpoints[0].policy.delays == std::vector<Duration>{seconds{20}});
  const auto request =
      std::get<HttpRequest>(made.endpoints[0].notifier->request(test::sample_notification(), {}));
  CHECK(request.headers.front() ==
        std::pair<std::string, std::string>("content-type", "text/plain; charset=UTF-8"));
  const Made other = make(webhook(map({})), topic);
  REQUIRE(other.faults.size() == 1);
  CHECK(other.faults[0].code == "conflict");
}

TEST_CASE("mistakes in a delivery policy are told at their place", "[notifiers][retry]") {
  const auto code = [](ConfigNode policy) {
    const Made made = make(webhook(std::move(policy)));
    return made.faults.size() == 1 ? made.faults[0].code : "(none)";
  };
  CHECK(code(map({{"healthyRetryPolicy", map({{"numRetries", scalar("101")}})}})) == "bad-value");
  CHECK(code(map({{"healthyRetryPolicy", map({{"numRetries", scalar("x")}})}})) == "bad-type");
  CHECK(code(map({{"throttlePolicy", map({{"maxReceivesPerSecond", scalar("0")}})}})) ==
        "bad-value");
  CHECK(code(map({{"requestPolicy", map({{"headerContentType", scalar("a/b")}})}})) == "bad-value");
  CHECK(code(map({{"retries", scalar("3")}})) == "unknown-key");
  CHECK(code(map({{"sicklyRetryPolicy", map({})}, {"guaranteed", scalar("false")}})) == "(none)");
  ConfigNode both = webhook(map({{"healthyRetryPolicy", map({})}}));
  both.entries.emplace_back(scalar("retry_for"), scalar("1h"));
  REQUIRE(make(both).faults.size() == 1);
  CHECK(make(both).faults[0].code == "conflict");
}

}  // namespace tocsin
