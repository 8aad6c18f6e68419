// SPDX-License-Identifier: Apache-2.0
// Topics and subscriptions as the HTTP API sees them.
#include <algorithm>

#include "daemon/service_api.hpp"
#include "notifiers/endpoint_name.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

constexpr const char* kEnded = "ended";

// How people name an endpoint of the configuration, as its subscription ARN ends.
std::string id_of(const Endpoint& endpoint) { return name_uuid(endpoint.id); }

}  // namespace

std::vector<TopicView> ServiceApi::topics() const {
  const std::shared_ptr<const EndpointTable> table = service_.endpoints();
  const auto disabled = service_.delivery_load().disabled;
  const std::vector<Subscription> made = service_.subscriptions();
  const Identity identity = rules()->rules().identity;
  std::vector<TopicView> out;
  for (const Topic& topic : rules()->rules().topics) {
    TopicView view{topic.name, topic_arn(identity, topic.name), {}};
    const auto found = table->find(topic.name);
    const std::vector<Endpoint> endpoints =
        found == table->end() ? std::vector<Endpoint>() : found->second;
    const auto detail_of = [&](const std::string& endpoint) {
      const auto at = disabled.find(endpoint);
      return at == disabled.end() ? std::string() : at->second;
    };
    const auto is_made = [&](const Endpoint& e) {
      return std::any_of(made.begin(), made.end(), [&](const Subscription& s) {
        return e.id == subscriber_endpoint_id(s.topic, s.id);
      });
    };
    for (const Endpoint& e : endpoints) {
      if (is_made(e)) continue;
      const std::string detail = detail_of(e.id);
      view.subscriptions.push_back({id_of(e), e.label, detail.empty() ? "confirmed" : "disabled",
                                    "configuration", "", detail});
    }
    for (const Subscription& s : made) {
      if (s.topic != topic.name) continue;
      const std::string detail = detail_of(subscriber_endpoint_id(s.topic, s.id));
      view.subscriptions.push_back({s.id, subscriber_label(s.url.reveal()),
                                    detail.empty() ? std::string(to_string(s.state)) : "disabled",
                                    "run time", s.author, detail});
    }
    out.push_back(std::move(view));
  }
  return out;
}

namespace {

Result<SubscriptionAnswer> answer_of(const Result<Subscription>& done, const Identity& identity,
                                     bool ended) {
  if (!done) return done.error();
  return SubscriptionAnswer{topic_arn(identity, done->topic) + ":" + done->id,
                            ended ? kEnded : std::string(to_string(done->state))};
}

}  // namespace

Result<SubscriptionAnswer> ServiceApi::subscribe(const SubscribeRequest& request) {
  return answer_of(service_.subscribe(request), rules()->rules().identity, false);
}

Result<SubscriptionAnswer> ServiceApi::confirm(const std::string& topic, const std::string& token,
                                               bool authenticate_on_unsubscribe) {
  return answer_of(service_.confirm(topic, token, authenticate_on_unsubscribe),
                   rules()->rules().identity, false);
}

// A subscription of the configuration is not ended by whoever has seen a message.
Result<SubscriptionAnswer> ServiceApi::unsubscribe_by_link(const std::string& id) {
  const std::shared_ptr<const EndpointTable> table = service_.endpoints();
  for (const auto& [topic, endpoints] : *table)
    for (const Endpoint& e : endpoints)
      if (id_of(e) == id)
        return Error{"forbidden",
                     "this subscription stands in the daemon's configuration: take it out there, "
                     "or ask those who run it"};
  return answer_of(service_.unsubscribe_by_link(id), rules()->rules().identity, false);
}

Result<SubscriptionAnswer> ServiceApi::remove_subscription(const std::string& id) {
  return answer_of(service_.remove_subscription(id), rules()->rules().identity, true);
}

Result<std::size_t> ServiceApi::enable_subscription(const std::string& id) {
  const auto disabled = service_.delivery_load().disabled;
  const std::shared_ptr<const EndpointTable> table = service_.endpoints();
  for (const auto& [topic, endpoints] : *table)
    for (const Endpoint& e : endpoints) {
      if (id_of(e) != id && e.id != subscriber_endpoint_id(topic, id)) continue;
      service_.enable(e.id);
      return disabled.count(e.id);
    }
  return Error{"not-found", "there is no subscription " + id};
}

}  // namespace tocsin
