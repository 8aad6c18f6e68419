// SPDX-License-Identifier: Apache-2.0
#include "notifiers/http_outcome.hpp"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "notifiers/text.hpp"

namespace tocsin {
namespace {

constexpr Duration kRetryAfterMax = hours{24};
constexpr std::size_t kQuotedBodyMax = 200;
constexpr std::size_t kWordMax = 11;

struct NamedFailure {
  Response::Failure failure;
  std::string_view name;   // as rule tests write it
  std::string_view words;  // as people read it
};
constexpr NamedFailure kFailures[] = {
    {Response::Failure::timeout, "timeout", "no answer in time"},
    {Response::Failure::connect_refused, "connect_refused", "connection refused"},
    {Response::Failure::reset, "reset", "connection reset"},
    {Response::Failure::dns, "dns", "host name not resolved"},
    {Response::Failure::tls, "tls", "TLS failed"},
    {Response::Failure::refused_target, "", "address not allowed as a target"},
    {Response::Failure::other, "", "request failed"},
};

std::optional<int> parse_status(std::string_view text) {
  int status = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, status);
  if (error != std::errc{} || stop != end || status < 100 || status > 999) return std::nullopt;
  return status;
}

Delivery::Outcome to_outcome(OutcomeClass c) {
  switch (c) {
    case OutcomeClass::success:
      return Delivery::Outcome::delivered;
    case OutcomeClass::retry:
      return Delivery::Outcome::retry;
    case OutcomeClass::permanent:
      return Delivery::Outcome::rejected;
  }
  return Delivery::Outcome::retry;
}

// Whether a word could be a key or a token that the receiver echoes.
bool looks_secret(std::string_view word) {
  const auto is_telling = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  return word.size() > kWordMax && std::any_of(word.begin(), word.end(), is_telling);
}

// The start of a body, without what could be a part of our URL.
std::string quote_body(std::string_view body) {
  const std::string quoted = quote_words(body.substr(0, body.find('/')));
  return quoted.empty() ? "" : ": " + quoted;
}

}  // namespace

std::string quote_words(std::string_view text) {
  std::istringstream words(one_line(text.substr(0, kQuotedBodyMax)));
  std::string quoted;
  for (std::string word; words >> word;)
    quoted += (quoted.empty() ? "" : " ") + (looks_secret(word) ? "..." : word);
  return quoted;
}

std::string failure_text(const Response& answer, std::string_view target) {
  std::string text(target);
  for (const NamedFailure& f : kFailures)
    if (f.failure == answer.failure) text.append(": ").append(f.words);
  if (!answer.detail.empty()) text += " (" + answer.detail + ")";
  return text;
}

std::string_view to_string(OutcomeClass c) {
  switch (c) {
    case OutcomeClass::success:
      return "success";
    case OutcomeClass::retry:
      return "retry";
    case OutcomeClass::permanent:
      return "permanent";
  }
  return "?";
}

OutcomeClass classify_status(int status) {
  if (status >= 200 && status <= 299) return OutcomeClass::success;
  if (status >= 300 && status <= 499 && status != 429) return OutcomeClass::permanent;
  return OutcomeClass::retry;
}

OutcomeClass classify_failure(Response::Failure failure) {
  return failure == Response::Failure::refused_target ? OutcomeClass::permanent
                                                      : OutcomeClass::retry;
}

std::optional<OutcomeClass> classify_outcome(std::string_view outcome) {
  if (const auto status = parse_status(outcome)) return classify_status(*status);
  for (const NamedFailure& f : kFailures)
    if (!outcome.empty() && f.name == outcome) return classify_failure(f.failure);
  return std::nullopt;
}

std::optional<Duration> parse_retry_after(std::string_view value, Instant now) {
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (value.empty()) return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (std::all_of(value.begin(), value.end(), is_digit)) {
    if (value.size() > 6) return kRetryAfterMax;
    std::int64_t count = 0;
    std::from_chars(value.data(), value.data() + value.size(), count);
    return std::min<Duration>(seconds{count}, kRetryAfterMax);
  }
  std::istringstream in{std::string(value)};
  date::sys_seconds when;
  in >> date::parse("%a, %d %b %Y %H:%M:%S GMT", when);
  if (in.fail()) return std::nullopt;
  const Duration wait = when.time_since_epoch() - now.time_since_epoch();
  return std::clamp(wait, Duration{0}, kRetryAfterMax);
}

Delivery http_outcome(const Response& answer, Instant now, std::string_view target) {
  Delivery result;
  if (answer.status == 0) {
    result.outcome = to_outcome(classify_failure(answer.failure));
    result.detail = failure_text(answer, target);
    return result;
  }
  const OutcomeClass c = classify_status(answer.status);
  result.outcome = to_outcome(c);
  result.gone = answer.status == 410;
  result.detail = std::string(target) + ": HTTP " + std::to_string(answer.status);
  if (c != OutcomeClass::success) result.detail += quote_body(answer.body);
  for (const auto& [name, value] : answer.headers)
    if (c == OutcomeClass::retry && name == "retry-after")
      result.retry_after = parse_retry_after(value, now);
  return result;
}

Delivery smtp_outcome(const Response& answer, std::string_view target) {
  Delivery result;
  if (answer.status == 0) {
    result.outcome = to_outcome(classify_failure(answer.failure));
    result.detail = failure_text(answer, target);
    return result;
  }
  if (answer.status >= 200 && answer.status <= 299)
    result.outcome = Delivery::Outcome::delivered;
  else if (answer.status >= 500)
    result.outcome = Delivery::Outcome::rejected;
  result.detail = std::string(target) + ": SMTP " + std::to_string(answer.status);
  if (answer.status < 400) return result;
  const std::string words = quote_words(answer.body);
  if (!words.empty()) result.detail += ": " + words;
  return result;
}

}  // namespace tocsin
