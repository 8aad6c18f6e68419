// SPDX-License-Identifier: Apache-2.0
#include "notifiers/dispatcher.hpp"

#include <algorithm>

#include "notifiers/digest.hpp"

namespace tocsin {
namespace {

// Due times are wall times, which may jump: looked at again at least this often.
constexpr Duration kTurnMax = seconds{1};
// No channel needs more for one message; one that wants more does not know what it does.
constexpr int kRequestsMax = 4;

}  // namespace

Dispatcher::Dispatcher(DispatcherEdges edges, DeliveryLimits limits)
    : edges_(std::move(edges)), plan_(limits) {}

void Dispatcher::set_endpoints(std::vector<Endpoint> endpoints) {
  post([this, endpoints = std::move(endpoints)]() mutable {
    plan_.set_endpoints(endpoints, edges_.clock.now());
    endpoints_.clear();
    for (Endpoint& endpoint : endpoints) endpoints_[endpoint.id] = std::move(endpoint);
  });
}

void Dispatcher::push(std::vector<OutboxEntry> entries) {
  if (entries.empty()) return;
  post([this, entries = std::move(entries)]() mutable { accept(std::move(entries)); });
}

void Dispatcher::set_receipts(std::vector<DeliveryReceipt> receipts) {
  post([this, receipts = std::move(receipts)]() mutable { receipts_.load(std::move(receipts)); });
}

void Dispatcher::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.tasks.push_back(std::move(task));
  }
  edges_.transport.wake();
}

void Dispatcher::stop(Duration grace) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.stop_grace = grace;
  }
  edges_.transport.wake();
}

Dispatcher::Load Dispatcher::load() const {
  const std::lock_guard lock(mutex_);
  return inbox_.load;
}

void Dispatcher::run() {
  for (;;) {
    if (stop_at_ && (is_idle() || edges_.clock.tick() >= *stop_at_)) break;
    step(kTurnMax);
  }
}

void Dispatcher::step(Duration max_wait) {
  take_inbox();
  cache_.expire(edges_.clock.tick());
  start_due();
  hand_over_reports();
  Duration wait = std::min(max_wait, plan_.next_due() - edges_.clock.now());
  if (stop_at_) wait = std::min(wait, *stop_at_ - edges_.clock.tick());
  for (const auto& [token, response] : edges_.transport.poll(std::max(wait, Duration{0})))
    take_answer(token, response);
  hand_over_reports();
  const std::lock_guard lock(mutex_);
  inbox_.load = {plan_.pending(), plan_.in_flight(), plan_.disabled()};
}

void Dispatcher::take_inbox() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(inbox_.tasks);
    if (inbox_.stop_grace && !stop_at_) stop_at_ = edges_.clock.tick() + *inbox_.stop_grace;
  }
  for (auto& task : tasks) task();
}

void Dispatcher::accept(std::vector<OutboxEntry> entries) {
  const Instant now = edges_.clock.now();
  for (OutboxEntry& entry : entries) {
    if (entry.id < 0)
      unstored_[entry.id] = entry.message;
    else if (entry.message != nullptr)
      cache_.keep(entry.message, edges_.clock.tick());
    else if (is_digest_key(entry.dedup_key))
      if (Result<MessagePtr> digest = edges_.load(entry.id)) entry.message = std::move(*digest);
    plan_.push(entry, now);
  }
}

Result<MessagePtr> Dispatcher::message_of(const DueAttempt& due) {
  if (due.outbox_id < 0) return unstored_.at(due.outbox_id);
  if (MessagePtr kept = cache_.find(due.message_id)) return kept;
  Result<MessagePtr> read = edges_.load(due.outbox_id);
  if (read) cache_.keep_read(*read, edges_.clock.tick());
  return read;
}

void Dispatcher::start_due() {
  // A message that cannot be read ends at once, and the next of its endpoint is due.
  for (auto due = plan_.take_due(edges_.clock.now()); !due.empty();
       due = plan_.take_due(edges_.clock.now()))
    for (const DueAttempt& attempt : due) start(attempt);
}

void Dispatcher::start(const DueAttempt& due) {
  Result<MessagePtr> message = message_of(due);
  if (!message) {
    const bool for_good = message.error().code == "unreadable";
    finish(due.outbox_id,
           {.outcome = for_good ? Delivery::Outcome::rejected : Delivery::Outcome::retry,
            .detail = "the stored message cannot be read: " + message.error().text},
           0);
    return;
  }
  const Endpoint& endpoint = endpoints_.at(due.endpoint);
  InFlight flight{endpoint.notifier, due.endpoint, *message, endpoint.attempt(due.attempt)};
  flight.attempt.receipt = receipts_.find(due.endpoint, flight.message->dedup_key);
  const Request request = flight.notifier->request(*flight.message, flight.attempt);
  in_flight_[due.outbox_id] = std::move(flight);
  edges_.transport.start(due.outbox_id, request);
}

void Dispatcher::take_answer(std::int64_t outbox_id, const Response& answer) {
  const auto found = in_flight_.find(outbox_id);
  if (found == in_flight_.end()) return;
  InFlight& flight = found->second;
  Delivery delivery =
      flight.notifier->conclude(*flight.message, flight.attempt, answer, edges_.clock.now());
  if (delivery.receipt) {
    flight.receipt = flight.attempt.receipt = *delivery.receipt;
    receipts_.put(flight.endpoint, flight.message->dedup_key, *delivery.receipt);
  }
  const bool goes_on = delivery.more && delivery.outcome == Delivery::Outcome::delivered;
  if (goes_on && flight.requests < kRequestsMax) {
    ++flight.requests;
    edges_.transport.start(outbox_id, flight.notifier->request(*flight.message, flight.attempt));
    return;
  }
  if (goes_on) delivery.outcome = Delivery::Outcome::retry;
  delivery.receipt = flight.receipt;
  finish(outbox_id, delivery, answer.status);
}

void Dispatcher::finish(std::int64_t outbox_id, const Delivery& delivery, int status) {
  if (const auto found = in_flight_.find(outbox_id); found != in_flight_.end()) {
    ended_[outbox_id] = std::move(found->second.message);
    in_flight_.erase(found);
  }
  plan_.on_outcome(outbox_id, delivery, status, edges_.clock.now());
}

void Dispatcher::hand_over_reports() {
  std::vector<DeliveryReport> reports = plan_.take_reports();
  if (reports.empty()) return;
  for (DeliveryReport& report : reports) {
    if (const auto found = ended_.find(report.record.outbox_id); found != ended_.end())
      report.record.message = std::move(found->second);
    if (report.record.fate == DeliveryRecord::Fate::retry) continue;
    cache_.forget(report.message_id);
    unstored_.erase(report.record.outbox_id);
  }
  ended_.clear();
  edges_.on_reports(std::move(reports));
}

bool Dispatcher::is_idle() const {
  return plan_.in_flight() == 0 && plan_.next_due() > edges_.clock.now();
}

}  // namespace tocsin
