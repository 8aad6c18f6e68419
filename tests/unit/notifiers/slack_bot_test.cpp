// SPDX-License-Identifier: Apache-2.0
// The bot of the channel `slack`: one message per (alarm, key), its thread, and Slack's errors.
#include <nlohmann/json.hpp>

#include "notifiers/channels.hpp"
#include "notifiers/slack_answer.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using nlohmann::json;
using test::map;
using test::scalar;
using Outcome = Delivery::Outcome;

const Instant kNow = instant_from_ms(1'773'488'470'000);
const std::string kOk = R"({"ok":true,"channel":"C1","ts":"1.5","message":{"ts":"9.9"}})";

ConfigNode options() {
  return map({{"token", scalar("xoxb-1-S3CRET")}, {"channel", scalar("#alarms")}});
}

Endpoint bot() {
  Diagnostics out;
  NotifierContext context;
  context.topic = "security";
  auto endpoints = make_slack(options(), context, out);
  CHECK(out.list().empty());
  REQUIRE(endpoints.size() == 1);
  return std::move(endpoints[0]);
}

struct Call {
  std::string method;
  json body;
};

// Tells messages as the dispatcher does, with Slack's answers from a script; further ones are kOk.
struct Teller {
  Endpoint endpoint = bot();
  std::string receipt = {};
  std::vector<std::string> answers = {};
  std::vector<Call> calls = {};

  Delivery tell(const Notification& n, Attempt attempt = {}) {
    for (;;) {
      attempt.receipt = receipt;
      const auto request = std::get<HttpRequest>(endpoint.notifier->request(n, attempt));
      const std::string& url = request.url.reveal();
      calls.push_back({url.substr(url.rfind('/') + 1), json::parse(request.body)});
      Response answer{.status = 200, .body = kOk};
      if (!answers.empty()) {
        answer.body = answers.front();
        answers.erase(answers.begin());
      }
      Delivery delivery = endpoint.notifier->conclude(n, attempt, answer, kNow);
      if (delivery.receipt) receipt = *delivery.receipt;
      if (!delivery.more) return delivery;
    }
  }
  std::string methods() const {
    std::string text;
    for (const Call& call : calls) text += call.method + " ";
    return text;
  }
};

Notification message(std::uint64_t sequence, AlarmState to) {
  Notification n = test::sample_notification();
  n.message_id = "message-" + std::to_string(sequence);
  n.transition.sequence = sequence;
  n.transition.to = to;
  n.duration_text = to == AlarmState::ok ? "5 minutes" : "";
  return n;
}

}  // namespace

TEST_CASE("a Slack bot posts the first state of an alarm", "[notifiers][slack]") {
  Teller t;
  CHECK(t.tell(message(1, AlarmState::alarm)).outcome == Outcome::delivered);
  REQUIRE(t.methods() == "chat.postMessage ");
  const json& body = t.calls[0].body;
  CHECK(body["channel"] == "#alarms");
  CHECK(body["text"].get<std::string>().starts_with("ALARM: sg-open"));
  CHECK(body["attachments"][0]["color"] == "#D13212");
  CHECK_FALSE(body.contains("thread_ts"));
}

TEST_CASE("each change is a reply in the thread, and the post shows the newest state",
          "[notifiers][slack]") {
  Teller t;
  t.tell(message(1, AlarmState::alarm));
  t.calls.clear();
  t.tell(message(2, AlarmState::ok));
  REQUIRE(t.methods() == "chat.postMessage chat.update ");
  const json& reply = t.calls[0].body;
  CHECK(reply["channel"] == "C1");
  CHECK(reply["thread_ts"] == "1.5");
  CHECK(reply["text"].get<std::string>().find("Lasted: 5 minutes") != std::string::npos);
  CHECK_FALSE(reply.contains("reply_broadcast"));
  const json& update = t.calls[1].body;
  CHECK(update["channel"] == "C1");
  CHECK(update["ts"] == "1.5");
  CHECK(update["attachments"][0]["color"] == "#1D8102");
}

TEST_CASE("an alarm that comes again is seen in the channel, not in the thread alone",
          "[notifiers][slack]") {
  Teller t;
  t.tell(message(1, AlarmState::ok));
  t.tell(message(2, AlarmState::alarm));
  CHECK(t.calls[1].body["reply_broadcast"] == true);
}

TEST_CASE("an attempt that broke off after its reply goes on with the update",
          "[notifiers][slack]") {
  Teller t;
  t.tell(message(1, AlarmState::alarm));
  t.answers = {kOk, R"({"ok":false,"error":"internal_error"})"};
  CHECK(t.tell(message(2, AlarmState::ok)).outcome == Outcome::retry);
  t.calls.clear();
  CHECK(t.tell(message(2, AlarmState::ok)).outcome == Outcome::delivered);
  CHECK(t.methods() == "chat.update ");
}

TEST_CASE("a late message is told in the thread and does not change the post",
          "[notifiers][slack]") {
  Teller t;
  t.tell(message(1, AlarmState::alarm));
  t.tell(message(3, AlarmState::ok));
  t.calls.clear();
  Attempt late;
  late.superseded = true;
  CHECK(t.tell(message(2, AlarmState::alarm), late).outcome == Outcome::delivered);
  REQUIRE(t.methods() == "chat.postMessage ");
  CHECK(t.calls[0].body["text"].get<std::string>().find("is late") != std::string::npos);
  CHECK_FALSE(t.calls[0].body.contains("reply_broadcast"));
}

TEST_CASE("a post that somebody deleted is posted anew in the same attempt", "[notifiers][slack]") {
  Teller t;
  t.tell(message(1, AlarmState::alarm));
  t.calls.clear();
  t.answers = {kOk, R"({"ok":false,"error":"message_not_found"})",
               R"({"ok":true,"channel":"C1","ts":"2.5"})"};
  CHECK(t.tell(message(2, AlarmState::ok)).outcome == Outcome::delivered);
  CHECK(t.methods() == "chat.postMessage chat.update chat.postMessage ");
  CHECK_FALSE(t.calls[2].body.contains("thread_ts"));
  t.tell(message(3, AlarmState::alarm));
  CHECK(t.calls[3].body["thread_ts"] == "2.5");
}

TEST_CASE("a digest is a post of its own, which no alarm's thread follows", "[notifiers][slack]") {
  Teller t;
  Notification digest = message(1, AlarmState::alarm);
  digest.cause = MessageCause::digest;
  digest.digest.resize(2);
  t.tell(digest);
  CHECK(t.receipt.empty());
  t.tell(message(2, AlarmState::ok));
  CHECK_FALSE(t.calls[1].body.contains("thread_ts"));
  t.tell(digest);
  CHECK_FALSE(t.calls[2].body.contains("thread_ts"));
}

TEST_CASE("what is remembered but cannot be read is as nothing", "[notifiers][slack]") {
  for (const char* receipt : {"x", "[]", "{}", R"({"channel":"","ts":"1"})",
                              R"({"channel":1,"ts":2,"replied":[],"shows":"no"})"}) {
    INFO(receipt);
    Teller t;
    t.receipt = receipt;
    t.tell(message(1, AlarmState::alarm));
    CHECK_FALSE(t.calls[0].body.contains("thread_ts"));
  }
}

TEST_CASE("Slack's errors are final unless they pass by themselves", "[notifiers][slack]") {
  const auto outcome = [](const std::string& body, int status = 200) {
    return bot().notifier->outcome({.status = status, .body = body}, kNow).outcome;
  };
  const auto error = [](const std::string& name) {
    return R"({"ok":false,"error":")" + name + "\"}";
  };
  for (const char* name : {"ratelimited", "internal_error", "fatal_error", "service_unavailable",
                           "request_timeout", "team_added_to_org"})
    CHECK(outcome(error(name)) == Outcome::retry);
  for (const char* name : {"invalid_auth", "token_revoked", "account_inactive", "missing_scope",
                           "channel_not_found", "not_in_channel", "is_archived", "invalid_blocks",
                           "msg_too_long", "message_not_found", "what_comes_next_year"})
    CHECK(outcome(error(name)) == Outcome::rejected);
  // A proxy's page, half an answer: not Slack's word.
  for (const char* body : {"", "ok", "<html>", "{", "[]", R"({"ok":false})"})
    CHECK(outcome(body) == Outcome::retry);
  CHECK(outcome(kOk, 503) == Outcome::retry);
}

TEST_CASE("a rate limit is waited for, and an error says what to do", "[notifiers][slack]") {
  const Response limited{.status = 429, .headers = {{"retry-after", "30"}}};
  CHECK(bot().notifier->outcome(limited, kNow).retry_after == Duration{seconds{30}});
  const Response denied{.status = 200, .body = R"({"ok":false,"error":"not_in_channel"})"};
  CHECK(bot().notifier->outcome(denied, kNow).detail ==
        "slack.com: not_in_channel (invite the app to the channel)");
}

TEST_CASE("Slack's answer is read although the message that it echoes was cut",
          "[notifiers][slack]") {
  const SlackAnswer said = SlackAnswer::parse(
      R"({"ok":true,"channel":"C1","ts":"1.5","message":{"text":"and so on, without an en)");
  CHECK(said.ok);
  CHECK(said.channel == "C1");
  CHECK(said.ts == "1.5");
}

TEST_CASE("a bot's token is in a header, and nowhere that people look", "[notifiers][slack]") {
  const Endpoint endpoint = bot();
  CHECK(endpoint.id == "security/slack/#alarms");
  CHECK(endpoint.label == "slack #alarms");
  CHECK(endpoint.policy.spacing == Duration{seconds{1}});
  const auto request =
      std::get<HttpRequest>(endpoint.notifier->request(message(1, AlarmState::alarm), {}));
  CHECK(request.url.reveal() == "https://slack.com/api/chat.postMessage");
  CHECK(request.headers[1].second == "Bearer xoxb-1-S3CRET");
  CHECK(request.body.find("S3CRET") == std::string::npos);
}

TEST_CASE("mistakes of a bot are told at once", "[notifiers][slack]") {
  Diagnostics out;
  CHECK(make_slack(map({{"token", scalar("hunter2")},
                        {"channel", scalar("two words")},
                        {"webhook_url", scalar("https://hooks.slack.com/x")}}),
                   {}, out)
            .empty());
  CHECK(out.list().size() == 3);
  for (const Diagnostic& d : out.list()) CHECK(d.text.find("hunter2") == std::string::npos);
}

}  // namespace tocsin
