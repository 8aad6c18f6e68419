// SPDX-License-Identifier: Apache-2.0
// `delivery_policy` as SNS writes it, of a subscription and of a topic: spec/notifications.md
// section 3.2. Members that SNS has given up (sicklyRetryPolicy, guaranteed) are taken and mean
// nothing.
#pragma once
#include "notifiers/retry_policy.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

// The members of a healthyRetryPolicy; absent ones, and null, have SNS' defaults.
HealthyRetryPolicy read_healthy_retry_policy(const ConfigNode& node, Diagnostics& out);

// The key `delivery_policy` of a subscription over what its topic says:
//   { healthyRetryPolicy: {...}, throttlePolicy: { maxReceivesPerSecond }, requestPolicy: {
//   headerContentType } }
DeliveryPolicy read_delivery_policy(ConfigReader& read, const TopicDeliveryPolicy& topic);

// The key `delivery_policy` of a topic:
//   { http: { defaultHealthyRetryPolicy, defaultThrottlePolicy, defaultRequestPolicy,
//   disableSubscriptionOverrides } }
TopicDeliveryPolicy read_topic_delivery_policy(ConfigReader& read);

}  // namespace tocsin
