// SPDX-License-Identifier: Apache-2.0
#include "notifiers/retry_policy.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "notifiers/http_outcome.hpp"
#include "support/catch.hpp"

namespace tocsin {
namespace {

using nlohmann::json;

std::vector<json> corpus(const std::string& kind) {
  std::ifstream in(TOCSIN_SOURCE_DIR "/tests/cases/retry-schedule-cases.jsonl");
  std::vector<json> rows;
  for (std::string line; std::getline(in, line);) {
    json row = json::parse(line);
    if (row["kind"] == kind) rows.push_back(std::move(row));
  }
  return rows;
}

HealthyRetryPolicy to_policy(const json& row) {
  HealthyRetryPolicy p;
  p.min_delay_target = row.value("minDelayTarget", p.min_delay_target);
  p.max_delay_target = row.value("maxDelayTarget", p.max_delay_target);
  p.num_retries = row.value("numRetries", p.num_retries);
  p.num_no_delay_retries = row.value("numNoDelayRetries", p.num_no_delay_retries);
  p.num_min_delay_retries = row.value("numMinDelayRetries", p.num_min_delay_retries);
  p.num_max_delay_retries = row.value("numMaxDelayRetries", p.num_max_delay_retries);
  p.backoff_function = row.value("backoffFunction", p.backoff_function);
  return p;
}

}  // namespace

TEST_CASE("every schedule of the corpus has its delays or its error", "[notifiers][retry]") {
  const auto rows = corpus("schedule");
  REQUIRE(rows.size() == 30);
  for (const json& row : rows) {
    INFO(row.dump());
    const auto delays = retry_schedule(to_policy(row["policy"]));
    if (row["expect"].is_object()) {
      REQUIRE_FALSE(delays.ok());
      CHECK(delays.error().code == row["expect"]["error"]);
      continue;
    }
    REQUIRE(delays.ok());
    REQUIRE(delays->size() == row["expect"].size());
    for (std::size_t i = 0; i < delays->size(); ++i)
      CHECK(std::abs((*delays)[i].count() - row["expect"][i].get<double>()) <= 0.001);
  }
}

TEST_CASE("every outcome of the corpus has its class", "[notifiers][outcome]") {
  const auto rows = corpus("classify");
  REQUIRE(rows.size() == 10);
  for (const json& row : rows) {
    INFO(row.dump());
    const auto c = classify_outcome(row["outcome"].get<std::string>());
    REQUIRE(c);
    CHECK(to_string(*c) == row["expect"].get<std::string>());
  }
}

TEST_CASE("huge phase counts are an error, not an overflow", "[notifiers][retry]") {
  HealthyRetryPolicy p;
  p.num_no_delay_retries = p.num_min_delay_retries = INT64_MAX;
  CHECK(retry_schedule(p).error().code == "phase_sum");
}

TEST_CASE("our own delays double from one second to ten minutes, within a fifth",
          "[notifiers][retry]") {
  const RetryPolicy policy;
  for (int attempt = 1; attempt <= 2000; ++attempt) {
    const double plain = std::min(600.0, std::exp2(attempt - 1));
    const double delay = FractionalSeconds(retry_delay(policy, "id", attempt)).count();
    REQUIRE(delay >= 0.8 * plain - 0.001);
    REQUIRE(delay <= 1.2 * plain);
  }
}

TEST_CASE("jitter spreads messages but repeats for the same message and attempt",
          "[notifiers][retry]") {
  const RetryPolicy policy;
  CHECK(retry_delay(policy, "a", 3) == retry_delay(policy, "a", 3));
  std::vector<Duration> delays;
  for (int i = 0; i < 100; ++i) delays.push_back(retry_delay(policy, std::to_string(i), 9));
  std::sort(delays.begin(), delays.end());
  CHECK(delays.back() - delays.front() > seconds{60});
}

TEST_CASE("Retry-After raises the delay, never beyond the longest one", "[notifiers][retry]") {
  const RetryPolicy policy;
  CHECK(retry_delay(policy, "a", 1, seconds{30}) == seconds{30});
  CHECK(retry_delay(policy, "a", 1, hours{5}) == minutes{10});
  CHECK(retry_delay(policy, "a", 5, seconds{1}) == retry_delay(policy, "a", 5));
}

TEST_CASE("a message is given up when its time has passed, with a last attempt just then",
          "[notifiers][retry]") {
  const RetryPolicy policy;
  const Instant created = instant_from_ms(1'000'000);
  const Instant end = created + hours{24};
  CHECK(next_attempt(policy, {"a", 150, created, end - seconds{5}, {}}) == end);
  CHECK_FALSE(next_attempt(policy, {"a", 151, created, end, {}}));
  CHECK(next_attempt(policy, {"a", 1, created, created, {}}) <= created + seconds{2});
}

}  // namespace tocsin
