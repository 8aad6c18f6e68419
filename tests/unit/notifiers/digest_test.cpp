// SPDX-License-Identifier: Apache-2.0
#include "notifiers/digest.hpp"

#include <map>

#include "notifiers/channels.hpp"
#include "notifiers/json_text.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

const Instant kNow = instant_from_ms(1'773'488'470'000);

DigestLine line(const char* alarm, AlarmState state, int second, Severity severity) {
  Notification n = test::sample_notification();
  n.transition.alarm = n.alarm_arn = n.dedup_key = alarm;
  n.transition.to = state;
  n.transition.at = kNow + seconds{second};
  n.severity = severity;
  return digest_line(n);
}

}  // namespace

TEST_CASE("a digest has a line for each alarm and key, the most urgent first",
          "[notifiers][digest]") {
  DigestContent content;
  content.id = "id";
  content.head = digest_head(test::sample_notification());
  content.why = "grouped for 5m";
  content.lines = {line("a", AlarmState::alarm, 1, Severity::low),
                   line("b", AlarmState::alarm, 2, Severity::high),
                   line("a", AlarmState::ok, 3, Severity::low),
                   line("c", AlarmState::ok, 4, Severity::critical),
                   line("a", AlarmState::alarm, 5, Severity::low)};
  const Notification n = make_digest(content, kNow);
  CHECK(is_digest(n));
  CHECK(n.message_id == "id");
  REQUIRE(n.digest.size() == 3);
  CHECK(n.digest[0].alarm == "b");
  CHECK(n.digest[1].alarm == "a");
  CHECK(n.digest[1].messages == 3);
  CHECK(n.digest[1].alarms == 2);
  CHECK(n.digest[1].state == AlarmState::alarm);
  CHECK(n.digest[2].alarm == "c");
  CHECK(n.subject == "DIGEST: 2 in ALARM, 1 OK");
  CHECK(n.summary == "5 messages in one, grouped for 5m");
  CHECK(n.severity == Severity::critical);
  CHECK(n.transition.to == AlarmState::alarm);
  CHECK(n.transition.alarm.empty());
  CHECK(n.topic == "security");
}

TEST_CASE("a digest of one alarm is named after it", "[notifiers][digest]") {
  DigestContent content;
  content.lines = {line("a", AlarmState::alarm, 1, Severity::low),
                   line("a", AlarmState::ok, 3, Severity::low)};
  content.why = "grouped for 5m";
  const Notification n = make_digest(content, kNow);
  CHECK(n.subject == "DIGEST of a: 1 OK");
  CHECK(n.summary == "2 messages of a in one, grouped for 5m");
  CHECK(n.transition.alarm == "a");
}

namespace {

Notification large_digest(int lines) {
  DigestContent content;
  content.id = "6f9619ff-8b86-5011-b42d-00cf4fc964ff";
  content.dedup_key = "d";
  content.head = digest_head(test::sample_notification());
  content.why = "grouped for 5m";
  for (int i = 0; i < lines; ++i)
    content.lines.push_back(
        line(("alarm-" + std::to_string(i)).c_str(), AlarmState::alarm, i, Severity::high));
  for (DigestLine& l : content.lines) l.summary = "<b>*rm* & " + std::string(200, 'x');
  return make_digest(content, kNow);
}

NotifierContext context() {
  NotifierContext c;
  c.topic = "security";
  c.identity = {"000000000000", "us-east-1", "prod"};
  c.mail = MailServer{"smtp://mail.example.com", "tocsin@example.com", MailRequest::StartTls::none,
                      "", Secret("")};
  return c;
}

Request request_of(MakeEndpoints make, const ConfigNode& options, const Notification& n) {
  Diagnostics out;
  const auto endpoints = make(options, context(), out);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].takes_digests);
  Attempt attempt;
  attempt.now = kNow;
  return endpoints[0].notifier->request(n, attempt);
}

Json body_of(const Request& request) { return Json::parse(std::get<HttpRequest>(request).body); }

const ConfigNode kHook = test::map({{"webhook_url", test::scalar("https://hooks.example.com/x")}});
const ConfigNode kUrl = test::map({{"url", test::scalar("https://hooks.example.com/x")}});

}  // namespace

TEST_CASE("slack shows a digest within its limits", "[notifiers][digest]") {
  const Json body = body_of(request_of(make_slack, kHook, large_digest(500)));
  CHECK(body["text"].get<std::string>().find("DIGEST: 500 in ALARM") == 0);
  const Json& blocks = body["attachments"][0]["blocks"];
  CHECK(blocks.size() <= 50);
  std::string all;
  for (const Json& block : blocks)
    if (block["type"] == "section") {
      const auto text = block["text"]["text"].get<std::string>();
      CHECK(text.size() <= 3000);
      all += text;
    }
  CHECK(all.find("ALARM: alarm-499 (account = 111122223333)") != std::string::npos);
  CHECK(all.find("&lt;b&gt;") != std::string::npos);
  CHECK(all.find("<b>") == std::string::npos);
  CHECK(all.find("and 440 more") != std::string::npos);
}

TEST_CASE("teams shows a digest below its 28 KB", "[notifiers][digest]") {
  const Request request = request_of(make_teams, kHook, large_digest(500));
  CHECK(std::get<HttpRequest>(request).body.size() < 28 * 1024);
  const std::string body = std::get<HttpRequest>(request).body;
  CHECK(body.find("alarm-499") != std::string::npos);
  CHECK(body.find("and 470 more") != std::string::npos);
}

TEST_CASE("a mail lists the whole digest, as text and as HTML", "[notifiers][digest]") {
  const ConfigNode options = test::map({{"to", test::scalar("ops@example.com")}});
  const auto mail = std::get<MailRequest>(request_of(make_email, options, large_digest(120)));
  CHECK(mail.text.find("120 messages in one, grouped for 5m") != std::string::npos);
  CHECK(mail.html.find("&lt;b&gt;") != std::string::npos);
  CHECK(mail.html.find("<b>*rm*") == std::string::npos);
  for (int i = 0; i < 120; ++i) {
    const std::string name = "ALARM: alarm-" + std::to_string(i) + " ";
    CHECK(mail.text.find(name) != std::string::npos);
    CHECK(mail.html.find(name) != std::string::npos);
  }
  std::map<std::string, std::string> headers(mail.headers.begin(), mail.headers.end());
  CHECK(headers["Subject"] == "DIGEST: 120 in ALARM");
  CHECK(headers["X-Alarm-Digest"] == "120");
  CHECK_FALSE(headers.contains("X-Alarm-Name"));
}

TEST_CASE("a native webhook says by its type that it is a digest, with all of it",
          "[notifiers][digest]") {
  const Json body = body_of(request_of(make_webhook, kUrl, large_digest(3)));
  CHECK(body["type"] == "alarm.digest");
  CHECK(body["messages"] == 3);
  REQUIRE(body["alarms"].size() == 3);
  CHECK(body["alarms"][0]["alarm"] == "alarm-2");
  CHECK(body["alarms"][0]["key"]["account"] == "111122223333");
  ConfigNode events = kUrl;
  events.entries.push_back({test::scalar("format"), test::scalar("cloudevents")});
  const Json event = body_of(request_of(make_webhook, events, large_digest(3)));
  CHECK(event["type"] == "tocsin.alarm.digest");
  CHECK(event["data"]["type"] == "alarm.digest");
}

TEST_CASE("channels for programs take no digests", "[notifiers][digest]") {
  for (const char* format : {"sns", "cloudwatch", "eventbridge", "alertmanager"}) {
    ConfigNode options = kUrl;
    options.entries.push_back({test::scalar("format"), test::scalar(format)});
    Diagnostics out;
    CHECK_FALSE(make_webhook(options, context(), out).at(0).takes_digests);
  }
}

}  // namespace tocsin
