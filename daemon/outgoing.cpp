// SPDX-License-Identifier: Apache-2.0
#include "daemon/outgoing.hpp"

#include <set>
#include <utility>

#include "daemon/channel_message.hpp"
#include "daemon/telemetry.hpp"
#include "rules/message/notification_json.hpp"

namespace tocsin {
namespace {

constexpr const char* kDefaultTopic = "default";

// nullptr: it cannot be read.
MessagePtr message_of(const DeliveryReport& report, const Store& store) {
  if (report.record.message != nullptr) return report.record.message;
  const Result<std::string> text = store.notification(report.record.outbox_id);
  if (!text) return nullptr;
  Result<Notification> read = notification_from_json(*text);
  return read ? std::make_shared<const Notification>(std::move(*read)) : nullptr;
}

}  // namespace

void Outgoing::restore(const std::vector<StateRow>& rows, const std::vector<OutboxEntry>& held) {
  for (const StateRow& row : rows)
    if (row.kind == NoiseGate::kStateKind)
      gate_.restore(row);
    else if (row.kind == ChannelWatch::kStateKind)
      watch_.restore(row);
  // One that was taken out while the daemon was down fails no longer.
  watch_own_endpoints();
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
  watch_own_endpoints();
}

void Outgoing::watch_own_endpoints() {
  std::set<std::string> ids;
  for (const auto& [topic, list] : endpoints_)
    for (const Endpoint& endpoint : list) ids.insert(endpoint.id);
  watch_.set_endpoints(ids);
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

void Outgoing::collect(std::vector<StateRow>& rows) {
  gate_.collect(rows);
  watch_.collect(rows);
}

std::optional<ChannelWatch::News> Outgoing::observe(const DeliveryReport& report,
                                                    const RuleSet& rules, Instant now,
                                                    const Store& store, Commit& to) {
  // As nearly always.
  if (report.record.fate == DeliveryRecord::Fate::delivered && !watch_.knows(report.endpoint))
    return std::nullopt;
  // The event bus is none of people's; a subscription that was taken out does not fail.
  if (report.topic == kEventBusTopic || find(report.topic, report.endpoint) == nullptr)
    return std::nullopt;
  std::optional<ChannelWatch::News> news = watch_.observe(report, now);
  if (!news) return std::nullopt;
  for (auto& [topic, targets] : told_of(report.topic, report.endpoint)) {
    const MessagePtr message =
        !news->works && topic == report.topic ? message_of(report, store) : nullptr;
    Notification notice = message ? channel_notice(*news, report, *message)
                                  : channel_message(*news, report, topic, rules);
    to.endpoints.push_back(std::move(targets));
    to.notifications.push_back(std::move(notice));
  }
  return news;
}

void Outgoing::add_working(const std::string& topic, const std::string& except, Targets& to) const {
  if (const auto at = endpoints_.find(topic); at != endpoints_.end())
    for (const Endpoint& e : at->second)
      if (e.id != except && watch_.works(e.id)) to[topic].push_back({e.id, e.label});
}

Outgoing::Targets Outgoing::told_of(const std::string& topic, const std::string& endpoint) const {
  Targets targets;
  add_working(topic, endpoint, targets);
  if (targets.empty()) add_working(kDefaultTopic, endpoint, targets);
  return targets;
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
