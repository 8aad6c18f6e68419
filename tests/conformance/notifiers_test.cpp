// SPDX-License-Identifier: Apache-2.0
// What every notifier of the registry must do by itself. A new one is tested as soon as it has a
// row in channel_samples.hpp.
#include "conformance/channel_samples.hpp"
#include "support/catch.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using test::kSamples;
using test::kSecret;
using test::kSecretInBody;
using test::sample_context;
using test::sample_endpoint;
using test::scalar;
using Outcome = Delivery::Outcome;
const Instant kNow = instant_from_ms(1'773'488'470'000);

Request sample_request(const NotifierType& type, const Notification& n) {
  return sample_endpoint(type).notifier->request(n, {.now = kNow});
}

bool is_mail(const NotifierType& type) {
  return std::holds_alternative<MailRequest>(sample_request(type, test::sample_notification()));
}

bool is_http(const NotifierType& type) {
  return std::holds_alternative<HttpRequest>(sample_request(type, test::sample_notification()));
}

Outcome outcome_of(const NotifierType& type, const Response& answer) {
  return sample_endpoint(type).notifier->outcome(answer, kNow).outcome;
}

std::string body_of(const Request& request) {
  if (const auto* http = std::get_if<HttpRequest>(&request)) return http->body;
  if (const auto* file = std::get_if<FileRequest>(&request)) return file->line;
  if (const auto* command = std::get_if<ExecRequest>(&request)) return command->input;
  if (const auto* entry = std::get_if<JournalRequest>(&request)) {
    std::string text;
    for (const auto& [name, value] : entry->fields) text += name + "=" + value + "\n";
    return text;
  }
  return std::get<MailRequest>(request).text;
}

}  // namespace

TEST_CASE("every notifier has a name, a summary and a sample", "[conformance]") {
  REQUIRE_FALSE(notifier_types().empty());
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    CHECK_FALSE(type.summary.empty());
    CHECK(kSamples.count(type.name) == 1);
  }
}

TEST_CASE("every notifier takes 2xx as delivered, 5xx and silence as a reason to retry",
          "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    CHECK(outcome_of(type, {.status = is_mail(type) ? 250 : 200}) == Outcome::delivered);
    CHECK(outcome_of(type, {.status = is_mail(type) ? 451 : 503}) == Outcome::retry);
    for (const auto failure :
         {Response::Failure::timeout, Response::Failure::connect_refused, Response::Failure::reset,
          Response::Failure::dns, Response::Failure::tls, Response::Failure::other})
      CHECK(outcome_of(type, {.failure = failure}) == Outcome::retry);
  }
}

TEST_CASE("every notifier gives up what can never be taken", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    if (is_mail(type)) CHECK(outcome_of(type, {.status = 550}) == Outcome::rejected);
    if (is_http(type)) CHECK(outcome_of(type, {.status = 404}) == Outcome::rejected);
    CHECK(outcome_of(type, {.failure = Response::Failure::refused_target}) == Outcome::rejected);
    if (is_http(type)) CHECK(outcome_of(type, {.status = 302}) == Outcome::rejected);
  }
}

TEST_CASE("every HTTP notifier waits as long as 429 asks", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    if (!is_http(type)) continue;
    INFO(type.name);
    const Response answer{.status = 429, .headers = {{"retry-after", "9"}}};
    const Delivery d = sample_endpoint(type).notifier->outcome(answer, kNow);
    CHECK(d.outcome == Outcome::retry);
    CHECK(d.retry_after == Duration{seconds{9}});
  }
}

TEST_CASE("no notifier shows its secret, even if the receiver echoes it", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    const Endpoint endpoint = sample_endpoint(type);
    INFO(type.name);
    CHECK(endpoint.id.find(kSecret) == std::string::npos);
    CHECK(endpoint.label.find(kSecret) == std::string::npos);
    for (const int status : {200, 404, 429, 500, 550, 451})
      for (const std::string& body :
           {kSecret, "no such hook: " + kSecret, "https://h/" + kSecret + "/x"}) {
        const Delivery d = endpoint.notifier->outcome({.status = status, .body = body}, kNow);
        CHECK_FALSE(d.detail.empty());
        CHECK(d.detail.find(kSecret) == std::string::npos);
      }
  }
}

TEST_CASE("no notifier puts its secret into the message", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    if (type.name == kSecretInBody) continue;
    INFO(type.name);
    CHECK(body_of(sample_request(type, test::sample_notification())).find(kSecret) ==
          std::string::npos);
  }
}

TEST_CASE("every message names who, what, when, where, which, the value and the runbook",
          "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    const std::string body = body_of(sample_request(type, test::sample_notification()));
    for (const char* text :
         {"alice", "AuthorizeSecurityGroupIngress", "2026-03-14T12:40:55+01:00", "198.51.100.7",
          "sg-0a1b2c3d", "Threshold Crossed", "wiki.example.com/sg-open", "sg-open"})
      CHECK(body.find(text) != std::string::npos);
  }
}

TEST_CASE("every notifier can tell of an alarm without an event, and of nothing at all",
          "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    Notification n = test::sample_notification();
    n.events.clear();
    CHECK(body_of(sample_request(type, n)).find("Threshold Crossed") != std::string::npos);
    CHECK_FALSE(body_of(sample_request(type, {})).empty());
  }
}

TEST_CASE("every notifier takes any bytes and a megabyte of them", "[conformance]") {
  std::string bytes;
  for (int i = 0; i < 1'000'000; ++i) bytes += static_cast<char>(i * 7 + i / 256);
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    Notification n = test::sample_notification();
    n.subject = n.summary = n.transition.reason = n.cloudwatch_message = bytes;
    n.transition.alarm = n.topic = n.dedup_key = n.message_id = bytes;
    n.events[0].evidence.message = bytes;
    n.events[0].facts = {bytes, bytes, bytes, bytes, {bytes}};
    CHECK_FALSE(body_of(sample_request(type, n)).empty());
    const Delivery d =
        sample_endpoint(type).notifier->outcome({.status = 500, .body = bytes}, kNow);
    CHECK(d.detail.size() < 1000);
  }
}

TEST_CASE("every notifier refuses an unknown option and suggests the right one", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    ConfigNode options = kSamples.at(type.name);
    options.entries.emplace_back(scalar("retry_fro"), scalar("1h"));
    Diagnostics out;
    type.make(options, sample_context(), out);
    REQUIRE(out.list().size() == 1);
    CHECK(out.list()[0].code == "unknown-key");
    CHECK(out.list()[0].hint.find("retry_for") != std::string::npos);
  }
}

TEST_CASE("every notifier refuses options that are no map, and an empty map", "[conformance]") {
  for (const NotifierType& type : notifier_types()) {
    INFO(type.name);
    for (const ConfigNode& options : {scalar("x"), test::map({}), test::list({}), ConfigNode{}}) {
      if (type.name == test::kNeedsNothing && options.is_map()) continue;
      Diagnostics out;
      CHECK(type.make(options, sample_context(), out).empty());
      CHECK(out.has_errors());
    }
  }
}

}  // namespace tocsin
