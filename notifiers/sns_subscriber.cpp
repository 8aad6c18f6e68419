// SPDX-License-Identifier: Apache-2.0
#include "notifiers/sns_subscriber.hpp"

#include <utility>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/own_notice.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

struct Kind {
  SubscriptionNotice notice;
  const char* type;
  const char* before;
  const char* behind;
};
constexpr Kind kKinds[] = {
    {SubscriptionNotice::confirm, "SubscriptionConfirmation",
     "You have chosen to subscribe to the topic ",
     ".\nTo confirm the subscription, visit the SubscribeURL included in this message."},
    {SubscriptionNotice::unsubscribed, "UnsubscribeConfirmation",
     "You have chosen to deactivate subscription ",
     ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in "
     "this message."}};

const Kind& kind_of(SubscriptionNotice notice) {
  return kKinds[notice == SubscriptionNotice::confirm ? 0 : 1];
}

class Subscriber final : public Notifier {
 public:
  explicit Subscriber(SubscriberOptions options) : options_(std::move(options)) {}

  Request request(const Notification& n, const Attempt& attempt) const override {
    HttpRequest request;
    request.url = options_.target.url;
    request.allow_private = false;
    const auto notice = subscription_notice_of(n);
    const char* type = notice ? kind_of(*notice).type : "Notification";
    const bool raw = options_.raw && !notice;
    request.headers = {{"content-type", "text/plain; charset=UTF-8"}};
    add_sns_headers(request.headers, type, n,
                    notice == SubscriptionNotice::confirm ? "" : options_.subscription.arn(n), raw);
    if (attempt.superseded) request.headers.emplace_back("x-alarm-superseded", "true");
    if (attempt.overtaking) request.headers.emplace_back("x-alarm-overtaking", "true");
    request.body = notice ? control_document(n, *notice)
                   : raw  ? sns_message(n)
                          : sns_payload(n, options_.subscription);
    return request;
  }

  Delivery outcome(const Response& answer, Instant now) const override {
    return http_outcome(answer, now, options_.target.host);
  }

 private:
  std::string control_document(const Notification& n, SubscriptionNotice notice) const {
    const Kind& kind = kind_of(notice);
    const SnsSubscription& s = options_.subscription;
    const std::string token =
        s.signer == nullptr ? "" : SubscriptionTokens(*s.signer).of(s.name, options_.asked_at);
    const std::string base = s.signer == nullptr ? "" : s.signer->link_base();
    const std::string of = notice == SubscriptionNotice::confirm ? n.topic_arn : s.arn(n);
    Json body{{"Type", kind.type},
              {"MessageId", n.message_id},
              {"Token", token},
              {"TopicArn", n.topic_arn},
              {"Message", kind.before + of + kind.behind},
              {"SubscribeURL",
               base + "?Action=ConfirmSubscription&TopicArn=" + n.topic_arn + "&Token=" + token},
              {"Timestamp", format_iso(n.transition.decided_at)}};
    sign_sns_document(body, s);
    return to_text(body);
  }

  SubscriberOptions options_;
};

}  // namespace

Notification subscription_notice(SubscriptionNotice kind, std::string id, const std::string& topic,
                                 const std::string& topic_arn, Instant now) {
  Notification n;
  n.message_id = std::move(id);
  n.topic = topic;
  n.topic_arn = topic_arn;
  n.dedup_key = own_notice_key(kind_of(kind).type, n.message_id);
  n.subject = kind_of(kind).type;
  n.summary = std::string(kind_of(kind).type) + " of the topic " + topic;
  n.told_at = now;
  n.transition.at = n.transition.decided_at = now;
  return n;
}

std::optional<SubscriptionNotice> subscription_notice_of(const Notification& n) {
  for (const Kind& kind : kKinds)
    if (n.dedup_key == own_notice_key(kind.type, n.message_id)) return kind.notice;
  return std::nullopt;
}

SubscriptionTokens::SubscriptionTokens(const EnvelopeSigner& signer) {
  const auto signature = signer.sign("Tocsin subscription tokens", SignatureVersion::v2);
  if (signature) key_ = Secret(signature->bytes);
}

std::string SubscriptionTokens::of(std::string_view subscription, Instant asked_at) const {
  if (key_.empty()) return {};
  std::string text = key_.reveal();
  text.append(subscription).append("\n").append(std::to_string(to_ms(asked_at)));
  return name_hash("1" + text) + name_hash("2" + text);
}

std::string subscriber_endpoint_id(const std::string& topic, const std::string& id) {
  return endpoint_id(topic, "subscription", id);
}

std::string subscriber_label(const std::string& url) {
  const Result<WebTarget> target = parse_web_target(url);
  return "webhook " + (target ? target->host : "?") + " (subscribed)";
}

Endpoint make_subscriber(const std::string& topic, SubscriberOptions options) {
  Endpoint endpoint;
  endpoint.id = subscriber_endpoint_id(topic, options.subscription.name);
  endpoint.label = subscriber_label(options.target.url.reveal());
  endpoint.takes_digests = false;
  endpoint.notifier = std::make_shared<Subscriber>(std::move(options));
  return endpoint;
}

}  // namespace tocsin
