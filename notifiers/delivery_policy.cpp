// SPDX-License-Identifier: Apache-2.0
#include "notifiers/delivery_policy.hpp"

#include <algorithm>

namespace tocsin {
namespace {

constexpr std::string_view kContentTypes[] = {
    "application/json", "text/plain", "text/html",
    "text/xml",         "text/css",   "application/octet-stream",
    "application/xml",  "text/csv",   "application/x-www-form-urlencoded"};

void read_count(ConfigReader& read, std::string_view key, std::int64_t& target) {
  const ConfigNode* node = read.find(key);
  if (node == nullptr || node->is_null()) return;
  const auto value = node->is_scalar() ? parse_integer(node->scalar) : std::nullopt;
  if (value)
    target = *value;
  else
    report(read.diagnostics(), "bad-type", *node,
           "`" + std::string(key) + "` must be a whole number");
}

void take_retries(const ConfigNode& node, DeliveryPolicy& policy, Diagnostics& out) {
  const std::size_t faults = out.list().size();
  const HealthyRetryPolicy written = read_healthy_retry_policy(node, out);
  if (out.list().size() > faults) return;
  const auto schedule = retry_schedule(written);
  if (!schedule) return report(out, "bad-value", node, schedule.error().text);
  policy.delays.emplace();
  for (const FractionalSeconds& delay : *schedule)
    policy.delays->push_back(std::chrono::round<Duration>(delay));
  policy.delay_max = seconds{written.max_delay_target};
}

void take_throttle(const ConfigNode& node, DeliveryPolicy& policy, Diagnostics& out) {
  ConfigReader read(node, "the throttle policy", out);
  int rate = 0;
  if (read.require("maxReceivesPerSecond", rate, Bounds<int>{1, 1000}))
    policy.spacing = std::chrono::ceil<Duration>(FractionalSeconds{1.0 / rate});
  read.finish();
}

void take_request(const ConfigNode& node, DeliveryPolicy& policy, Diagnostics& out) {
  ConfigReader read(node, "the request policy", out);
  std::string type;
  if (read.optional("headerContentType", type)) {
    const std::string_view name = std::string_view(type).substr(0, type.find(';'));
    const bool parameter_is_sound = type.find_first_of("\r\n") == std::string::npos;
    if (!parameter_is_sound || std::find(std::begin(kContentTypes), std::end(kContentTypes),
                                         name) == std::end(kContentTypes))
      report(out, "bad-value", *node.find("headerContentType"),
             "`headerContentType` must be one of " + list_names(kContentTypes));
    else
      policy.content_type = type;
  }
  read.finish();
}

struct Part {
  std::string_view key, topic_key;
  void (*take)(const ConfigNode& node, DeliveryPolicy& policy, Diagnostics& out);
};
constexpr Part kParts[] = {{"healthyRetryPolicy", "defaultHealthyRetryPolicy", take_retries},
                           {"throttlePolicy", "defaultThrottlePolicy", take_throttle},
                           {"requestPolicy", "defaultRequestPolicy", take_request}};

void read_parts(ConfigReader& read, std::string_view Part::*key, DeliveryPolicy& policy) {
  for (const Part& part : kParts) {
    const ConfigNode* node = read.find(part.*key);
    if (node != nullptr && !node->is_null()) part.take(*node, policy, read.diagnostics());
  }
}

}  // namespace

HealthyRetryPolicy read_healthy_retry_policy(const ConfigNode& node, Diagnostics& out) {
  HealthyRetryPolicy policy;
  ConfigReader read(node, "the retry policy", out);
  read_count(read, "minDelayTarget", policy.min_delay_target);
  read_count(read, "maxDelayTarget", policy.max_delay_target);
  read_count(read, "numRetries", policy.num_retries);
  read_count(read, "numNoDelayRetries", policy.num_no_delay_retries);
  read_count(read, "numMinDelayRetries", policy.num_min_delay_retries);
  read_count(read, "numMaxDelayRetries", policy.num_max_delay_retries);
  read.optional("backoffFunction", policy.backoff_function);
  read.finish();
  return policy;
}

DeliveryPolicy read_delivery_policy(ConfigReader& read, const TopicDeliveryPolicy& topic) {
  DeliveryPolicy policy = topic.policy;
  const ConfigNode* node = read.find("delivery_policy");
  if (node == nullptr) return policy;
  Diagnostics& out = read.diagnostics();
  if (topic.is_final) {
    report(out, "conflict", *node, "the topic's delivery policy disables those of subscriptions",
           "disableSubscriptionOverrides");
    return policy;
  }
  ConfigReader parts(*node, "`delivery_policy`", out);
  read_parts(parts, &Part::key, policy);
  for (const char* given_up : {"sicklyRetryPolicy", "guaranteed"}) parts.allow(given_up);
  parts.finish();
  return policy;
}

TopicDeliveryPolicy read_topic_delivery_policy(ConfigReader& read) {
  TopicDeliveryPolicy topic;
  const ConfigNode* node = read.find("delivery_policy");
  if (node == nullptr) return topic;
  ConfigReader protocols(*node, "`delivery_policy` of a topic", read.diagnostics());
  if (const ConfigNode* http = protocols.find_required("http")) {
    ConfigReader parts(*http, "`http`", read.diagnostics());
    read_parts(parts, &Part::topic_key, topic.policy);
    parts.optional("disableSubscriptionOverrides", topic.is_final);
    parts.allow("defaultSicklyRetryPolicy");
    parts.finish();
  }
  protocols.finish();
  return topic;
}

}  // namespace tocsin
