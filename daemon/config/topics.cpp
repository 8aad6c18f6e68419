// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "daemon/config/credentials.hpp"
#include "daemon/config/sections.hpp"
#include "daemon/config/text_file.hpp"
#include "notifiers/dead_letter_copy.hpp"
#include "notifiers/delivery_policy.hpp"
#include "notifiers/quiet_options.hpp"
#include "rules/message/filter_policy.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/message_template.hpp"
#include "rules/rule_tests/compact_json.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/escalation_options.hpp"
#include "tocsin/message_attribute.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{256} << 10;

using Wants = std::function<bool(const Notification&)>;

constexpr std::pair<std::string_view, FilterScope> kScopes[] = {
    {"MessageBody", FilterScope::message_body},
    {"MessageAttributes", FilterScope::message_attributes}};

// `filter`, an SNS filter policy, means the same on every channel: on the alarm message, or by
// `filter_scope` on its attributes; of the event bus it is on the record, which has none.
Wants decode_filter(const ConfigNode& options, bool event_bus, Diagnostics& out) {
  if (!options.is_map()) return {};
  ConfigReader read(options, "a subscription", out);
  FilterScope scope = FilterScope::message_body;
  read.optional_name("filter_scope", scope, kScopes);
  const ConfigNode* scope_node = read.find("filter_scope");
  if (event_bus && scope == FilterScope::message_attributes)
    report(out, "bad-value", *scope_node, "records of the event bus have no attributes",
           "MessageBody");
  const ConfigNode* node = read.find("filter");
  if (node == nullptr) {
    if (scope_node != nullptr)
      report(out, "missing-key", *scope_node, "`filter_scope` says what a `filter` looks at",
             "add a `filter`");
    return {};
  }
  const auto parsed = FilterPolicy::parse(*node, scope, out);
  if (!parsed) return {};
  const auto policy = std::make_shared<const FilterPolicy>(*parsed);
  if (scope == FilterScope::message_attributes)
    return [policy](const Notification& n) {
      return policy->accepts_attributes(message_attributes(n));
    };
  const auto body = event_bus ? &Notification::event_record : &Notification::cloudwatch_message;
  return [policy, body](const Notification& n) { return policy->accepts_body(n.*body); };
}

// Whether its messages are SNS documents that can be signed.
bool makes_envelopes(const std::string& type, const ConfigNode& options) {
  const ConfigNode* format = options.find("format");
  const ConfigNode* raw = options.find("raw");
  const bool is_raw = raw != nullptr && raw->is_scalar() && raw->scalar == "true";
  return type == "email-json" || (format != nullptr && format->scalar == "sns" && !is_raw);
}

// Empty: everything.
Wants both(Wants a, Wants b) {
  if (!a || !b) return a ? a : b;
  return [a = std::move(a), b = std::move(b)](const Notification& n) { return a(n) && b(n); };
}

// Where the endpoints of subscriptions go.
struct Made {
  std::vector<Endpoint>& endpoints;
  std::vector<Endpoint> copies = {};  // where their dead letters go
  bool makes_envelopes = false;
};

void note_envelopes(const ConfigNode& type, const NotifierContext& context, Made& into,
                    Diagnostics& out) {
  into.makes_envelopes = true;
  if (context.signer == nullptr)
    out.warning("unsigned", type.where,
                "SNS documents cannot be signed: nobody could fetch the certificate",
                "api: { https: { listen: ... } }, or its `url` if a proxy stands before it",
                caret_length(type));
}

void decode_redrive(const ConfigNode& options, const NotifierContext& context,
                    std::vector<Endpoint>& endpoints, Made& into, Diagnostics& out) {
  const ConfigNode* node = options.find("redrive");
  if (node == nullptr) return;
  if (context.event_bus) return report(out, "bad-value", *node, "the event bus has no `redrive`");
  std::optional<Endpoint> copy = read_redrive(*node, context.topic, out);
  if (!copy) return;
  for (Endpoint& endpoint : endpoints) endpoint.dead_letters_to = copy->id;
  const auto same = [&](const Endpoint& e) { return e.id == copy->id; };
  if (std::none_of(into.copies.begin(), into.copies.end(), same))
    into.copies.push_back(std::move(*copy));
}

// One item of `subscriptions`: { type: options }.
void decode_subscription(const ConfigNode& node, const NotifierContext& context, Made& into,
                         Diagnostics& out) {
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
    read_quiet_policy(options, made, out);
    const ConfigNode* filter = options.find("filter");
    for (Endpoint& endpoint : made) {
      endpoint.wants = both(std::move(endpoint.wants), wants);
      if (filter != nullptr) endpoint.filter_text = compact_json(*filter);
    }
    decode_redrive(options, context, made, into, out);
    std::move(made.begin(), made.end(), std::back_inserter(into.endpoints));
    if (makes_envelopes(type_name.scalar, options)) note_envelopes(type_name, context, into, out);
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

// SNS' attribute SignatureVersion.
SignatureVersion read_signature_version(ConfigReader& read) {
  int version = 2;
  if (!read.optional("signature_version", version, Bounds<int>{1, 2}) || version == 2)
    return SignatureVersion::v2;
  const ConfigNode& node = *read.map().find("signature_version");
  read.diagnostics().warning("weak-signature", node.where,
                             "signature version 1 is SHA-1: for receivers that know no other", {},
                             caret_length(node));
  return SignatureVersion::v1;
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
  read_templates(read, topic.topic.templates,
                 [](const ConfigNode& written, int) { return written.where; });
  read_escalation(read, topic.topic.escalate);
  topic.dead_man = read_dead_man(read, context);
  context.delivery_policy = read_topic_delivery_policy(read);
  context.signature_version = topic.signature_version = read_signature_version(read);
  Made made{topic.endpoints};
  const ConfigNode* subscriptions = read.find("subscriptions");
  if (subscriptions != nullptr && subscriptions->is_sequence())
    for (const ConfigNode& item : subscriptions->items)
      decode_subscription(item, context, made, out);
  else if (subscriptions != nullptr && !subscriptions->is_null())
    config::wrong_type(*subscriptions, "subscriptions", "a list", out,
                       "- email: { to: [ops@example.com] }");
  read.finish();
  topic.makes_envelopes = made.makes_envelopes;
  topic.copies = std::move(made.copies);
  if (out.list().size() == faults) check_endpoints(topic, name, out);
  return topic;
}

void check_escalations(const ConfigNode& section, const std::vector<TopicConfig>& topics,
                       Diagnostics& out) {
  std::vector<std::string_view> known;
  for (const TopicConfig& topic : topics) known.push_back(topic.topic.name);
  for (std::size_t i = 0; i < topics.size(); ++i)
    for (const EscalationStep& step : topics[i].topic.escalate) {
      const ConfigNode& at =
          escalation_topic_node(*section.entries[i].value.find("escalate"), step.topic);
      if (step.topic == topics[i].topic.name)
        report(out, "bad-value", at, "topic \"" + step.topic + "\" escalates to itself");
      else if (std::find(known.begin(), known.end(), step.topic) == known.end())
        report(out, "dangling-reference", at,
               "topic \"" + topics[i].topic.name + "\" escalates to topic \"" + step.topic +
                   "\", which does not exist",
               suggest(step.topic, known));
    }
}

}  // namespace

NotifierContext notifier_context(const MainConfig& config, const Environment& environment) {
  NotifierContext context;
  context.identity = config.identity;
  context.mail = config.mail;
  if (config.api.https.is_reachable()) context.signer = config.envelope_keys;
  context.resolve_secret = [environment](const std::string& text) {
    return resolve_credentials(text, environment);
  };
  context.read_file = [file = config.file](const std::string& path) {
    return read_text_file(relative_to_file(path, file), kFileBytesMax);
  };
  return context;
}

std::vector<Endpoint> decode_event_bus(const ConfigNode& section, const MainConfig& config,
                                       const Environment& environment, Diagnostics& out) {
  std::vector<Endpoint> endpoints;
  if (!section.is_sequence()) {
    config::wrong_type(section, "event_bus", "a list", out,
                       "- file: { path: /var/log/tocsin/events.ndjson }");
    return endpoints;
  }
  NotifierContext context = notifier_context(config, environment);
  context.topic = kEventBusTopic;
  context.event_bus = true;
  Made made{endpoints};
  for (const ConfigNode& item : section.items) decode_subscription(item, context, made, out);
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
  const NotifierContext context = notifier_context(config, environment);
  for (const auto& [name, node] : section.entries)
    topics.push_back(decode_topic(name, node, context, out));
  check_escalations(section, topics, out);
  return topics;
}

}  // namespace tocsin
