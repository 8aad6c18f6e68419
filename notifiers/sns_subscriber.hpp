// SPDX-License-Identifier: Apache-2.0
// A subscription that was made while the daemon runs, by SNS' protocol: it is asked to confirm, and
// gets signed notifications (or raw ones) from then on. Only public addresses.
// spec/notifications.md section 2.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "notifiers/channels.hpp"
#include "notifiers/sns_envelope.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// What is sent of the subscription itself, as SNS calls it.
enum class SubscriptionNotice { confirm, unsubscribed };

// A message to one endpoint that asks for the confirmation of its subscription, or says that it was
// ended and how to undo that. `id` is the message's. It holds no token: that is made when it is
// sent.
Notification subscription_notice(SubscriptionNotice kind, std::string id, const std::string& topic,
                                 const std::string& topic_arn, Instant now);
std::optional<SubscriptionNotice> subscription_notice_of(const Notification& n);

// What proves that somebody reads what an endpoint gets: made by the daemon's key, so that no token
// need be stored.
class SubscriptionTokens {
 public:
  explicit SubscriptionTokens(const EnvelopeSigner& signer);
  // `asked_at`: when the subscription came into its state. "": there is no key.
  std::string of(std::string_view subscription, Instant asked_at) const;

 private:
  Secret key_;
};

struct SubscriberOptions {
  SecretUrl target;
  SnsSubscription subscription;
  Instant asked_at;
  bool raw = false;
};
// Endpoint::id and label of a subscription.
std::string subscriber_endpoint_id(const std::string& topic, const std::string& id);
std::string subscriber_label(const std::string& url);
Endpoint make_subscriber(const std::string& topic, SubscriberOptions options);

}  // namespace tocsin
