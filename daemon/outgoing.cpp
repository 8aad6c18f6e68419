// SPDX-License-Identifier: Apache-2.0
#include "daemon/outgoing.hpp"

#include <utility>

#include "daemon/telemetry.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {

void Outgoing::restore(const std::vector<StateRow>& rows, const std::vector<OutboxEntry>& held) {
  for (const StateRow& row : rows)
    if (row.kind == NoiseGate::kStateKind) gate_.restore(row);
  for (const OutboxEntry& entry : held) {
    Result<Notification> message = notification_from_json(entry.notification);
    // What cannot be read goes as it is: delivery says so.
    if (!message) message = Notification{};
    gate_.restore_waiting(*message, entry.endpoint, entry.held_for);
  }
}

void Outgoing::set_endpoints(EndpointTable endpoints, Instant now) {
  endpoints_ = std::move(endpoints);
  std::vector<Endpoint> all;
  for (const auto& [topic, list] : endpoints_) all.insert(all.end(), list.begin(), list.end());
  gate_.set_endpoints(all, now);
}

void Outgoing::add(Notification message, Instant now, Commit& to) {
  std::vector<Target> targets;
  const auto topic = endpoints_.find(message.topic);
  if (topic == endpoints_.end()) return;
  for (const Endpoint& endpoint : topic->second) {
    if (endpoint.wants && !endpoint.wants(message)) {
      telemetry::filtered_out(message, endpoint.label);
      continue;
    }
    Target target{endpoint.id, endpoint.label};
    if (auto digest = gate_.offer(message, endpoint.id, now)) target.held_for = std::move(*digest);
    targets.push_back(std::move(target));
  }
  // What the gate let go of for the message's sake is older: it stands before it.
  add_due(now, to);
  if (targets.empty()) return;
  to.endpoints.push_back(std::move(targets));
  to.notifications.push_back(std::move(message));
}

bool Outgoing::add_notice(Notification notice, const std::string& except, Commit& to) {
  std::vector<Target> targets;
  if (const auto topic = endpoints_.find(notice.topic); topic != endpoints_.end())
    for (const Endpoint& endpoint : topic->second)
      if (endpoint.id != except) targets.push_back({endpoint.id, endpoint.label});
  if (targets.empty()) return false;
  to.endpoints.push_back(std::move(targets));
  to.notifications.push_back(std::move(notice));
  return true;
}

bool Outgoing::add_due(Instant now, Commit& to) {
  const std::vector<NoiseGate::Due> due = gate_.take_due(now);
  for (const auto& [endpoint_id, batch] : due) {
    const Endpoint* endpoint = find(batch.head.topic, endpoint_id);
    // One message is sent as it is; so are those whose subscription is gone, and end there.
    if (batch.lines.size() == 1 || endpoint == nullptr) {
      to.released.insert(to.released.end(), batch.ids.begin(), batch.ids.end());
      continue;
    }
    to.digested.insert(to.digested.end(), batch.ids.begin(), batch.ids.end());
    to.notifications.push_back(make_digest({.id = batch.ids.front(),
                                            .dedup_key = digest_key(batch.ids.front()),
                                            .head = batch.head,
                                            .lines = batch.lines,
                                            .why = batch.why},
                                           now));
    to.endpoints.push_back({{endpoint->id, endpoint->label}});
    telemetry::digest_made(batch.head.topic, batch.lines.size());
  }
  return !due.empty();
}

const Endpoint* Outgoing::find(const std::string& topic, const std::string& endpoint) const {
  const auto at = endpoints_.find(topic);
  if (at == endpoints_.end()) return nullptr;
  for (const Endpoint& e : at->second)
    if (e.id == endpoint) return &e;
  return nullptr;
}

}  // namespace tocsin
