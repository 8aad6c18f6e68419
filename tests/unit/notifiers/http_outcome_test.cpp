// SPDX-License-Identifier: Apache-2.0
#include "notifiers/http_outcome.hpp"

#include "support/catch.hpp"

namespace tocsin {

namespace {
const Instant kNow = instant_from_ms(1'773'488'462'123);  // 2026-03-14T11:41:02.123Z
}

TEST_CASE("Retry-After is read as seconds or as an HTTP date", "[notifiers][outcome]") {
  CHECK(parse_retry_after("30", kNow) == Duration{seconds{30}});
  CHECK(parse_retry_after(" 0 ", kNow) == Duration{0});
  CHECK(parse_retry_after("Sat, 14 Mar 2026 11:42:02 GMT", kNow) == Duration{59'877});
  CHECK(parse_retry_after("Sat, 14 Mar 2020 11:42:02 GMT", kNow) == Duration{0});
  CHECK(parse_retry_after("99999999999999999999999", kNow) == Duration{hours{24}});
}

TEST_CASE("a Retry-After that is neither is ignored", "[notifiers][outcome]") {
  for (const char* text : {"", "soon", "-5", "1.5", "Sat, 14 Mar", "\xff\xfe"})
    CHECK_FALSE(parse_retry_after(text, kNow));
}

TEST_CASE("a text that is no outcome has no class", "[notifiers][outcome]") {
  for (const char* text : {"", "99", "1000", "20x", "teapot", "-1"})
    CHECK_FALSE(classify_outcome(text));
}

TEST_CASE("an answer of 429 is retried no sooner than it asks", "[notifiers][outcome]") {
  const Response answer{.status = 429, .headers = {{"retry-after", "7"}}, .body = "slow down"};
  const Delivery d = http_outcome(answer, kNow, "hooks.example.com");
  CHECK(d.outcome == Delivery::Outcome::retry);
  CHECK(d.retry_after == Duration{seconds{7}});
  CHECK(d.detail == "hooks.example.com: HTTP 429: slow down");
}

TEST_CASE("a refused target is never tried again", "[notifiers][outcome]") {
  const Response answer{.failure = Response::Failure::refused_target};
  CHECK(http_outcome(answer, kNow, "x").outcome == Delivery::Outcome::rejected);
}

TEST_CASE("mail is retried after 4xx and given up after 5xx", "[notifiers][outcome]") {
  const auto outcome = [](int status) { return smtp_outcome({.status = status}, "mail").outcome; };
  CHECK(outcome(250) == Delivery::Outcome::delivered);
  CHECK(outcome(421) == Delivery::Outcome::retry);
  CHECK(outcome(451) == Delivery::Outcome::retry);
  CHECK(outcome(550) == Delivery::Outcome::rejected);
  CHECK(smtp_outcome({.failure = Response::Failure::tls}, "mail").outcome ==
        Delivery::Outcome::retry);
}

TEST_CASE("a mail server's words are quoted where it refuses", "[notifiers][outcome]") {
  const auto detail = [](int status, std::string body) {
    return smtp_outcome({.status = status, .body = std::move(body)}, "a@example.com").detail;
  };
  CHECK(detail(550, "5.1.1 <a@example.com>: user unknown\r\n") ==
        "a@example.com: SMTP 550: 5.1.1 <a@example.com>: user unknown");
  CHECK(detail(535, "no: AKIAIOSFODNN7EXAMPLEAKIAIOSFODNN7EXAMPLE\r\nmore") ==
        "a@example.com: SMTP 535: no: ... more");
  CHECK(detail(250, "taken") == "a@example.com: SMTP 250");
}

}  // namespace tocsin
