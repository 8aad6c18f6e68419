// SPDX-License-Identifier: Apache-2.0
#include "sim/endpoints.hpp"

#include <algorithm>
#include <tuple>

namespace tocsin::sim {
namespace {

constexpr Duration kPatience = seconds{30};  // after which an attempt counts as timed out
constexpr Duration kOrderHold = seconds{60};

}  // namespace

void Endpoints::attempt(const DueAttempt& due, Instant now) {
  ++ledger_.attempts;
  const auto found = ledger_.parcels.find(due.outbox_id);
  if (found == ledger_.parcels.end())
    return ledger_.fault("sent-before-commit", "outbox id " + std::to_string(due.outbox_id));
  Parcel& parcel = found->second;
  if (parcel.ended)
    ledger_.fault("sent-after-its-end", "outbox id " + std::to_string(due.outbox_id));
  if (parcel.entry.endpoint != due.endpoint)
    ledger_.fault("wrong-endpoint", due.endpoint + " for " + parcel.entry.endpoint);
  check_order(parcel, due, now);
  bool received = false;
  Answer answer = judge(world_.manners.at(due.endpoint), now, received);
  if (received) receive(parcel, due, now);
  answer.outbox_id = due.outbox_id;
  under_way_.push_back(std::move(answer));
}

Endpoints::Answer Endpoints::judge(const Manners& m, Instant now, bool& received) {
  const Instant soon = now + random_.range(milliseconds{1}, m.slowest);
  using Outcome = Delivery::Outcome;
  if (now >= m.down_from && now < m.down_to)
    return {now + milliseconds{5}, 0, {Outcome::retry, "connection refused", {}}, 0};
  if (random_.chance(m.lost_answer)) {
    received = true;
    return {now + kPatience, 0, {Outcome::retry, "no answer in time", {}}, 0};
  }
  if (random_.chance(m.timeout))
    return {now + kPatience, 0, {Outcome::retry, "no answer in time", {}}, 0};
  if (random_.chance(m.rejected)) return {soon, 0, {Outcome::rejected, "not wanted", {}}, 400};
  if (random_.chance(m.retry)) {
    std::optional<Duration> wait;
    if (random_.chance(0.3)) wait = random_.range(seconds{1}, minutes{3});
    return {soon, 0, {Outcome::retry, "busy", wait}, 503};
  }
  received = true;
  return {soon, 0, {Outcome::delivered, {}, {}}, 200};
}

void Endpoints::receive(Parcel& parcel, const DueAttempt& due, Instant now) {
  ++parcel.receipts;
  if (!parcel.received) parcel.received = now;
  ledger_.trace(std::to_string(to_ms(now)) + " " + due.endpoint + " got " +
                parcel.entry.message_id + (due.attempt.overtaking ? " overtaking" : "") +
                (due.attempt.superseded ? " superseded" : ""));
}

// A later message of one (alarm, key) waits for the earlier ones, at most a minute, and says so if
// it does not.
void Endpoints::check_order(const Parcel& parcel, const DueAttempt& due, Instant now) const {
  const Parcel* before = nullptr;
  bool newer_delivered = false;
  for (const auto& [id, other] : ledger_.parcels) {
    if (other.entry.endpoint != due.endpoint || other.entry.dedup_key != parcel.entry.dedup_key)
      continue;
    if (id < due.outbox_id && !other.ended) before = &other;
    newer_delivered = newer_delivered || (id > due.outbox_id && other.delivered);
  }
  const std::string what = due.endpoint + " " + parcel.entry.message_id;
  if (due.attempt.overtaking != (before != nullptr))
    ledger_.fault("order", what + (before != nullptr ? " came before " + before->entry.message_id
                                                     : " says that it overtakes, but does not"));
  if (before != nullptr && due.attempt.number == 1 && now < before->entry.created + kOrderHold)
    ledger_.fault("order", what + " overtakes too early");
  if (due.attempt.superseded != newer_delivered)
    ledger_.fault("superseded", what + (newer_delivered ? " does not say" : " says falsely") +
                                    " that a newer one was delivered");
}

std::vector<Endpoints::Answer> Endpoints::answers(Instant now) {
  std::stable_sort(under_way_.begin(), under_way_.end(), [](const Answer& a, const Answer& b) {
    return std::tie(a.at, a.outbox_id) < std::tie(b.at, b.outbox_id);
  });
  const auto later = std::find_if(under_way_.begin(), under_way_.end(),
                                  [&](const Answer& a) { return a.at > now; });
  std::vector<Answer> out(under_way_.begin(), later);
  under_way_.erase(under_way_.begin(), later);
  return out;
}

Instant Endpoints::next_answer() const {
  Instant next = kNever;
  for (const Answer& a : under_way_) next = std::min(next, a.at);
  return next;
}

}  // namespace tocsin::sim
