// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "notifiers/webhook_signature.hpp"
#include "unit/notifiers/channel_fixture.hpp"

namespace tocsin {

using namespace test;
using nlohmann::json;

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

}  // namespace tocsin
