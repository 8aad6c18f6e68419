// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

#include <nlohmann/json.hpp>

#include "notifiers/webhook_signature.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin {
namespace {

using nlohmann::json;
using test::map;
using test::scalar;

const Instant kNow = instant_from_ms(1'773'488'470'000);

NotifierContext context() {
  NotifierContext c;
  c.topic = "security";
  c.identity = {"000000000000", "us-east-1", "prod.example.com"};
  c.mail = MailServer{"smtp://mail.example.com:587", "Tocsin <tocsin@example.com>",
                      MailRequest::StartTls::required, "user", Secret("hunter2")};
  c.resolve_secret = [](const std::string& text) -> Result<Secret> {
    if (text == "${credential:absent}") return Error{"missing-credential", "tried /a, /b"};
    if (text == "${credential:slack}") return Secret("https://hooks.slack.com/services/T/B/SECRET");
    return Secret(text);
  };
  return c;
}

HttpRequest http_request(const std::vector<Endpoint>& endpoints, const Notification& n,
                         Attempt attempt = {}) {
  REQUIRE(endpoints.size() == 1);
  attempt.now = kNow;
  return std::get<HttpRequest>(endpoints[0].notifier->request(n, attempt));
}

std::string header(const std::vector<std::pair<std::string, std::string>>& headers,
                   std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "(none)";
}

std::vector<std::string> codes(const Diagnostics& out) {
  std::vector<std::string> list;
  for (const Diagnostic& d : out.list()) list.push_back(d.code);
  return list;
}

// Runs of spaces as one.
std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  return out;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("the native webhook tells the five W's at the top level", "[notifiers][webhook]") {
  Diagnostics out;
  const auto endpoints =
      make_webhook(map({{"url", scalar("https://hooks.example.com/x")}}), context(), out);
  CHECK(out.list().empty());
  const HttpRequest request = http_request(endpoints, test::sample_notification());
  CHECK(header(request.headers, "content-type") == "application/json");
  const json body = json::parse(request.body);
  CHECK(body["type"] == "alarm.state_changed");
  CHECK(body["version"] == 1);
  CHECK(body["id"] == "6f9619ff-8b86-5011-b42d-00cf4fc964ff");
  CHECK(body["state"] == "ALARM");
  CHECK(body["previous_state"] == "OK");
  CHECK(body["who"] == "IAM user alice (111122223333)");
  CHECK(body["what"] == "ec2 AuthorizeSecurityGroupIngress");
  CHECK(body["when"] == "2026-03-14T12:40:55+01:00");
  CHECK(body["where"] == "198.51.100.7, eu-west-1");
  CHECK(body["resources"][0] == "sg-0a1b2c3d");
  CHECK(body["value"] == 2.0);
  CHECK(body["timestamp"] == "2026-03-14T11:41:02.123Z");
  CHECK(body["alarm"]["key"]["account"] == "111122223333");
  CHECK(body["alarm"]["runbook"] == "https://wiki.example.com/sg-open");
  CHECK(body["events"][0]["message"]["eventName"] == "AuthorizeSecurityGroupIngress");
  CHECK(body["events_total"] == 2);
}

TEST_CASE("the SNS webhook carries CloudWatch's message and ours under x-source",
          "[notifiers][webhook]") {
  Diagnostics out;
  const auto endpoints = make_webhook(
      map({{"url", scalar("https://h.example.com/x")}, {"format", scalar("sns")}}), context(), out);
  const Notification n = test::sample_notification();
  const HttpRequest request = http_request(endpoints, n);
  CHECK(header(request.headers, "content-type") == "text/plain; charset=UTF-8");
  CHECK(header(request.headers, "x-amz-sns-message-type") == "Notification");
  CHECK(header(request.headers, "x-amz-sns-message-id") == n.message_id);
  CHECK(header(request.headers, "x-amz-sns-topic-arn") == n.topic_arn);
  CHECK(header(request.headers, "x-amz-sns-subscription-arn").size() == n.topic_arn.size() + 37);
  const json body = json::parse(request.body);
  CHECK(body["Type"] == "Notification");
  CHECK(body["MessageId"] == n.message_id);
  CHECK(body["Subject"] == n.subject);
  CHECK(body["Timestamp"] == "2026-03-14T11:41:02.123Z");
  const json message = json::parse(body["Message"].get<std::string>());
  CHECK(message["AlarmName"] == "sg-open");
  CHECK(message["Trigger"]["Threshold"] == 1.0);
  CHECK(message["x-source"]["eventsTotal"] == 2);
  CHECK(message["x-source"]["events"].size() == 1);
}

TEST_CASE("a retry of the SNS document is the same, and says in a header that it is late",
          "[notifiers][webhook]") {
  Diagnostics out;
  const auto endpoints = make_webhook(
      map({{"url", scalar("https://h.example.com/x")}, {"format", scalar("sns")}}), context(), out);
  const Notification n = test::sample_notification();
  const HttpRequest first = http_request(endpoints, n);
  const HttpRequest later =
      http_request(endpoints, n, {.number = 3, .now = kNow, .superseded = true});
  CHECK(first.body == later.body);
  CHECK(header(first.headers, "x-alarm-superseded") == "(none)");
  CHECK(header(later.headers, "x-alarm-superseded") == "true");
}

TEST_CASE("headers of the user's own win, secrets in them are resolved", "[notifiers][webhook]") {
  Diagnostics out;
  const auto endpoints =
      make_webhook(map({{"url", scalar("https://h.example.com/x")},
                        {"headers", map({{"Content-Type", scalar("application/cloudevents+json")},
                                         {"X-Url", scalar("${credential:slack}")}})}}),
                   context(), out);
  CHECK(out.list().empty());
  const HttpRequest request = http_request(endpoints, test::sample_notification());
  CHECK(header(request.headers, "content-type") == "(none)");
  CHECK(header(request.headers, "Content-Type") == "application/cloudevents+json");
  CHECK(header(request.headers, "X-Url").ends_with("SECRET"));
}

TEST_CASE("all mistakes of a webhook are told at once", "[notifiers][webhook]") {
  Diagnostics out;
  make_webhook(map({{"url", scalar("ftp://x")},
                    {"format", scalar("teams")},
                    {"headers", map({{"Host", scalar("a")}, {"X", scalar("a\nb")}})},
                    {"signing_key", scalar("whsec_S3CRET")},
                    {"retry_for", scalar("1s")},
                    {"heders", scalar("")}}),
               context(), out);
  CHECK(codes(out) == Codes{"bad-value", "bad-value", "bad-value", "bad-value", "bad-value",
                            "bad-value", "unknown-key"});
  CHECK(out.list().back().hint.find("headers") != std::string::npos);
}

TEST_CASE("a webhook in CloudWatch's format has its alarm message, in CloudEvents' ours as data",
          "[notifiers][webhook]") {
  const auto sent = [](const char* format) {
    Diagnostics out;
    return http_request(
        make_webhook(map({{"url", scalar("https://h.example.com/x")}, {"format", scalar(format)}}),
                     context(), out),
        test::sample_notification());
  };
  const json alarm = json::parse(sent("cloudwatch").body);
  CHECK(alarm["AlarmName"] == "sg-open");
  CHECK(alarm["x-source"]["eventsTotal"] == 2);
  const HttpRequest request = sent("cloudevents");
  CHECK(header(request.headers, "content-type") == "application/cloudevents+json; charset=UTF-8");
  const json event = json::parse(request.body);
  CHECK(event["specversion"] == "1.0");
  CHECK(event["id"] == "6f9619ff-8b86-5011-b42d-00cf4fc964ff");
  CHECK(event["subject"] == "sg-open");
  CHECK(event["time"] == "2026-03-14T11:41:02.123Z");
  CHECK(event["data"]["who"] == "IAM user alice (111122223333)");
  CHECK(json::parse(sent("alertmanager").body)["status"] == "firing");
}

TEST_CASE("a signed webhook has an id, the attempt's time and a signature for each key",
          "[notifiers][webhook]") {
  const std::string key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
  Diagnostics out;
  const auto endpoints = make_webhook(
      map({{"url", scalar("https://h.example.com/x")},
           {"signing_key", test::list({scalar("whsec_" + key), scalar("whsk_" + key)})}}),
      context(), out);
  CHECK(out.list().empty());
  const HttpRequest request = http_request(endpoints, test::sample_notification());
  CHECK(header(request.headers, "webhook-id") == "6f9619ff-8b86-5011-b42d-00cf4fc964ff");
  CHECK(header(request.headers, "webhook-timestamp") == "1773488470");
  const std::string signature = header(request.headers, "webhook-signature");
  CHECK(signature.starts_with("v1,"));
  CHECK(signature.find(" v1a,") != std::string::npos);
}

TEST_CASE("signatures are those of the specification", "[notifiers][webhook]") {
  const std::string key = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
  const auto sign = [](const std::string& text) {
    return webhook_signature({WebhookKey::parse(text).value()}, "msg_1", kNow, R"({"a":1})");
  };
  CHECK(sign("whsec_" + key) == "v1,u0hokTJoDruL+kBdeSYlV91AjMfdH67wazdLBVPTDQQ=");
  CHECK(sign("whsk_" + key) ==
        "v1a,LRwDdD0ibzSRGWPJfLyhYDmmQSISdzVHVwW5ZZqNmaw+hOPkRkb2e/"
        "o0tajfZO9TtWlOnwH/kdTut3qcbh2YDQ==");
  for (const char* wrong : {"", "whsec_", "whsec_AAAA", "whsec_!!!!", "key_AAAA", "whsk_AAAA"})
    CHECK_FALSE(WebhookKey::parse(wrong).ok());
}

TEST_CASE("a metadata address is refused where it is written", "[notifiers][webhook]") {
  Diagnostics out;
  CHECK(make_webhook(map({{"url", scalar("http://169.254.169.254/latest")}}), context(), out)
            .empty());
  CHECK(codes(out) == Codes{"bad-value"});
}

TEST_CASE("a missing credential is an error at its place", "[notifiers][slack]") {
  Diagnostics out;
  CHECK(make_slack(map({{"webhook_url", scalar("${credential:absent}")}}), context(), out).empty());
  CHECK(codes(out) == Codes{"missing-credential"});
}

TEST_CASE("a Slack message has header, facts, reason, events and colour", "[notifiers][slack]") {
  Diagnostics out;
  const auto endpoints =
      make_slack(map({{"webhook_url", scalar("${credential:slack}")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].label == "slack hooks.slack.com");
  const json body = json::parse(http_request(endpoints, test::sample_notification()).body);
  CHECK(body["text"] ==
        "ALARM: sg-open (account = 111122223333): alice opened sg-0a1b2c3d to the world");
  const json& attachment = body["attachments"][0];
  CHECK(attachment["color"] == "#D13212");
  const json& blocks = attachment["blocks"];
  CHECK(blocks[0]["type"] == "header");
  const std::string fields = blocks[2]["fields"].dump() + blocks[3]["fields"].dump();
  for (const char* text : {"*Who*\\nIAM user alice", "*What*\\nec2", "*When*", "*Where*", "*Which*",
                           "*Value*\\n2, alarm when count", "<!date^1773488462^"})
    CHECK(fields.find(text) != std::string::npos);
  CHECK(blocks.dump().find("*Reason* Threshold Crossed: 1 datapoint [2.0] was &gt;=") !=
        std::string::npos);
  CHECK(blocks.dump().find("<https://wiki.example.com/sg-open|") != std::string::npos);
}

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

TEST_CASE("every channel tells the datapoints, their chart and how often the alarm fired",
          "[notifiers]") {
  Notification n = test::sample_notification();
  n.datapoints_text = "2 of the last 2 datapoints breach, 2 are needed: 4, 7";
  n.trend = {{{kNow, 4.0, true}, {kNow, 7.0, true}}, 3.0, "2 periods of 1 min", "\u2585\u2588"};
  n.transition.firings = 4;
  const std::string url = "https://hooks.example.com/x";
  const auto body = [&](MakeEndpoints* make, const char* key) {
    Diagnostics out;
    const auto endpoints = make(map({{key, scalar(url)}}), context(), out);
    REQUIRE(endpoints.size() == 1);
    return std::get<HttpRequest>(endpoints[0].request(n, {.now = kNow})).body;
  };
  Diagnostics out;
  const auto mail =
      std::get<MailRequest>(make_email(map({{"to", scalar("a@example.com")}}), context(), out)
                                .at(0)
                                .request(n, {.now = kNow}));
  for (const std::string& text : {body(make_slack, "webhook_url"), body(make_teams, "webhook_url"),
                                  body(make_webhook, "url"), mail.text, mail.html}) {
    INFO(text);
    CHECK(text.find("2 of the last 2 datapoints breach") != std::string::npos);
    CHECK(text.find("\u2585\u2588") != std::string::npos);
    CHECK((text.find("4 times in 30 days") != std::string::npos ||
           text.find("\"fired_in_30_days\":4") != std::string::npos));
  }
  REQUIRE(mail.images.size() == 1);
  CHECK(mail.html.find("cid:" + mail.images[0].id + "\"") != std::string::npos);
  CHECK(mail.images[0].bytes.starts_with("\x89PNG"));
}

TEST_CASE("a message says which subscription and filter sent it", "[notifiers]") {
  Diagnostics out;
  auto endpoints = make_email(map({{"to", scalar("a@example.com")}}), context(), out);
  endpoints[0].filter_text = R"({"NewStateValue":["ALARM"]})";
  Notification n = test::sample_notification();
  n.pattern = "{ $.eventName = Authorize* }";
  const auto mail = std::get<MailRequest>(endpoints[0].request(n, {.now = kNow}));
  CHECK(squeeze(mail.text).find("You get this because a@example.com is subscribed to topic "
                                "\"security\" of Tocsin on prod, filter "
                                "{\"NewStateValue\":[\"ALARM\"]}. The rule stands in "
                                "rules.d/sg.yaml:14. It looks for { $.eventName = Authorize* }") !=
        std::string::npos);
  const auto slack =
      make_slack(map({{"webhook_url", scalar("https://h.example.com/x")}}), context(), out);
  const json body = json::parse(std::get<HttpRequest>(slack[0].request(n, {})).body);
  CHECK(body.dump().find("because slack h.example.com is subscribed to topic") !=
        std::string::npos);
}

TEST_CASE("what a template made stands in the place of the channel's own words", "[notifiers]") {
  Diagnostics out;
  Notification n = test::sample_notification();
  n.rendered = {{"text", "own text"},
                {"html", "<p>own html</p>"},
                {"slack", "own *slack*"},
                {"teams", "own teams"},
                {"pagerduty", "own summary"}};
  const auto mail = std::get<MailRequest>(
      make_email(map({{"to", scalar("a@example.com")}}), context(), out).at(0).request(n, {}));
  CHECK(mail.text.starts_with("own text\n-- \nYou get this because"));
  CHECK(mail.html.find("<p>own html</p>") != std::string::npos);
  CHECK(mail.html.find("alice opened") == mail.html.rfind("alice opened"));  // the preview alone
  const auto body = [&](const std::vector<Endpoint>& endpoints) {
    return json::parse(std::get<HttpRequest>(endpoints.at(0).request(n, {})).body);
  };
  const ConfigNode url = map({{"webhook_url", scalar("https://h.example.com/x")}});
  CHECK(body(make_slack(url, context(), out))["attachments"][0]["blocks"][1]["text"]["text"] ==
        "own *slack*");
  CHECK(body(make_teams(url, context(), out))["attachments"][0]["content"]["body"][1]["text"] ==
        "own teams");
  const ConfigNode key = map({{"routing_key", scalar(std::string(32, 'k'))}});
  CHECK(body(make_pagerduty(key, context(), out))["payload"]["summary"] == "own summary");
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

TEST_CASE("a webhook posts EventBridge's record as it is", "[notifiers][webhook]") {
  Diagnostics out;
  const auto endpoints = make_webhook(
      map({{"url", scalar("https://h.example.com/x")}, {"format", scalar("eventbridge")}}),
      context(), out);
  CHECK(out.list().empty());
  Notification n = test::sample_notification();
  n.event_record = R"({"version":"0"})";
  CHECK(http_request(endpoints, n).body == n.event_record);
  CHECK(header(http_request(endpoints, n).headers, "content-type") == "application/json");
  SECTION("and what an older version stored goes out as its own") {
    n.event_record.clear();
    CHECK(json::parse(http_request(endpoints, n).body)["type"] == "alarm.state_changed");
  }
}

TEST_CASE("a file takes one line a message, in each format", "[notifiers][file]") {
  Notification n = test::sample_notification();
  n.event_record = R"({"version":"0"})";
  const auto line = [&](const char* format) {
    Diagnostics out;
    const auto endpoints = make_file(
        map({{"path", scalar("/var/log/a.ndjson")}, {"format", scalar(format)}}), context(), out);
    CHECK(out.list().empty());
    REQUIRE(endpoints.size() == 1);
    return std::get<FileRequest>(endpoints[0].notifier->request(n, {.now = kNow})).line;
  };
  CHECK(json::parse(line("native"))["type"] == "alarm.state_changed");
  CHECK(json::parse(line("sns"))["Type"] == "Notification");
  CHECK(json::parse(line("cloudwatch"))["AlarmName"] == "sg-open");
  CHECK(line("eventbridge") == n.event_record);
  n.event_record = "no\nJSON";
  CHECK(line("eventbridge") == "no JSON");
}

TEST_CASE("a file is named by its path, and told by it when it cannot be written",
          "[notifiers][file]") {
  Diagnostics out;
  const auto endpoints = make_file(map({{"path", scalar("/var/log/a.ndjson")}}), context(), out);
  REQUIRE(endpoints.size() == 1);
  CHECK(endpoints[0].id == "security/file//var/log/a.ndjson");
  CHECK(endpoints[0].label == "file /var/log/a.ndjson");
  const Notifier& file = *endpoints[0].notifier;
  CHECK(file.outcome({.status = 200}, kNow).outcome == Delivery::Outcome::delivered);
  const Delivery later = file.outcome(
      {.failure = Response::Failure::other, .detail = "cannot be opened: Permission denied"}, kNow);
  CHECK(later.outcome == Delivery::Outcome::retry);
  CHECK(later.detail == "/var/log/a.ndjson: cannot be opened: Permission denied");
  for (const char* path : {"alarms.ndjson", "/var/log/", ""}) {
    Diagnostics faults;
    make_file(map({{"path", scalar(path)}}), context(), faults);
    CHECK(codes(faults) == Codes{"bad-value"});
  }
}

}  // namespace tocsin
