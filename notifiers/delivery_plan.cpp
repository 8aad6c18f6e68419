// SPDX-License-Identifier: Apache-2.0
#include "notifiers/delivery_plan.hpp"

#include <algorithm>
#include <tuple>

#include "tocsin/notification.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

// The (alarm, key)s of a message: one, but of a digest those of its lines besides.
template <class Message, class Use>
void for_keys(const Message& message, Use use) {
  use(*message.dedup_key);
  for (const std::string* key : message.told) use(*key);
}

const std::string kDisabled = "the subscription is disabled, as it is gone: ";

}  // namespace

void DeliveryPlan::set_endpoints(const std::vector<Endpoint>& endpoints, Instant now) {
  for (auto& [id, queue] : queues_) queue.removed = true;
  for (const Endpoint& endpoint : endpoints) {
    Queue& queue = queues_[endpoint.id];
    queue.policy = {};
    queue.policy.retry_for = endpoint.retry_for;
    queue.policy.delays = endpoint.policy.delays;
    if (queue.policy.delays) queue.policy.delay_max = endpoint.policy.delay_max;
    queue.spacing = endpoint.policy.spacing;
    queue.group = endpoint.group;
    queue.removed = false;
  }
  for (auto it = queues_.begin(); it != queues_.end();) {
    Queue& queue = it->second;
    if (queue.removed) {
      bury_all(it->first, queue, "the subscription was removed", now);
      if (queue.in_flight == 0) {
        it = queues_.erase(it);
        continue;
      }
    }
    ++it;
  }
}

void DeliveryPlan::push(const OutboxEntry& entry, Instant now) {
  follow_clock(now);
  const auto found = queues_.find(entry.endpoint);
  const bool is_removed = found == queues_.end() || found->second.removed;
  if (is_removed || !found->second.disabled.empty()) {
    reports_.push_back({{.outbox_id = entry.id,
                         .fate = DeliveryRecord::Fate::dead,
                         .attempts = entry.attempts,
                         .at = now,
                         .detail = is_removed ? "the subscription was removed"
                                              : kDisabled + found->second.disabled},
                        entry.message_id,
                        entry.topic,
                        entry.endpoint,
                        entry.endpoint_label,
                        entry.dedup_key});
    return;
  }
  Queue& queue = found->second;
  queue.topic = entry.topic;
  queue.label = entry.endpoint_label;
  Message message;
  message.message_id = entry.message_id;
  message.attempts = entry.attempts;
  message.created = entry.created;
  message.next_attempt = entry.next_attempt;
  message.superseded = entry.superseded;
  // After a restart the time of the first attempt is not known; it was made soon after the message.
  if (entry.attempts > 0) message.first_attempt = entry.created;
  // No wait of ours is longer. A later time was stored before the clock was set back.
  message.next_attempt = std::min(message.next_attempt, now + 2 * queue.policy.delay_max);
  const auto [kept, is_new] = queue.messages.emplace(entry.id, std::move(message));
  if (!is_new) return;
  join_chains(queue, kept->second, entry);
  schedule(queue, entry.id);
  if (queue.messages.size() > limits_.pending_max) bury_oldest(entry.endpoint, queue, now);
}

void DeliveryPlan::join_chains(Queue& queue, Message& message, const OutboxEntry& entry) {
  const auto own = queue.chains.try_emplace(entry.dedup_key).first;
  own->second.insert(entry.id);
  message.dedup_key = &own->first;
  if (entry.message == nullptr) return;
  for (const DigestLine& line : entry.message->digest) {
    const auto chain = queue.chains.try_emplace(line.dedup_key).first;
    if (chain->second.insert(entry.id).second) message.told.push_back(&chain->first);
  }
}

// A message leaves all of its chains before another is scheduled, which may look at any of them.
void DeliveryPlan::leave_chains(Queue& queue, std::int64_t id, const Message& message) {
  for_keys(message, [&](const std::string& key) { queue.chains.at(key).erase(id); });
  for_keys(message, [&](const std::string& key) {
    const auto chain = queue.chains.find(key);
    if (chain->second.empty())
      queue.chains.erase(chain);
    else
      schedule_successor(queue, id, chain->first);
  });
}

// Waits are meant as lengths. When the wall clock is set back, every stored time moves with it, so
// that a retry due in ten seconds is not due in an hour and ten seconds.
void DeliveryPlan::follow_clock(Instant now) {
  if (last_now_ == kNoTime || now >= last_now_) {
    last_now_ = now;
    return;
  }
  const Duration back = last_now_ - now;
  last_now_ = now;
  for (auto& [endpoint, queue] : queues_) {
    if (queue.not_before != kNoTime) queue.not_before -= back;
    for (auto& [id, message] : queue.messages) {
      message.created -= back;
      message.next_attempt -= back;
      if (message.first_attempt != kNoTime) message.first_attempt -= back;
    }
    const auto waiting = queue.waiting;
    for (const auto& [due, id] : waiting) schedule(queue, id);
  }
}

std::vector<DueAttempt> DeliveryPlan::take_due(Instant now) {
  follow_clock(now);
  std::vector<std::pair<Instant, const std::string*>>
      ready;  // by the due time of their first message
  for (const auto& [endpoint, queue] : queues_)
    if (due_of_next(queue) <= now) ready.emplace_back(queue.waiting.begin()->first, &endpoint);
  std::sort(ready.begin(), ready.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, *a.second) < std::tie(b.first, *b.second);
  });
  std::vector<DueAttempt> attempts;
  for (const auto& [due, endpoint] : ready) {
    Queue& queue = queues_.at(*endpoint);
    if (may_start(queue)) attempts.push_back(start(*endpoint, queue, now));
  }
  return attempts;
}

// kNever: none before an outcome or a push.
Instant DeliveryPlan::due_of_next(const Queue& queue) {
  if (queue.in_flight != 0 || queue.waiting.empty()) return kNever;
  return std::max(queue.waiting.begin()->first, queue.not_before);
}

bool DeliveryPlan::may_start(const Queue& queue) const {
  if (in_flight_.size() >= limits_.in_flight_max) return false;
  const auto group = group_in_flight_.find(queue.group);
  return queue.group.empty() || group == group_in_flight_.end() ||
         group->second < limits_.group_in_flight_max;
}

DueAttempt DeliveryPlan::start(const std::string& endpoint, Queue& queue, Instant now) {
  const std::int64_t id = queue.waiting.begin()->second;
  queue.waiting.erase(queue.waiting.begin());
  Message& message = queue.messages.at(id);
  queue.in_flight = id;
  queue.not_before = now + queue.spacing;
  in_flight_[id] = {endpoint, queue.group};
  if (!queue.group.empty()) ++group_in_flight_[queue.group];
  if (message.first_attempt == kNoTime) {
    message.first_attempt = now;
    // From now on its successor knows until when it waits.
    for_keys(message, [&](const std::string& key) { schedule_successor(queue, id, key); });
  }
  return {id,
          endpoint,
          message.message_id,
          {.number = message.attempts + 1,
           .now = now,
           .superseded = message.superseded,
           .overtaking = has_earlier(queue, id, message)}};
}

Instant DeliveryPlan::next_due() const {
  Instant next = kNever;
  for (const auto& [endpoint, queue] : queues_)
    // What may not start for others' sake waits for an outcome, not for time.
    if (may_start(queue)) next = std::min(next, due_of_next(queue));
  return next;
}

void DeliveryPlan::on_outcome(std::int64_t id, const Delivery& delivery, int status, Instant now) {
  follow_clock(now);
  const auto flight = in_flight_.find(id);
  if (flight == in_flight_.end()) return;
  const auto [endpoint, group] = flight->second;
  in_flight_.erase(flight);
  if (!group.empty() && --group_in_flight_[group] == 0) group_in_flight_.erase(group);

  Queue& queue = queues_.at(endpoint);
  Message& message = queue.messages.at(id);
  queue.in_flight = 0;
  ++message.attempts;
  DeliveryRecord record{.outbox_id = id,
                        .fate = DeliveryRecord::Fate::dead,
                        .attempts = message.attempts,
                        .at = now,
                        .next_attempt = now,
                        .status = status,
                        .detail = delivery.detail,
                        .permanent = delivery.outcome == Delivery::Outcome::rejected,
                        .receipt = delivery.receipt};
  if (delivery.outcome == Delivery::Outcome::delivered) {
    record.fate = DeliveryRecord::Fate::delivered;
    for_keys(message, [&](const std::string& key) {
      for (const std::int64_t other : queue.chains.at(key))
        if (other < id) queue.messages.at(other).superseded = true;
    });
    if (std::exchange(queue.failures, 0) >= limits_.outage_failures) hurry(queue, now);
  } else if (delivery.outcome == Delivery::Outcome::retry && !queue.removed) {
    const auto next = next_attempt(queue.policy, {message.message_id, message.attempts,
                                                  message.created, now, delivery.retry_after});
    if (next) {
      record.fate = DeliveryRecord::Fate::retry;
      record.next_attempt = message.next_attempt = *next;
      message.told_to_wait = delivery.retry_after.has_value();
      ++queue.failures;
    }
  }
  report(endpoint, queue, message, record);
  if (record.fate == DeliveryRecord::Fate::retry)
    schedule(queue, id);
  else
    remove(queue, id);
  if (delivery.gone) {
    queue.disabled = delivery.detail;
    bury_all(endpoint, queue, kDisabled + queue.disabled, now);
  }
  if (queue.removed) queues_.erase(endpoint);
}

std::map<std::string, std::string> DeliveryPlan::disabled() const {
  std::map<std::string, std::string> out;
  for (const auto& [endpoint, queue] : queues_)
    if (!queue.disabled.empty()) out[endpoint] = queue.disabled;
  return out;
}

void DeliveryPlan::enable(const std::string& endpoint) {
  for (auto& [id, queue] : queues_)
    if (endpoint.empty() || id == endpoint) queue.disabled.clear();
}

void DeliveryPlan::hurry(Queue& queue, Instant now) {
  if (queue.policy.delays) return;
  for (auto& [id, message] : queue.messages) {
    if (message.attempts == 0 || message.told_to_wait || message.next_attempt <= now) continue;
    if (queue.waiting.count({message.due, id}) == 0) continue;  // the one that was just delivered
    message.next_attempt = now;
    schedule(queue, id);
  }
}

std::size_t DeliveryPlan::pending() const {
  std::size_t count = 0;
  for (const auto& [endpoint, queue] : queues_) count += queue.messages.size();
  return count;
}

bool DeliveryPlan::has_earlier(const Queue& queue, std::int64_t id, const Message& message) const {
  bool found = false;
  for_keys(message,
           [&](const std::string& key) { found = found || *queue.chains.at(key).begin() < id; });
  return found;
}

Instant DeliveryPlan::due_of(const Queue& queue, std::int64_t id, const Message& message) const {
  Instant due = message.next_attempt;
  // What was tried once has overtaken already, or was first.
  if (message.attempts > 0) return due;
  for_keys(message, [&](const std::string& key) {
    const auto& chain = queue.chains.at(key);
    const auto self = chain.find(id);
    if (self == chain.begin()) return;
    const Message& earlier = queue.messages.at(*std::prev(self));
    const Instant patience = message.created + limits_.order_hold;
    const Instant held_until = earlier.first_attempt == kNoTime
                                   ? patience
                                   : std::min(patience, earlier.first_attempt + limits_.order_hold);
    due = std::max(due, held_until);
  });
  return due;
}

void DeliveryPlan::schedule(Queue& queue, std::int64_t id) {
  Message& message = queue.messages.at(id);
  queue.waiting.erase({message.due, id});
  message.due = due_of(queue, id, message);
  queue.waiting.emplace(message.due, id);
}

void DeliveryPlan::schedule_successor(Queue& queue, std::int64_t id, const std::string& dedup_key) {
  const auto chain = queue.chains.find(dedup_key);
  if (chain == queue.chains.end()) return;
  const auto next = chain->second.upper_bound(id);
  if (next != chain->second.end() && *next != queue.in_flight) schedule(queue, *next);
}

void DeliveryPlan::remove(Queue& queue, std::int64_t id) {
  const auto node = queue.messages.extract(id);
  const Message& message = node.mapped();
  queue.waiting.erase({message.due, id});
  leave_chains(queue, id, message);
}

void DeliveryPlan::report(const std::string& endpoint, const Queue& queue, const Message& message,
                          DeliveryRecord record) {
  reports_.push_back({std::move(record), message.message_id, queue.topic, endpoint, queue.label,
                      *message.dedup_key});
}

void DeliveryPlan::bury(const std::string& endpoint, Queue& queue, std::int64_t id,
                        std::string detail, Instant now) {
  const Message& message = queue.messages.at(id);
  report(endpoint, queue, message,
         {.outbox_id = id,
          .fate = DeliveryRecord::Fate::dead,
          .attempts = message.attempts,
          .at = now,
          .detail = std::move(detail)});
  remove(queue, id);
}

void DeliveryPlan::bury_all(const std::string& endpoint, Queue& queue, const std::string& detail,
                            Instant now) {
  while (!queue.waiting.empty()) bury(endpoint, queue, queue.waiting.begin()->second, detail, now);
}

void DeliveryPlan::bury_oldest(const std::string& endpoint, Queue& queue, Instant now) {
  auto oldest = queue.messages.begin();
  if (oldest->first == queue.in_flight) ++oldest;
  bury(endpoint, queue, oldest->first,
       "more than " + std::to_string(limits_.pending_max) + " messages wait for this subscription",
       now);
}

}  // namespace tocsin
