// SPDX-License-Identifier: Apache-2.0
#include "daemon/dead_letter_redrive.hpp"
#include "notifiers/own_notice.hpp"
#include "rules/message/notification_json.hpp"
#include "support/catch.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);

DeadLetter letter(std::int64_t id, const std::string& alarm) {
  Notification n = test::sample_notification();
  n.message_id = "m-" + std::to_string(id);
  n.transition.alarm = n.alarm_arn = n.dedup_key = alarm;
  DeadLetter out;
  out.id = id;
  out.message_id = n.message_id;
  out.topic = n.topic;
  out.endpoint = "security/slack/1";
  out.dedup_key = n.dedup_key;
  out.created = kNow - hours{id};
  out.notification = to_json(n);
  return out;
}

Endpoint endpoint(bool takes_digests = true) {
  Endpoint e;
  e.id = "security/slack/1";
  e.takes_digests = takes_digests;
  return e;
}

}  // namespace

TEST_CASE("a channel that delivers again gets its dead letters as one digest", "[redrive]") {
  const auto plan =
      plan_redrive({letter(3, "b"), letter(2, "a"), letter(1, "b")}, endpoint(), kNow);
  REQUIRE(plan);
  REQUIRE(plan->digest);
  CHECK(plan->order.fate == DeadLetterFate::purge);
  CHECK(plan->order.ids == std::vector<std::int64_t>{1, 2, 3});
  CHECK(plan->digest->digest.size() == 2);
  CHECK(plan->digest->topic == "security");
  CHECK(plan->digest->summary.find("could not be delivered") != std::string::npos);
  // The same after a crash: a receiver drops the repeat.
  CHECK(plan_redrive({letter(3, "b"), letter(2, "a"), letter(1, "b")}, endpoint(), kNow + hours{1})
            ->digest->message_id == plan->digest->message_id);
}

TEST_CASE("a single dead letter, and those for a program, are sent as they are", "[redrive]") {
  const auto one = plan_redrive({letter(1, "a")}, endpoint(), kNow);
  REQUIRE(one);
  CHECK_FALSE(one->digest);
  CHECK(one->order.fate == DeadLetterFate::redrive);
  const auto two = plan_redrive({letter(2, "a"), letter(1, "a")}, endpoint(false), kNow);
  CHECK_FALSE(two->digest);
  CHECK(two->order.ids.size() == 2);
}

TEST_CASE("what was said of a dead channel long ago is not said again", "[redrive]") {
  DeadLetter notice = letter(1, "a");
  notice.dedup_key = own_notice_key("dead-letter", "security/email/x");
  CHECK_FALSE(plan_redrive({notice}, endpoint(), kNow));
  DeadLetter broken = letter(2, "a");
  broken.notification = "no JSON";
  CHECK_FALSE(plan_redrive({broken}, endpoint(), kNow));
}

TEST_CASE("a digest that was given up is taken apart for the next", "[redrive]") {
  DeadLetter digest = letter(3, "c");
  const auto first = plan_redrive({letter(2, "b"), letter(1, "a")}, endpoint(), kNow);
  digest.notification = to_json(*first->digest);
  const auto second = plan_redrive({letter(4, "d"), digest}, endpoint(), kNow);
  REQUIRE(second->digest);
  CHECK(second->digest->digest.size() == 3);
}

}  // namespace tocsin
