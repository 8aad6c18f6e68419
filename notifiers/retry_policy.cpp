// SPDX-License-Identifier: Apache-2.0
#include "notifiers/retry_policy.hpp"

#include <algorithm>
#include <cmath>

#include "tocsin/stable_hash.hpp"

namespace tocsin {
namespace {

constexpr std::int64_t kDelaySecondsMax = 3600;
constexpr std::int64_t kRetriesMax = 100;
constexpr double kTotalSecondsMax = 3600;

// With a final mix.
std::uint64_t stable_hash(std::string_view text, std::uint64_t salt) {
  std::uint64_t hash = hash_bytes(text);
  hash ^= salt * 0x9E3779B97F4A7C15ULL;
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBULL;
  return hash ^ (hash >> 31);
}

double jitter(std::string_view message_id, int attempt) {
  const std::uint64_t hash = stable_hash(message_id, static_cast<std::uint64_t>(attempt));
  return 0.8 + 0.4 * (static_cast<double>(hash >> 11) / 9007199254740992.0);
}

double linear(double a, double b, double i, double k) { return a + (b - a) * i / (k - 1); }
double arithmetic(double a, double b, double i, double k) {
  return a + (b - a) * i * (i + 1) / ((k - 1) * k);
}
double geometric(double a, double b, double i, double k) {
  return a * std::pow(b / a, i / (k - 1));
}
double exponential(double a, double b, double i, double k) {
  return a + (b - a) * (std::exp2(i) - 1) / (std::exp2(k - 1) - 1);
}

struct Backoff {
  std::string_view name;
  double (*delay)(double a, double b, double i, double k);
};
constexpr Backoff kBackoffs[] = {{"linear", linear},
                                 {"arithmetic", arithmetic},
                                 {"geometric", geometric},
                                 {"exponential", exponential}};

const Backoff* find_backoff(std::string_view name) {
  const auto found = std::find_if(std::begin(kBackoffs), std::end(kBackoffs),
                                  [&](const Backoff& b) { return b.name == name; });
  return found == std::end(kBackoffs) ? nullptr : found;
}

std::optional<Error> find_mistake(const HealthyRetryPolicy& p) {
  if (p.min_delay_target < 1 || p.max_delay_target > kDelaySecondsMax ||
      p.min_delay_target > p.max_delay_target)
    return Error{"delay_target", "minDelayTarget must be 1 to maxDelayTarget, that at most 3600"};
  if (p.num_retries < 0 || p.num_retries > kRetriesMax)
    return Error{"num_retries", "numRetries must be 0 to 100"};
  const std::int64_t phases[] = {p.num_no_delay_retries, p.num_min_delay_retries,
                                 p.num_max_delay_retries};
  std::int64_t left = p.num_retries;
  for (const std::int64_t count : phases) {
    // Compared one by one, so that no sum of huge counts can overflow.
    if (count < 0 || count > left)
      return Error{"phase_sum", "the retries of the phases must be >= 0, together <= numRetries"};
    left -= count;
  }
  if (find_backoff(p.backoff_function) == nullptr)
    return Error{"backoff_function",
                 "backoffFunction must be linear, arithmetic, geometric or exponential"};
  return std::nullopt;
}

Duration plain_delay(const RetryPolicy& policy, int attempt) {
  if (policy.delays) return policy.delays->at(static_cast<std::size_t>(attempt) - 1);
  Duration delay = policy.delay_first;
  for (int i = 1; i < attempt && delay < policy.delay_max; ++i) delay *= 2;
  return std::min(delay, policy.delay_max);
}

}  // namespace

Duration retry_delay(const RetryPolicy& policy, std::string_view message_id, int attempt,
                     std::optional<Duration> retry_after) {
  Duration delay = plain_delay(policy, attempt);
  const double jittered = static_cast<double>(delay.count()) * jitter(message_id, attempt);
  delay = Duration{static_cast<std::int64_t>(jittered)};
  if (retry_after) delay = std::max(delay, std::min(*retry_after, policy.delay_max));
  return delay;
}

std::optional<Instant> next_attempt(const RetryPolicy& policy, const FailedAttempt& failed) {
  if (policy.delays) {
    if (static_cast<std::size_t>(failed.number) > policy.delays->size()) return std::nullopt;
    return failed.ended + retry_delay(policy, failed.message_id, failed.number, failed.retry_after);
  }
  const Instant last = failed.created + policy.retry_for;
  if (failed.ended >= last) return std::nullopt;
  const Duration delay = retry_delay(policy, failed.message_id, failed.number, failed.retry_after);
  return std::min(failed.ended + delay, last);
}

Result<std::vector<FractionalSeconds>> retry_schedule(const HealthyRetryPolicy& p) {
  if (auto mistake = find_mistake(p)) return *std::move(mistake);
  const double a = static_cast<double>(p.min_delay_target);
  const double b = static_cast<double>(p.max_delay_target);
  const std::int64_t backoffs =
      p.num_retries - p.num_no_delay_retries - p.num_min_delay_retries - p.num_max_delay_retries;
  std::vector<FractionalSeconds> delays;
  const auto append = [&](std::int64_t count, auto delay) {
    for (std::int64_t i = 0; i < count; ++i) delays.emplace_back(delay(static_cast<double>(i)));
  };
  append(p.num_no_delay_retries, [](double) { return 0.0; });
  append(p.num_min_delay_retries, [&](double) { return a; });
  append(backoffs, [&](double i) {
    if (backoffs == 1) return a;
    return find_backoff(p.backoff_function)->delay(a, b, i, static_cast<double>(backoffs));
  });
  append(p.num_max_delay_retries, [&](double) { return b; });

  FractionalSeconds total{0};
  for (const FractionalSeconds delay : delays) total += delay;
  if (total.count() > kTotalSecondsMax)
    return Error{"total_over_3600", "the delays add up to more than 3600 s"};
  return delays;
}

}  // namespace tocsin
