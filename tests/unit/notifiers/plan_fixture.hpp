// SPDX-License-Identifier: Apache-2.0
// What the tests of the delivery plan share: endpoints, entries, outcomes.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "notifiers/delivery_plan.hpp"
#include "support/catch.hpp"

namespace tocsin::test {

using Fate = DeliveryRecord::Fate;

inline const Instant kStart = instant_from_ms(1'773'488'462'000);
inline const Delivery kDelivered{Delivery::Outcome::delivered, "ok", {}};
inline const Delivery kRetry{Delivery::Outcome::retry, "503", {}};
inline const Delivery kRejected{Delivery::Outcome::rejected, "404", {}};

inline Endpoint endpoint(std::string id, std::string group = {}) {
  Endpoint e;
  e.id = std::move(id);
  e.label = "label of " + e.id;
  e.group = std::move(group);
  return e;
}

inline OutboxEntry entry(std::int64_t id, std::string endpoint, std::string key = {},
                         Instant created = kStart) {
  OutboxEntry e;
  e.id = id;
  e.message_id = "message-" + std::to_string(id);
  e.topic = "security";
  e.endpoint = std::move(endpoint);
  e.dedup_key = key.empty() ? "key-" + std::to_string(id) : std::move(key);
  e.created = e.next_attempt = created;
  return e;
}

inline DeliveryPlan plan_with(std::vector<Endpoint> endpoints, DeliveryLimits limits = {}) {
  DeliveryPlan plan(limits);
  plan.set_endpoints(endpoints, kStart);
  return plan;
}

inline std::vector<std::int64_t> ids(const std::vector<DueAttempt>& due) {
  std::vector<std::int64_t> out;
  for (const DueAttempt& d : due) out.push_back(d.outbox_id);
  return out;
}

using Ids = std::vector<std::int64_t>;

// The only message due at `now`, already begun.
inline DueAttempt only_due(DeliveryPlan& plan, Instant now) {
  const auto due = plan.take_due(now);
  REQUIRE(due.size() == 1);
  return due[0];
}

}  // namespace tocsin::test
