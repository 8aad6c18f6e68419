// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dead_man.hpp"

#include <nlohmann/json.hpp>

#include "notifiers/retry_policy.hpp"
#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;

namespace {

std::optional<DeadMan> read(ConfigNode options, Diagnostics& out) {
  const ConfigNode topic = map({{"dead_man", std::move(options)}});
  ConfigReader reader(topic, "topic \"security\"", out);
  return read_dead_man(reader, context());
}

Request request_of(const DeadMan& to, const OutboxEntry& ping) {
  return to.endpoint.notifier->request(*ping.message, {});
}

}  // namespace

TEST_CASE("a dead man's switch is pinged by GET, or by POST with who is alive",
          "[notifiers][dead-man]") {
  Diagnostics out;
  const Identity identity{"000000000000", "us-east-1", "prod.example.com"};
  const auto get = read(map({{"url", scalar("${credential:slack}")}}), out);
  REQUIRE(get);
  CHECK(get->every == minutes{1});
  const OutboxEntry ping = dead_man_ping(*get, "security", identity, -1, kNow);
  const auto asked = std::get<HttpRequest>(request_of(*get, ping));
  CHECK(asked.method == "GET");
  CHECK(asked.body.empty());
  CHECK(asked.url.reveal() == "https://hooks.slack.com/services/T/B/SECRET");
  CHECK(is_dead_man_ping(ping.dedup_key));

  const auto post = read(map({{"url", scalar("https://hc.example.com/uuid")},
                              {"method", scalar("POST")},
                              {"every", scalar("30s")}}),
                         out);
  REQUIRE(post);
  CHECK(post->every == seconds{30});
  const auto posted = std::get<HttpRequest>(
      request_of(*post, dead_man_ping(*post, "security", identity, -2, kNow)));
  CHECK(posted.method == "POST");
  const auto body = nlohmann::json::parse(posted.body);
  CHECK(body["type"] == "tocsin.alive");
  CHECK(body["host"] == "prod.example.com");
  CHECK(body["topic"] == "security");
  CHECK(out.list().empty());
}

TEST_CASE("a ping keeps its secret, is never repeated, and its receiver is never given up",
          "[notifiers][dead-man]") {
  Diagnostics out;
  const auto dead_man = read(map({{"url", scalar("${credential:slack}")}}), out);
  REQUIRE(dead_man);
  const Endpoint& to = dead_man->endpoint;
  CHECK(to.label == "dead man's switch hooks.slack.com");
  CHECK(to.id.find("SECRET") == std::string::npos);
  RetryPolicy policy;
  policy.delays = to.policy.delays;
  CHECK_FALSE(next_attempt(policy, {"id", 1, kNow, kNow, std::nullopt}));
  for (const int status : {404, 410, 429, 500}) {
    Response answer;
    answer.status = status;
    answer.headers = {{"retry-after", "60"}};
    const Delivery said = to.notifier->outcome(answer, kNow);
    CHECK(said.outcome != Delivery::Outcome::delivered);
    CHECK_FALSE(said.gone);
    CHECK_FALSE(said.retry_after);
    CHECK(said.detail.starts_with("hooks.slack.com: "));
    CHECK(said.detail.find("SECRET") == std::string::npos);
  }
}

TEST_CASE("a dead man's switch needs its URL", "[notifiers][dead-man]") {
  Diagnostics out;
  CHECK_FALSE(read(map({{"every", scalar("2d")}, {"method", scalar("PUT")}}), out));
  CHECK(codes(out) == Codes{"missing-key", "bad-value", "bad-value"});
}

}  // namespace tocsin
