// SPDX-License-Identifier: Apache-2.0
#include "notifiers/sns_envelope.hpp"

#include "notifiers/base64.hpp"
#include "notifiers/channels.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"
#include "tocsin/message_attribute.hpp"

namespace tocsin {
namespace {

using test::map;
using test::scalar;

// Signs by repeating what it was given.
class Echo : public EnvelopeSigner {
 public:
  std::optional<EnvelopeSignature> sign(std::string_view text,
                                        SignatureVersion version) const override {
    if (!has_key) return std::nullopt;
    return EnvelopeSignature{std::to_string(static_cast<int>(version)) + std::string(text),
                             "https://alarms.example.com/sns/signing-1.pem"};
  }
  std::string link_base() const override { return "https://alarms.example.com/sns"; }
  bool has_key = true;
};

SnsSubscription subscription() {
  return {.name = "sub-1", .version = SignatureVersion::v2, .signer = std::make_shared<Echo>()};
}

NotifierContext context() {
  NotifierContext c;
  c.topic = "security";
  c.signer = std::make_shared<Echo>();
  return c;
}

HttpRequest raw_request(const Notification& n) {
  Diagnostics out;
  const auto endpoints = make_webhook(
      map({{"url", scalar("https://h.example.com/x")}, {"raw", scalar("true")}}), context(), out);
  REQUIRE(out.list().empty());
  REQUIRE(endpoints.size() == 1);
  return std::get<HttpRequest>(endpoints[0].notifier->request(n, {}));
}

std::string attribute(const Notification& n, std::string_view name) {
  for (const MessageAttribute& a : message_attributes(n))
    if (a.name == name) return a.type + " " + a.value;
  return "";
}

}  // namespace

TEST_CASE("an SNS document is signed over the members that SNS signs, in their order",
          "[notifiers][sns]") {
  Notification n = test::sample_notification();
  n.cloudwatch_message = "{}";
  const Json body = Json::parse(sns_payload(n, subscription()));
  CHECK(body["SignatureVersion"] == "2");
  CHECK(body["SigningCertURL"] == "https://alarms.example.com/sns/signing-1.pem");
  CHECK(from_base64(body["Signature"].get<std::string>()) ==
        "2Message\n{}\nMessageId\n" + n.message_id + "\nSubject\n" + n.subject +
            "\nTimestamp\n2026-03-14T11:41:02.123Z\nTopicArn\n" + n.topic_arn +
            "\nType\nNotification\n");
  CHECK(body["UnsubscribeURL"] ==
        "https://alarms.example.com/sns?Action=Unsubscribe&SubscriptionArn=" + n.topic_arn +
            ":sub-1");
}

TEST_CASE("what is signed is what is sent, also of bytes that are no UTF-8", "[notifiers][sns]") {
  Notification n = test::sample_notification();
  n.cloudwatch_message.clear();
  n.summary = "caf\xe9 \xff\xfe line\nbreak";
  const Json body = Json::parse(sns_payload(n, subscription()));
  CHECK(from_base64(body["Signature"].get<std::string>()) == "2" + sns_signed_text(body));
}

TEST_CASE("without a key the document goes out unsigned", "[notifiers][sns]") {
  auto echo = std::make_shared<Echo>();
  echo->has_key = false;
  const Json body =
      Json::parse(sns_payload(test::sample_notification(), {"sub-1", SignatureVersion::v2, echo}));
  CHECK(body["Type"] == "Notification");
  CHECK_FALSE(body.contains("Signature"));
  CHECK_FALSE(body.contains("SigningCertURL"));
}

TEST_CASE("raw delivery posts the message alone and says so", "[notifiers][sns]") {
  const Notification n = test::sample_notification();
  const HttpRequest request = raw_request(n);
  CHECK(request.body == n.cloudwatch_message);
  const auto has = [&](const char* name, const std::string& value) {
    return std::count(request.headers.begin(), request.headers.end(),
                      std::pair<std::string, std::string>(name, value)) == 1;
  };
  CHECK(has("x-amz-sns-rawdelivery", "true"));
  CHECK(has("x-amz-sns-message-id", n.message_id));
  CHECK(has("content-type", "text/plain; charset=UTF-8"));
}

TEST_CASE("raw delivery goes with no other format", "[notifiers][sns]") {
  Diagnostics out;
  make_webhook(map({{"url", scalar("https://h.example.com/x")},
                    {"raw", scalar("true")},
                    {"format", scalar("native")}}),
               context(), out);
  REQUIRE(out.list().size() == 1);
  CHECK(out.list()[0].code == "conflict");
}

TEST_CASE("a message says in attributes what it is about", "[notifiers][sns]") {
  Notification n = test::sample_notification();
  n.tags.emplace_back("no name of an attribute", "x");
  n.transition.key.emplace_back("line", std::string(2000, 'x'));
  CHECK(attribute(n, "AlarmName") == "String sg-open");
  CHECK(attribute(n, "NewStateValue") == "String ALARM");
  CHECK(attribute(n, "Severity") == "String high");
  CHECK(attribute(n, "Value") == "Number 2");
  CHECK(attribute(n, "tag.cis") == "String 4.10");
  CHECK(attribute(n, "key.account") == "String 111122223333");
  CHECK(attribute(n, "tag.no name of an attribute").empty());
  CHECK(attribute(n, "key.line").empty());
  const Json body = Json::parse(sns_payload(n, subscription()));
  CHECK(body["MessageAttributes"]["Severity"]["Value"] == "high");
  n.cloudwatch_message.clear();
  CHECK(message_attributes(n).empty());
}

TEST_CASE("attributes give way to a message that needs all the room", "[notifiers][sns]") {
  Notification n = test::sample_notification();
  n.cloudwatch_message = "\"" + std::string(262'100, 'x') + "\"";
  CHECK_FALSE(Json::parse(sns_payload(n, subscription())).contains("MessageAttributes"));
}

}  // namespace tocsin
