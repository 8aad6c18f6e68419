// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channel_watch.hpp"

#include "notifiers/own_notice.hpp"
#include "support/catch.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);
using Fate = DeliveryRecord::Fate;

DeliveryReport report(Fate fate, std::string endpoint = "a") {
  DeliveryReport r;
  r.record.fate = fate;
  r.record.attempts = 1;
  r.record.detail = "hooks.slack.com: HTTP 404: no_service";
  r.record.message = std::make_shared<const Notification>(test::sample_notification());
  r.message_id = "m";
  r.topic = "security";
  r.endpoint = std::move(endpoint);
  r.endpoint_label = "slack hooks.slack.com";
  return r;
}

// What people are told of an attempt; empty: nothing.
std::string told(ChannelWatch& watch, const DeliveryReport& r, Instant now) {
  const auto news = watch.observe(r, now);
  return news ? channel_words(*news, r) : "";
}
std::string told(ChannelWatch& watch, Fate fate, Instant now) {
  return told(watch, report(fate), now);
}

const std::string kFailed =
    "Not delivered to slack hooks.slack.com (HTTP 404: no_service; 1 attempt)";
const std::string kLost = "ALARM: sg-open (account = 111122223333)";

}  // namespace

TEST_CASE("a lost message is told with who did not get it and why", "[notifiers][channels]") {
  ChannelWatch watch;
  const auto news = watch.observe(report(Fate::dead), kNow);
  REQUIRE(news);
  const Notification n = channel_notice(*news, report(Fate::dead), test::sample_notification());
  CHECK(n.summary == kFailed + ": alice opened sg-0a1b2c3d to the world");
  CHECK(n.subject.size() <= 100);
  CHECK(n.message_id != test::sample_notification().message_id);
  CHECK(n.events.size() == 1);
  CHECK(is_own_notice(n.dedup_key));
  CHECK_FALSE(watch.works("a"));
  CHECK(watch.works("b"));
}

TEST_CASE("one incident is told once, and once more when it is over", "[notifiers][channels]") {
  ChannelWatch watch;
  CHECK(told(watch, Fate::dead, kNow) == kFailed);
  CHECK(told(watch, Fate::dead, kNow + hours{2}).empty());
  CHECK(told(watch, Fate::retry, kNow + hours{3}).empty());
  CHECK(told(watch, report(Fate::dead, "b"), kNow) == kFailed);
  REQUIRE(watch.troubles().size() == 2);
  CHECK(watch.troubles()[0].dead_letters == 2);
  CHECK(told(watch, Fate::delivered, kNow + hours{4}) ==
        "slack hooks.slack.com works again after 4h; 2 messages became dead letters");
  CHECK(told(watch, Fate::delivered, kNow + hours{5}).empty());
  CHECK(watch.works("a"));
  CHECK(watch.troubles().size() == 1);
}

TEST_CASE("of many lost messages the first five are named", "[notifiers][channels]") {
  ChannelWatch watch;
  for (int i = 0; i < 9; ++i) watch.observe(report(Fate::dead), kNow);
  CHECK(watch.troubles()[0].lost.size() == ChannelWatch::kLostMax);
  const auto news = watch.observe(report(Fate::delivered), kNow + seconds{1});
  REQUIRE(news);
  const std::string detail = channel_detail(*news, "default");
  CHECK(detail.starts_with("Dead letters of topic \"security\": " + kLost + "; " + kLost));
  CHECK(detail.ends_with(" and 4 more"));
}

TEST_CASE("who is told of a failing channel learns whether anybody else of the topic is reached",
          "[notifiers][channels]") {
  ChannelWatch watch;
  const auto news = watch.observe(report(Fate::dead), kNow);
  REQUIRE(news);
  CHECK(channel_detail(*news, "security") ==
        "The other subscriptions of topic \"security\" get its messages.");
  CHECK(channel_detail(*news, "default") ==
        "No other subscription of topic \"security\" works: until one does, nobody reads its "
        "messages. So far 1 message became a dead letter.");
}

TEST_CASE("a channel that only retries is told of after ten minutes", "[notifiers][channels]") {
  ChannelWatch watch;
  CHECK(told(watch, Fate::retry, kNow).empty());
  CHECK(told(watch, Fate::retry, kNow + minutes{10} - Duration{1}).empty());
  CHECK(told(watch, Fate::retry, kNow + minutes{10})
            .ends_with("1 attempt, nothing got through for 10m, tried on)"));
  CHECK(told(watch, Fate::delivered, kNow + minutes{11}).ends_with("after 11m; nothing was lost"));
}

TEST_CASE("a channel that fails now and then is told once an hour, and nothing lost is forgotten",
          "[notifiers][channels]") {
  ChannelWatch watch;
  CHECK(told(watch, Fate::dead, kNow) == kFailed);
  CHECK_FALSE(told(watch, Fate::delivered, kNow + minutes{1}).empty());
  CHECK(told(watch, Fate::dead, kNow + minutes{2}).empty());
  CHECK(told(watch, Fate::delivered, kNow + minutes{3}).empty());
  CHECK(told(watch, Fate::dead, kNow + minutes{20}).empty());
  CHECK(told(watch, Fate::delivered, kNow + minutes{21}).empty());
  CHECK(told(watch, Fate::delivered, kNow + minutes{62}).find("2 messages became dead letters") !=
        std::string::npos);
  CHECK(told(watch, Fate::delivered, kNow + hours{5}).empty());
  // It goes on: that is told within the hour too.
  CHECK(told(watch, Fate::dead, kNow + hours{6}) == kFailed);
  CHECK_FALSE(told(watch, Fate::delivered, kNow + hours{6}).empty());
  CHECK(told(watch, Fate::retry, kNow + hours{6} + minutes{1}).empty());
  CHECK_FALSE(told(watch, Fate::retry, kNow + hours{6} + minutes{11}).empty());
}

TEST_CASE("a lost notice is no lost message", "[notifiers][channels]") {
  ChannelWatch watch;
  DeliveryReport lost = report(Fate::dead);
  lost.dedup_key = channel_notice_key("b");
  CHECK(told(watch, lost, kNow).empty());
  CHECK(watch.troubles()[0].dead_letters == 0);
}

TEST_CASE("an incident is one over a restart", "[notifiers][channels]") {
  ChannelWatch before;
  before.observe(report(Fate::dead), kNow);
  std::vector<StateRow> rows;
  before.collect(rows);
  REQUIRE(rows.size() == 1);
  ChannelWatch after;
  after.restore(rows[0]);
  CHECK(told(after, Fate::dead, kNow + hours{2}).empty());
  CHECK(told(after, Fate::delivered, kNow + hours{3}).find("after 3h; 2 messages") !=
        std::string::npos);
  after.set_endpoints({});
  rows.clear();
  after.collect(rows);
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].value);
  ChannelWatch damaged;
  damaged.restore({"channel", "a", "{"});
  CHECK(damaged.works("a"));
}

TEST_CASE("a clock that was set back neither hides a failure nor tells it twice",
          "[notifiers][channels]") {
  ChannelWatch watch;
  CHECK(told(watch, Fate::dead, kNow) == kFailed);
  CHECK_FALSE(told(watch, Fate::delivered, kNow).empty());
  CHECK(told(watch, Fate::dead, kNow - hours{1}) == kFailed);
  CHECK(told(watch, Fate::dead, kNow - hours{1}).empty());
}

}  // namespace tocsin
