// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dead_letter_notice.hpp"

#include "support/catch.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);

DeliveryReport dead(std::string endpoint) {
  DeliveryReport r;
  r.record.fate = DeliveryRecord::Fate::dead;
  r.record.attempts = 1;
  r.record.detail = "hooks.slack.com: HTTP 404: no_service";
  r.message_id = "m";
  r.endpoint = std::move(endpoint);
  r.endpoint_label = "slack hooks.slack.com";
  return r;
}

}  // namespace

TEST_CASE("a notice says who did not get which message, and why", "[notifiers][dead-letter]") {
  DeadLetterNotices notices;
  const auto n = notices.notice(dead("a"), test::sample_notification(), kNow);
  REQUIRE(n);
  CHECK(n->summary ==
        "Not delivered to slack hooks.slack.com (hooks.slack.com: HTTP 404: no_service; 1 attempt):"
        " alice opened sg-0a1b2c3d to the world");
  CHECK(n->subject.size() <= 100);
  CHECK(n->message_id != test::sample_notification().message_id);
  CHECK(n->events.size() == 1);
}

TEST_CASE("an endpoint's failures are told once an hour, each endpoint's on its own",
          "[notifiers][dead-letter]") {
  DeadLetterNotices notices;
  const Notification lost = test::sample_notification();
  CHECK(notices.notice(dead("a"), lost, kNow));
  CHECK_FALSE(notices.notice(dead("a"), lost, kNow + minutes{59}));
  CHECK(notices.notice(dead("b"), lost, kNow));
  CHECK(notices.notice(dead("a"), lost, kNow + hours{1}));
  CHECK(notices.notice(dead("a"), lost, kNow - hours{1}));
}

TEST_CASE("neither a notice nor a retry is told of", "[notifiers][dead-letter]") {
  DeadLetterNotices notices;
  const Notification lost = test::sample_notification();
  const auto n = notices.notice(dead("a"), lost, kNow);
  REQUIRE(n);
  DeliveryReport of_notice = dead("b");
  of_notice.dedup_key = n->dedup_key;
  CHECK_FALSE(notices.notice(of_notice, *n, kNow));
  DeliveryReport retry = dead("c");
  retry.record.fate = DeliveryRecord::Fate::retry;
  CHECK_FALSE(notices.notice(retry, lost, kNow));
}

}  // namespace tocsin
