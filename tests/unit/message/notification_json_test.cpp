// SPDX-License-Identifier: Apache-2.0
#include "rules/message/notification_json.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace tocsin;

namespace {

Notification full_notification() {
  Notification n;
  n.message_id = "id";
  n.topic = "security";
  n.subject = "ALARM: \"x\"";
  n.severity = Severity::critical;
  n.tags = {{"cis", "4.3"}, {"cis", "twice"}};
  n.identity = {"111122223333", "eu-west-3", "prod"};
  n.cloudwatch_message = "{\"AlarmName\":\"x\"}";
  Transition& t = n.transition;
  t.id = "tid";
  t.sequence = 18'446'744'073'709'551'615U;
  t.alarm = "x";
  t.key = {{"account", "1"}, {"user", ""}};
  t.from = AlarmState::insufficient_data;
  t.to = AlarmState::alarm;
  t.at = instant_from_ms(-5);
  t.late = t.again = true;
  t.value = 0.1;
  t.datapoints = {{instant_from_ms(60'000), std::nullopt, 0}, {instant_from_ms(120'000), 1e300, 3}};
  t.since = instant_from_ms(7);
  t.parts = {{instant_from_ms(1), 2.0, 2, Band{-1.5, 4}}};
  t.firings = 3;
  n.trend = {{{instant_from_ms(1), 2.0, true}, {instant_from_ms(2), std::nullopt, false}},
             1.5,
             "2 periods of 1 min",
             "\u2588\u00B7"};
  n.datapoints_text = "1 of 2";
  n.pattern = "ERROR";
  n.rendered = {{"slack", "*x*"}};
  t.events_total = 12;
  n.events = {{{instant_from_ms(9), "/var/log/x", 77, "line \xE2\x82\xAC"},
               {"who", "what", "when", "where", {"a", "b"}}}};
  return n;
}

}  // namespace

TEST_CASE("a notification survives the outbox unchanged", "[message]") {
  const Notification n = full_notification();
  const Result<Notification> back = notification_from_json(to_json(n));
  REQUIRE(back.ok());
  CHECK(to_json(*back) == to_json(n));
  CHECK(back->transition.sequence == n.transition.sequence);
  CHECK(back->transition.value == 0.1);
  CHECK(back->transition.from == AlarmState::insufficient_data);
  CHECK_FALSE(back->transition.datapoints.at(0).value.has_value());
  CHECK(back->transition.since == instant_from_ms(7));
  CHECK(back->transition.at == instant_from_ms(-5));
  CHECK(back->tags == n.tags);
  CHECK(back->trend == n.trend);
  CHECK(back->rendered == n.rendered);
  CHECK(back->transition.firings == 3);
  REQUIRE(back->transition.parts.size() == 1);
  REQUIRE(back->transition.parts[0].band.has_value());
  CHECK(back->transition.parts[0].band->low == -1.5);
  CHECK(back->transition.parts[0].band->high == 4);
  CHECK(back->severity == Severity::critical);
  CHECK(back->events.at(0).evidence.message == n.events.at(0).evidence.message);
  CHECK(back->events.at(0).facts.resources == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a damaged outbox row is an error, not a crash", "[message]") {
  for (const char* text : {"", "{", "[]", "7", "null", R"({"tags":[1]})", R"({"topic":7})",
                           R"({"transition":{"since":"x"}})", "\xFF"})
    CHECK_FALSE(notification_from_json(text).ok());
}

TEST_CASE("a row of an older version has defaults for what it lacks", "[message]") {
  const Result<Notification> n = notification_from_json(R"({"topic":"security"})");
  REQUIRE(n.ok());
  CHECK(n->topic == "security");
  CHECK(n->severity == Severity::medium);
}

TEST_CASE("invalid UTF-8 in a notification does not stop it from being stored", "[message]") {
  Notification n;
  n.summary = "bad \xFF\xC3";
  const Result<Notification> back = notification_from_json(to_json(n));
  REQUIRE(back.ok());
  CHECK(back->summary == "bad \xEF\xBF\xBD\xEF\xBF\xBD");
}
