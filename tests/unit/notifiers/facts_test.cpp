// SPDX-License-Identifier: Apache-2.0
#include "notifiers/facts.hpp"

#include "notifiers/digest.hpp"
#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;

namespace {

std::string value_of(const std::vector<Fact>& facts, const std::string& label) {
  for (const Fact& fact : facts)
    if (fact.label == label) return fact.value;
  return {};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string body_of(MakeEndpoints* make, const Notification& n) {
  Diagnostics out;
  const auto endpoints =
      make(map({{"webhook_url", scalar("https://hooks.example.com/x")}}), context(), out);
  return std::get<HttpRequest>(endpoints.at(0).request(n, {.now = kNow})).body;
}

}  // namespace

TEST_CASE("who is told because nobody has acknowledged an alarm is told how to", "[notifiers]") {
  Notification n = sample_notification();
  CHECK(value_of(judgement_facts(n), "Acknowledge").empty());
  n.cause = MessageCause::escalation;
  CHECK(value_of(judgement_facts(n), "Acknowledge") ==
        "tocsin alarms ack sg-open --key account=111122223333");
  n.cause = MessageCause::reminder;
  n.transition.alarm = "Bob's alarm";
  n.transition.key = {{"user", "$(reboot)"}, {"ip", ""}};
  CHECK(value_of(judgement_facts(n), "Acknowledge") ==
        R"(tocsin alarms ack 'Bob'\''s alarm' --key 'user=$(reboot)' --key ip=)");
  n.transition.to = AlarmState::ok;
  CHECK(value_of(judgement_facts(n), "Acknowledge").empty());
}

TEST_CASE("the reason stands once in a message without an event", "[notifiers]") {
  Notification n = sample_notification();
  n.events.clear();
  n.transition.reason = "Threshold Crossed: no datapoints were received";
  CHECK(count(body_of(make_slack, n), n.transition.reason) == 1);
  CHECK(count(body_of(make_teams, n), n.transition.reason) == 1);
}

TEST_CASE("a mail of what has no metric shows none", "[notifiers][email]") {
  Diagnostics out;
  Notification n = sample_notification();
  n.condition.clear();
  const auto mail = std::get<MailRequest>(
      make_email(map({{"to", scalar("a@example.com")}}), context(), out).at(0).request(n, {}));
  CHECK(mail.text.find("Alarm Details") != std::string::npos);
  CHECK(mail.text.find("Monitored Metric") == std::string::npos);
  CHECK(mail.html.find("State Change Actions") == std::string::npos);
}

TEST_CASE("a mail server that cannot be reached is named, without a secret", "[notifiers][email]") {
  Diagnostics out;
  NotifierContext with = context();
  with.mail->smtp_url = "smtp://user:secret@mail.example.com:587";
  const auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), with, out);
  Response answer;
  answer.failure = Response::Failure::connect_refused;
  CHECK(endpoints.at(0).notifier->outcome(answer, kNow).detail ==
        "mail server mail.example.com:587: connection refused");
  CHECK(endpoints.at(0).notifier->outcome({.status = 550}, kNow).detail ==
        "a@example.com: SMTP 550");
}

TEST_CASE("lines of a digest lead to their runbooks", "[notifiers][digest]") {
  DigestContent content;
  content.lines = {digest_line(sample_notification())};
  Notification n = make_digest(content, kNow);
  const std::string link = "https://wiki.example.com/sg-open";
  CHECK(count(body_of(make_slack, n), "<" + link + "|Runbook>") == 1);
  CHECK(count(body_of(make_slack, n), "*ALARM: sg-open (account = 111122223333)* alice") == 1);
  CHECK(count(body_of(make_teams, n), "[Runbook](" + link + ")") == 1);
  n.digest[0].runbook = link + std::string(200, 'x');
  CHECK(count(body_of(make_slack, n), "|Runbook>") == 0);
  CHECK(count(body_of(make_teams, n), "[Runbook]") == 0);
}

}  // namespace tocsin
