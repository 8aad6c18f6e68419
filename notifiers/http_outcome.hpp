// SPDX-License-Identifier: Apache-2.0
// What an answer means for a delivery, shared by all channels. Pure. spec/notifications.md
// sections 3.1 and 5.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "tocsin/notifier.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// success: delivered. retry: tried again by policy. permanent: a dead letter at once.
enum class OutcomeClass { success, retry, permanent };
std::string_view to_string(OutcomeClass c);

OutcomeClass classify_status(int http_status);
OutcomeClass classify_failure(Response::Failure failure);

// An outcome as rule tests write it: a status code, timeout, connect_refused, reset, dns or tls.
// None: no such outcome.
std::optional<OutcomeClass> classify_outcome(std::string_view outcome);

// The value of a Retry-After header, delay seconds or an HTTP date, as a wait from `now`; none if
// it is neither. At most one day, at least nothing.
std::optional<Duration> parse_retry_after(std::string_view value, Instant now);

// What a receiver said, on one line, at most 200 bytes, without words that could be keys or tokens.
std::string quote_words(std::string_view text);

// Why no answer came, in words: "TARGET: no answer in time (DETAIL)".
std::string failure_text(const Response& answer, std::string_view target);

// The outcome of an HTTP request. `target` names the receiver for people: a host, never a secret.
Delivery http_outcome(const Response& answer, Instant now, std::string_view target);

// The outcome of a mail transaction: 2xx delivered, 4xx and no answer retry, 5xx permanent.
Delivery smtp_outcome(const Response& answer, std::string_view target);

}  // namespace tocsin
