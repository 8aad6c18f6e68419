// SPDX-License-Identifier: Apache-2.0
// When a failed delivery is tried again. Pure. spec/notifications.md section 3.2.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/result.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// Tocsin's own policy, for every channel: exponential backoff with jitter until `retry_for` has
// passed.
struct RetryPolicy {
  Duration delay_first{seconds{1}};
  Duration delay_max{minutes{10}};
  Duration retry_for{hours{24}};
  // The waits themselves (DeliveryPolicy::delays): neither the first delay nor retry_for count
  // then.
  std::optional<std::vector<Duration>> delays = {};
};

// The wait from the end of failed attempt number `attempt` (from 1) to the next: doubled each time
// up to delay_max, times U(0.8, 1.2) drawn from (message id, attempt), so that a run can be
// repeated. What the receiver asked for (Retry-After) raises it, up to delay_max.
Duration retry_delay(const RetryPolicy& policy, std::string_view message_id, int attempt,
                     std::optional<Duration> retry_after = std::nullopt);

// The same as a point in time. None: the message is given up, since `retry_for` has passed since
// `created`, or there are no more delays. The last attempt is made when it passes, not up to ten
// minutes before.
struct FailedAttempt {
  std::string_view message_id;
  int number = 1;
  Instant created;  // of the message
  Instant ended;    // of the attempt
  std::optional<Duration> retry_after;
};
std::optional<Instant> next_attempt(const RetryPolicy& policy, const FailedAttempt& failed);

// SNS' healthyRetryPolicy, member for member; minDelayTarget and maxDelayTarget in seconds.
struct HealthyRetryPolicy {
  std::int64_t min_delay_target = 20;
  std::int64_t max_delay_target = 20;
  std::int64_t num_retries = 3;
  std::int64_t num_no_delay_retries = 0;
  std::int64_t num_min_delay_retries = 0;
  std::int64_t num_max_delay_retries = 0;
  std::string backoff_function = "linear";  // linear arithmetic geometric exponential
};

using FractionalSeconds = std::chrono::duration<double>;

// The waits between attempts, without jitter: no delay, minimum, backoff, maximum. Error codes:
// delay_target, num_retries, phase_sum, backoff_function, total_over_3600, checked in that order.
Result<std::vector<FractionalSeconds>> retry_schedule(const HealthyRetryPolicy& policy);

}  // namespace tocsin
