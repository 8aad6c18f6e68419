// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <set>

#include "daemon/config/credentials.hpp"
#include "daemon/config/sections.hpp"
#include "notifiers/delivery_policy.hpp"
#include "rules/message/filter_policy.hpp"
#include "rules/message/human_time.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

using Wants = std::function<bool(const Notification&)>;

// `filter`, an SNS filter policy on the alarm message, means the same on every channel; of the
// event bus it is on the record.
Wants decode_filter(const ConfigNode& options, bool event_bus, Diagnostics& out) {
  const ConfigNode* node = options.find("filter");
  if (node == nullptr) return {};
  const auto policy = FilterPolicy::parse(*node, FilterScope::message_body, out);
  if (!policy) return {};
  const auto body = event_bus ? &Notification::event_record : &Notification::cloudwatch_message;
  return [policy = std::make_shared<const FilterPolicy>(*policy), body](const Notification& n) {
    return policy->accepts_body(n.*body);
  };
}

// Empty: everything.
Wants both(Wants a, Wants b) {
  if (!a || !b) return a ? a : b;
  return [a = std::move(a), b = std::move(b)](const Notification& n) { return a(n) && b(n); };
}

// One item of `subscriptions`: { type: options }.
void decode_subscription(const ConfigNode& node, const NotifierContext& context,
                         std::vector<Endpoint>& into, Diagnostics& out) {
  if (!node.is_map() || node.entries.size() != 1) {
    report(out, "bad-type", node, "a subscription is one key with its options",
           "- email: { to: [ops@example.com] }");
    return;
  }
  const auto& [type_name, options] = node.entries.front();
  std::vector<std::string_view> names;
  for (const NotifierType& type : notifier_types()) {
    if (context.event_bus && !type.takes_records) continue;
    names.push_back(type.name);
    if (type.name != type_name.scalar) continue;
    std::vector<Endpoint> made = type.make(options, context, out);
    const auto wants = decode_filter(options, context.event_bus, out);
    for (Endpoint& endpoint : made) endpoint.wants = both(std::move(endpoint.wants), wants);
    std::move(made.begin(), made.end(), std::back_inserter(into));
    return;
  }
  report(out, "unknown-key", type_name,
         context.event_bus ? "an event bus cannot be told by \"" + type_name.scalar + "\""
                           : "there is no kind of subscription \"" + type_name.scalar + "\"",
         suggest(type_name.scalar, names));
}

// Deliveries are counted, retried and dead-lettered by the id.
void check_twice(const std::vector<Endpoint>& endpoints, const std::string& whose,
                 const ConfigNode& at, Diagnostics& out) {
  std::set<std::string> ids;
  for (const Endpoint& e : endpoints)
    if (!ids.insert(e.id).second)
      report(out, "duplicate-name", at, whose + " has the same subscription twice: " + e.label);
}

void check_endpoints(const TopicConfig& topic, const ConfigNode& at, Diagnostics& out) {
  check_twice(topic.endpoints, "topic \"" + topic.topic.name + "\"", at, out);
  if (topic.endpoints.empty())
    out.warning("tells-nobody", at.where,
                "topic \"" + topic.topic.name + "\" has no subscriptions: it reaches nobody", {},
                caret_length(at));
}

TopicConfig decode_topic(const ConfigNode& name, const ConfigNode& node, NotifierContext context,
                         Diagnostics& out) {
  TopicConfig topic;
  topic.topic.name = context.topic = name.scalar;
  check_name(name, "a topic's name", 256, "-_", out);
  ConfigReader read(node, "topic \"" + name.scalar + "\"", out);
  if (!node.is_map()) return topic;
  const std::size_t faults = out.list().size();
  if (read.optional("time_zone", topic.topic.time_zone) && !is_time_zone(topic.topic.time_zone))
    report(out, "bad-value", *node.find("time_zone"),
           "there is no time zone \"" + topic.topic.time_zone + "\"",
           "an IANA name such as Europe/Paris or UTC");
  read.optional("last_resort", topic.last_resort);
  context.delivery_policy = read_topic_delivery_policy(read);
  const ConfigNode* subscriptions = read.find("subscriptions");
  if (subscriptions != nullptr && subscriptions->is_sequence())
    for (const ConfigNode& item : subscriptions->items)
      decode_subscription(item, context, topic.endpoints, out);
  else if (subscriptions != nullptr && !subscriptions->is_null())
    config::wrong_type(*subscriptions, "subscriptions", "a list", out,
                       "- email: { to: [ops@example.com] }");
  read.finish();
  if (out.list().size() == faults) check_endpoints(topic, name, out);
  return topic;
}

NotifierContext context_of(const MainConfig& config, const Environment& environment) {
  NotifierContext context;
  context.identity = config.identity;
  context.mail = config.mail;
  context.resolve_secret = [environment](const std::string& text) {
    return resolve_credentials(text, environment);
  };
  return context;
}

}  // namespace

std::vector<Endpoint> decode_event_bus(const ConfigNode& section, const MainConfig& config,
                                       const Environment& environment, Diagnostics& out) {
  std::vector<Endpoint> endpoints;
  if (!section.is_sequence()) {
    config::wrong_type(section, "event_bus", "a list", out,
                       "- file: { path: /var/log/tocsin/events.ndjson }");
    return endpoints;
  }
  NotifierContext context = context_of(config, environment);
  context.topic = kEventBusTopic;
  context.event_bus = true;
  for (const ConfigNode& item : section.items) decode_subscription(item, context, endpoints, out);
  check_twice(endpoints, "the event bus", section, out);
  return endpoints;
}

std::vector<TopicConfig> decode_topics(const ConfigNode& section, const MainConfig& config,
                                       const Environment& environment, Diagnostics& out) {
  std::vector<TopicConfig> topics;
  if (!section.is_map()) {
    config::wrong_type(section, "topics", "a map of topics", out, "name: { subscriptions: [...] }");
    return topics;
  }
  const NotifierContext context = context_of(config, environment);
  for (const auto& [name, node] : section.entries)
    topics.push_back(decode_topic(name, node, context, out));
  return topics;
}

}  // namespace tocsin
