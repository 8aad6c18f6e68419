// SPDX-License-Identifier: Apache-2.0
#include "notifiers/sns_envelope.hpp"

#include <span>
#include <utility>

#include "notifiers/base64.hpp"
#include "notifiers/text.hpp"
#include "tocsin/message_attribute.hpp"

namespace tocsin {
namespace {

// Message and attributes together, as SNS counts them.
constexpr std::size_t kMessageBytesMax = 262'144;

constexpr std::string_view kSignedOfNotification[] = {"Message",   "MessageId", "Subject",
                                                      "Timestamp", "TopicArn",  "Type"};
constexpr std::string_view kSignedOfConfirmation[] = {
    "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"};

// Nothing: there are none, or no room for them beside the message.
Json attributes_of(const Notification& n) {
  Json out = Json::object();
  std::size_t bytes = sns_message(n).size();
  for (const MessageAttribute& attribute : message_attributes(n)) {
    bytes += attribute.name.size() + attribute.type.size() + attribute.value.size();
    out[attribute.name] = {{"Type", attribute.type}, {"Value", attribute.value}};
  }
  return bytes <= kMessageBytesMax ? out : Json::object();
}

}  // namespace

SnsSubscription sns_subscription(std::string name, const NotifierContext& context) {
  return {std::move(name), context.signature_version, context.signer};
}

void add_sns_headers(std::vector<std::pair<std::string, std::string>>& headers,
                     std::string_view type, const Notification& n, const std::string& arn,
                     bool raw) {
  headers.emplace_back("x-amz-sns-message-type", type);
  headers.emplace_back("x-amz-sns-message-id", n.message_id);
  headers.emplace_back("x-amz-sns-topic-arn", n.topic_arn);
  if (!arn.empty()) headers.emplace_back("x-amz-sns-subscription-arn", arn);
  if (raw) headers.emplace_back("x-amz-sns-rawdelivery", "true");
}

const std::string& sns_message(const Notification& n) {
  return n.cloudwatch_message.empty() ? n.summary : n.cloudwatch_message;
}

std::string sns_signed_text(const Json& document) {
  const bool is_notification = document.at("Type") == "Notification";
  const std::span<const std::string_view> names =
      is_notification ? std::span<const std::string_view>(kSignedOfNotification)
                      : std::span<const std::string_view>(kSignedOfConfirmation);
  std::string text;
  for (const std::string_view name : names)
    if (const auto found = document.find(name); found != document.end())
      text.append(name).append("\n").append(found->get_ref<const std::string&>()).append("\n");
  return text;
}

void sign_sns_document(Json& document, const SnsSubscription& subscription) {
  if (subscription.signer == nullptr) return;
  // What is signed is what is read: bytes that are not UTF-8 are replaced before, not in writing.
  document = Json::parse(to_text(document));
  const auto signature = subscription.signer->sign(sns_signed_text(document), subscription.version);
  if (!signature) return;
  document["SignatureVersion"] = std::to_string(static_cast<int>(subscription.version));
  document["Signature"] = to_base64(signature->bytes);
  document["SigningCertURL"] = signature->certificate_url;
}

std::string sns_payload(const Notification& n, const SnsSubscription& subscription) {
  // decided_at, not the attempt's time: a retry repeats the document byte for byte.
  Json body{{"Type", "Notification"}, {"MessageId", n.message_id}, {"TopicArn", n.topic_arn}};
  if (!n.subject.empty()) body["Subject"] = n.subject;
  body["Message"] = sns_message(n);
  body["Timestamp"] = format_iso(n.transition.decided_at);
  sign_sns_document(body, subscription);
  const std::string base =
      subscription.signer == nullptr ? std::string() : subscription.signer->link_base();
  body["UnsubscribeURL"] = base + "?Action=Unsubscribe&SubscriptionArn=" + subscription.arn(n);
  if (Json attributes = attributes_of(n); !attributes.empty())
    body["MessageAttributes"] = std::move(attributes);
  return to_text(body);
}

}  // namespace tocsin
