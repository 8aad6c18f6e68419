// SPDX-License-Identifier: Apache-2.0
// The part of Service that changes subscriptions while everything runs: what delivery knows first,
// then the commit, then what the core sends to.
#include "daemon/service.hpp"
#include "daemon/telemetry.hpp"
#include "notifiers/endpoint_name.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

const TopicConfig* find_topic(const MainConfig& config, const std::string& name) {
  for (const TopicConfig& topic : config.topics)
    if (topic.topic.name == name) return &topic;
  return nullptr;
}

Endpoint endpoint_in(const MainConfig& config, const Subscription& subscription) {
  const TopicConfig* topic = find_topic(config, subscription.topic);
  return endpoint_of(subscription, config.envelope_keys,
                     topic == nullptr ? SignatureVersion::v2 : topic->signature_version);
}

}  // namespace

std::vector<Endpoint> Service::endpoints_with(const MainConfig& config,
                                              const Subscriptions& subs) const {
  std::vector<Endpoint> all;
  for (const TopicConfig& topic : config.topics) {
    for (const auto* some : {&topic.endpoints, &topic.copies})
      all.insert(all.end(), some->begin(), some->end());
    if (topic.dead_man) all.push_back(topic.dead_man->endpoint);
  }
  all.insert(all.end(), config.event_bus.begin(), config.event_bus.end());
  for (const Subscription& s : subs.all()) all.push_back(endpoint_in(config, s));
  return all;
}

// Nothing but the notices goes to those that are not confirmed.
EndpointTable Service::table_with(const MainConfig& config, const Subscriptions& subs) const {
  EndpointTable table = endpoint_table(config);
  for (const Subscription& s : subs.all())
    if (s.state == SubscriptionState::confirmed && find_topic(config, s.topic) != nullptr)
      table[s.topic].push_back(endpoint_in(config, s));
  return table;
}

void Service::set_topology(const MainConfig& config) {
  copies_.set(config);
  auto table = std::make_shared<const EndpointTable>(table_with(config, subscriptions_));
  const std::lock_guard lock(view_mutex_);
  table_ = std::move(table);
}

std::shared_ptr<const EndpointTable> Service::endpoints() const {
  const std::lock_guard lock(view_mutex_);
  return table_;
}

std::vector<Subscription> Service::subscriptions() const {
  const std::lock_guard lock(topology_mutex_);
  return subscriptions_.all();
}

Result<Subscription> Service::subscribe(const SubscribeRequest& request) {
  const std::lock_guard lock(topology_mutex_);
  if (find_topic(config(), request.topic) == nullptr)
    return Error{"not-found", "there is no topic \"" + request.topic + "\""};
  if (config().envelope_keys->link_base().empty())
    return Error{"conflict",
                 "there is no https that a link to confirm could lead to: "
                 "api: { https: { listen: ..., url: ... } }"};
  return carry_out(subscriptions_.subscribe(request, clock_.now()));
}

Result<Subscription> Service::confirm(const std::string& topic, const std::string& token,
                                      bool authenticate_on_unsubscribe) {
  const std::lock_guard lock(topology_mutex_);
  return carry_out(subscriptions_.confirm(topic, token, authenticate_on_unsubscribe,
                                          *config().envelope_keys, clock_.now()));
}

Result<Subscription> Service::unsubscribe_by_link(const std::string& id) {
  const std::lock_guard lock(topology_mutex_);
  return carry_out(subscriptions_.unsubscribe_by_link(id, clock_.now()));
}

Result<Subscription> Service::remove_subscription(const std::string& id) {
  const std::lock_guard lock(topology_mutex_);
  return carry_out(subscriptions_.remove(id));
}

void Service::expire_subscriptions() {
  const std::lock_guard lock(topology_mutex_);
  for (const SubscriptionStep& step : subscriptions_.expired(clock_.now())) (void)carry_out(step);
}

// Delivery knows the endpoint before a message for it is committed, and as long as one may be.
Result<Subscription> Service::carry_out(Result<SubscriptionStep> step) {
  if (!step) return step.error();
  Subscriptions next = subscriptions_;
  next.take(*step);
  const Subscription& after = step->change.now ? *step->change.now : step->before;
  std::optional<CoreLoop::Notice> notice;
  if (step->notice) {
    const Endpoint endpoint = endpoint_in(config(), after);
    const std::string id =
        uuid_v5("subscription notice " + after.id + " " + std::to_string(to_ms(after.changed)));
    notice.emplace(subscription_notice(*step->notice, id, after.topic,
                                       topic_arn(config().identity, after.topic), after.changed),
                   Target{endpoint.id, endpoint.label});
  }
  std::vector<Endpoint> both = endpoints_with(config(), subscriptions_);
  for (const Subscription& s : next.all()) both.push_back(endpoint_in(config(), s));
  dispatcher_->set_endpoints(std::move(both));
  const EndpointTable table = table_with(config(), next);
  const Result<Status> done = ask<Status>([change = step->change, notice, table](CoreLoop& core) {
    return core.change_subscription(change, notice, table);
  });
  const bool stored = done && *done;
  if (stored) subscriptions_ = std::move(next);
  set_topology(config());
  dispatcher_->set_endpoints(endpoints_with(config(), subscriptions_));
  if (!done) return done.error();
  if (!*done) return done->error();
  telemetry::subscription_changed(after.topic, endpoint_in(config(), after).label,
                                  step->change.now ? to_string(after.state) : "ended");
  return after;
}

}  // namespace tocsin
