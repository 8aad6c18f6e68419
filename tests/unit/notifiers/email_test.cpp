// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;

TEST_CASE("every mail address is an endpoint of its own on one server", "[notifiers][email]") {
  Diagnostics out;
  const auto endpoints =
      make_email(map({{"to", test::list({scalar("a@example.com"), scalar("Bo <b@example.com>")})},
                      {"retry_for", scalar("2h")}}),
                 context(), out);
  CHECK(out.list().empty());
  REQUIRE(endpoints.size() == 2);
  CHECK(endpoints[0].id == "security/email/a@example.com");
  CHECK(endpoints[1].label == "email b@example.com");
  CHECK(endpoints[0].group == endpoints[1].group);
  CHECK(endpoints[0].retry_for == hours{2});
}

TEST_CASE("a mail tells the five W's before anything else", "[notifiers][email]") {
  Diagnostics out;
  const auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  const Notification n = test::sample_notification();
  const auto mail = std::get<MailRequest>(endpoints[0].notifier->request(n, {.now = kNow}));
  CHECK(mail.to == "a@example.com");
  CHECK(mail.from == "tocsin@example.com");
  CHECK(header(mail.headers, "Subject") == n.subject);
  CHECK(header(mail.headers, "Message-ID") ==
        "<6f9619ff-8b86-5011-b42d-00cf4fc964ff@prod.example.com>");
  CHECK(header(mail.headers, "Date") == "Sat, 14 Mar 2026 11:41:02 +0000");
  CHECK(header(mail.headers, "Auto-Submitted") == "auto-generated");
  CHECK(header(mail.headers, "X-Alarm-State") == "ALARM");
  const std::string first_screen = squeeze(mail.text.substr(0, 1000));
  std::size_t at = 0;
  for (const char* text : {"alice opened sg-0a1b2c3d to the world", "Who IAM user alice",
                           "What ec2 AuthorizeSecurityGroupIngress", "When 2026-03-14T12",
                           "Where 198.51.100.7", "Which sg-0a1b2c3d", "Value 2, alarm",
                           "Reason Threshold Crossed", "Runbook https://wiki"}) {
    INFO(text << " in:\n" << mail.text);
    REQUIRE(first_screen.find(text, at) != std::string::npos);
    at = first_screen.find(text, at);
  }
  for (const char* text :
       {"- Name: sg-open", "- State Change: OK -> ALARM", "- Reason for State Change:",
        "- MetricNamespace: Tocsin", "- Dimensions: [account = 1111]", "- Statistic: Sum",
        "You get this because a@example.com", "rules.d/sg.yaml:14", "newest 1 of 2 events"})
    CHECK(squeeze(mail.text).find(text) != std::string::npos);
}

TEST_CASE("email-json is the SNS document and nothing else, under the headers of a mail",
          "[notifiers][email]") {
  Diagnostics out;
  const auto endpoints = make_email_json(map({{"to", scalar("a@example.com")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  const Notification n = test::sample_notification();
  const auto mail = std::get<MailRequest>(endpoints[0].notifier->request(n, {.now = kNow}));
  CHECK(mail.html.empty());
  CHECK(mail.images.empty());
  CHECK(header(mail.headers, "Subject") == n.subject);
  CHECK(header(mail.headers, "X-Alarm-Name") == "sg-open");
  const auto document = nlohmann::json::parse(mail.text);
  CHECK(document["Type"] == "Notification");
  CHECK(document["MessageId"] == n.message_id);
  CHECK(document["Subject"] == n.subject);
  const auto message = nlohmann::json::parse(document["Message"].get<std::string>());
  CHECK(message["NewStateValue"] == "ALARM");
}

TEST_CASE("ALARM and OK of one key stand in one thread, other keys in another",
          "[notifiers][email]") {
  Diagnostics out;
  const auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), context(), out);
  Notification n = test::sample_notification();
  const auto thread = [&] {
    const auto mail = std::get<MailRequest>(endpoints[0].notifier->request(n, {}));
    return header(mail.headers, "References");
  };
  const std::string first = thread();
  n.message_id = "another";
  n.transition.to = AlarmState::ok;
  CHECK(thread() == first);
  n.dedup_key = "other key";
  CHECK(thread() != first);
}

TEST_CASE("what stands in an event can never become HTML or a header", "[notifiers][email]") {
  Diagnostics out;
  const auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), context(), out);
  Notification n = test::sample_notification();
  const std::string evil = "<script>alert('x')</script>\r\nBcc: victim@example.com";
  n.subject = n.summary = n.transition.alarm = n.transition.reason = n.runbook = n.topic = evil;
  n.events[0].facts = {evil, evil, evil, evil, {evil}};
  n.events[0].evidence.message = evil;
  const auto mail = std::get<MailRequest>(endpoints[0].notifier->request(n, {}));
  CHECK(mail.html.find("<script") == std::string::npos);
  for (const auto& [name, value] : mail.headers)
    CHECK(value.find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("mistakes of an email subscription are told at their place", "[notifiers][email]") {
  Diagnostics out;
  make_email(
      map({{"to", test::list({scalar("a@example.com"), scalar("nobody"), scalar("a@example.com")})},
           {"cc", scalar("x")}}),
      context(), out);
  CHECK(codes(out) == Codes{"bad-value", "duplicate-value", "unknown-key"});
  NotifierContext without_server = context();
  without_server.mail.reset();
  Diagnostics none;
  CHECK(make_email(map({{"to", scalar("a@example.com")}}), without_server, none).empty());
  CHECK(codes(none) == Codes{"missing-key"});
}

}  // namespace tocsin
