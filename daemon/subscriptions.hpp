// SPDX-License-Identifier: Apache-2.0
// Subscriptions made while the daemon runs, by SNS' rules: asked for, confirmed by a token that
// only the endpoint was sent, ended by a link or by an operator. Says what is to change and which
// notice goes out; who owns it commits that first. No I/O, no clock. spec/notifications.md
// section 2.4.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/subscription.hpp"
#include "notifiers/sns_subscriber.hpp"
#include "tocsin/envelope_signer.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// What an endpoint is asked to get.
struct SubscribeRequest {
  std::string topic;
  std::string url;
  bool raw = false;
  bool authenticate_on_unsubscribe = false;
  std::string filter = {};  // JSON; empty: none
  bool filter_on_attributes = false;
  std::string author = {};
};

// A change to be committed, and the notice that goes to the endpoint with it.
struct SubscriptionStep {
  Subscription before;  // of a new one: as `change` has it
  SubscriptionChange change;
  std::optional<SubscriptionNotice> notice = {};
};

class Subscriptions {
 public:
  static constexpr Duration kTokenLife = hours{48};
  static constexpr std::size_t kMost = 1000;

  explicit Subscriptions(std::vector<Subscription> stored = {}) : all_(std::move(stored)) {}

  const std::vector<Subscription>& all() const { return all_; }
  const Subscription* find(const std::string& id) const;

  // A second one of the same topic and URL is the first: asked again if it was not confirmed.
  // Errors: bad-value (URL, filter), not-public, too-many.
  Result<SubscriptionStep> subscribe(const SubscribeRequest& request, Instant now) const;
  // By the token of its last notice. Errors: not-found (no such token, or it is over).
  Result<SubscriptionStep> confirm(const std::string& topic, const std::string& token,
                                   bool authenticate_on_unsubscribe, const EnvelopeSigner& signer,
                                   Instant now) const;
  // By its link: it may be taken back. Errors: not-found, forbidden.
  Result<SubscriptionStep> unsubscribe_by_link(const std::string& id, Instant now) const;
  // By an operator: it is gone.
  Result<SubscriptionStep> remove(const std::string& id) const;
  // Those whose token is over.
  std::vector<SubscriptionStep> expired(Instant now) const;

  // The step was committed.
  void take(const SubscriptionStep& step);

 private:
  std::vector<Subscription> all_;  // oldest first
};

// Where it gets its messages.
Endpoint endpoint_of(const Subscription& subscription,
                     const std::shared_ptr<const EnvelopeSigner>& signer, SignatureVersion version);

}  // namespace tocsin
