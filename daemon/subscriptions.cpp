// SPDX-License-Identifier: Apache-2.0
#include "daemon/subscriptions.hpp"

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>

#include "notifiers/endpoint_name.hpp"
#include "notifiers/target_address.hpp"
#include "rules/message/filter_policy.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "tocsin/message_attribute.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

// Of a host that is an address, whether anybody may reach it; names are judged when they are
// connected to.
bool is_public_literal(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return false;
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) size = 4;
  if (size == 0 && inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) size = 16;
  return size == 0 ||
         classify_address(std::span<const unsigned char>(bytes).first(size)) == AddressClass::open;
}

Result<std::shared_ptr<const FilterPolicy>> policy_of(const std::string& json, bool on_attributes) {
  Diagnostics out;
  const ConfigNode node = read_document(json, "filter", out);
  const auto scope = on_attributes ? FilterScope::message_attributes : FilterScope::message_body;
  auto policy = out.has_errors() ? std::nullopt : FilterPolicy::parse(node, scope, out);
  if (policy) return std::make_shared<const FilterPolicy>(std::move(*policy));
  return Error{"bad-value", "`filter`: " + (out.list().empty() ? "" : out.list().front().text)};
}

Status check(const SubscribeRequest& request) {
  const Result<WebTarget> target = parse_web_target(request.url);
  if (!target) return Error{"bad-value", "`url`: " + target.error().text};
  if (request.url.size() > kUrlBytesMax)
    return Error{"bad-value", "`url` has more than 2048 bytes"};
  if (!is_public_literal(target->host))
    return Error{"bad-value",
                 "`url`: subscriptions made at run time reach public addresses only; others stand "
                 "in the configuration"};
  if (request.filter.empty()) return success();
  const auto policy = policy_of(request.filter, request.filter_on_attributes);
  return policy ? success() : Status(policy.error());
}

bool same_text(const std::string& a, const std::string& b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Error no_such(const std::string& id) {
  return {"not-found", "there is no subscription " + id + " that was made at run time"};
}

SubscriptionStep step_to(const Subscription& before, SubscriptionState state, Instant now) {
  Subscription after = before;
  after.state = state;
  after.changed = now;
  return {before, {before.id, std::move(after)}};
}

}  // namespace

const Subscription* Subscriptions::find(const std::string& id) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const Subscription& s) { return s.id == id; });
  return found == all_.end() ? nullptr : &*found;
}

Result<SubscriptionStep> Subscriptions::subscribe(const SubscribeRequest& request,
                                                  Instant now) const {
  if (Status fine = check(request); !fine) return fine.error();
  const auto same = std::find_if(all_.begin(), all_.end(), [&](const Subscription& s) {
    return s.topic == request.topic && s.url.reveal() == request.url;
  });
  Subscription wanted{.id = {},
                      .topic = request.topic,
                      .url = Secret(request.url),
                      .state = SubscriptionState::pending,
                      .raw = request.raw,
                      .authenticate_on_unsubscribe = request.authenticate_on_unsubscribe,
                      .filter = request.filter,
                      .filter_on_attributes = request.filter_on_attributes,
                      .author = request.author,
                      .created = now,
                      .changed = now};
  if (same != all_.end()) {
    if (same->state == SubscriptionState::confirmed)
      return Error{"conflict", "this URL has subscribed already, as " + same->id};
    wanted.id = same->id;
    wanted.created = same->created;
    return SubscriptionStep{*same, {wanted.id, wanted}, SubscriptionNotice::confirm};
  }
  if (all_.size() >= kMost)
    return Error{"too-many",
                 "there are " + std::to_string(kMost) + " subscriptions made at run time already"};
  wanted.id = name_uuid("subscription " + request.topic + " " + request.url + " " +
                        std::to_string(to_ms(now)));
  return SubscriptionStep{wanted, {wanted.id, wanted}, SubscriptionNotice::confirm};
}

Result<SubscriptionStep> Subscriptions::confirm(const std::string& topic, const std::string& token,
                                                bool authenticate_on_unsubscribe,
                                                const EnvelopeSigner& signer, Instant now) const {
  const SubscriptionTokens tokens(signer);
  for (const Subscription& s : all_) {
    // A confirmed one is found too: a link that is followed twice has done its work.
    const bool is_over = s.state != SubscriptionState::confirmed && now - s.changed > kTokenLife;
    if (s.topic != topic || is_over) continue;
    if (!same_text(token, tokens.of(s.id, s.changed))) continue;
    if (s.state == SubscriptionState::confirmed) return SubscriptionStep{s, {s.id, s}};
    Subscription after = s;
    after.state = SubscriptionState::confirmed;
    after.authenticate_on_unsubscribe |= authenticate_on_unsubscribe;
    return SubscriptionStep{s, {s.id, std::move(after)}};
  }
  return Error{"not-found",
               "this token belongs to no subscription that waits for it; tokens are "
               "good for 2 days"};
}

Result<SubscriptionStep> Subscriptions::unsubscribe_by_link(const std::string& id,
                                                            Instant now) const {
  const Subscription* s = find(id);
  if (s == nullptr) return no_such(id);
  if (s->authenticate_on_unsubscribe)
    return Error{"forbidden", "this subscription is ended by those who run the daemon"};
  if (s->state != SubscriptionState::confirmed) return SubscriptionStep{*s, {id, *s}};
  SubscriptionStep step = step_to(*s, SubscriptionState::unsubscribed, now);
  step.notice = SubscriptionNotice::unsubscribed;
  return step;
}

Result<SubscriptionStep> Subscriptions::remove(const std::string& id) const {
  const Subscription* s = find(id);
  if (s == nullptr) return no_such(id);
  return SubscriptionStep{*s, {id, std::nullopt}};
}

std::vector<SubscriptionStep> Subscriptions::expired(Instant now) const {
  std::vector<SubscriptionStep> steps;
  for (const Subscription& s : all_)
    if (s.state != SubscriptionState::confirmed && now - s.changed > kTokenLife)
      steps.push_back({s, {s.id, std::nullopt}});
  return steps;
}

void Subscriptions::take(const SubscriptionStep& step) {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const Subscription& s) { return s.id == step.change.id; });
  if (!step.change.now) {
    if (found != all_.end()) all_.erase(found);
  } else if (found != all_.end()) {
    *found = *step.change.now;
  } else {
    all_.push_back(*step.change.now);
  }
}

Endpoint endpoint_of(const Subscription& s, const std::shared_ptr<const EnvelopeSigner>& signer,
                     SignatureVersion version) {
  const Result<WebTarget> target = parse_web_target(s.url.reveal());
  Endpoint endpoint = make_subscriber(
      s.topic, {.target = {s.url, target ? target->host : "?"},
                .subscription = {.name = s.id, .version = version, .signer = signer},
                .asked_at = s.changed,
                .raw = s.raw});
  if (s.filter.empty()) return endpoint;
  const auto policy = policy_of(s.filter, s.filter_on_attributes);
  // One that a later version no longer understands: too much is better than nothing.
  if (!policy) return endpoint;
  const bool on_attributes = s.filter_on_attributes;
  endpoint.wants = [policy = *policy, on_attributes](const Notification& n) {
    return on_attributes ? policy->accepts_attributes(message_attributes(n))
                         : policy->accepts_body(n.cloudwatch_message);
  };
  return endpoint;
}

}  // namespace tocsin
