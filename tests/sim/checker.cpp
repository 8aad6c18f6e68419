// SPDX-License-Identifier: Apache-2.0
#include "sim/checker.hpp"

#include <algorithm>
#include <set>

namespace tocsin::sim {
namespace {

constexpr std::size_t kAll = 1'000'000;

const std::vector<std::string>& topics_of(const Alarm& alarm, AlarmState to) {
  if (to == AlarmState::alarm) return alarm.alarm_topics;
  return to == AlarmState::ok ? alarm.ok_topics : alarm.insufficient_data_topics;
}

std::map<std::string, AlarmState> last_states(const Ledger& ledger) {
  std::map<std::string, AlarmState> out;
  for (const Transition& t : ledger.transitions) out[name_of(t.alarm, t.key)] = t.to;
  return out;
}

}  // namespace

const Alarm& alarm_named(const World& world, const std::string& name) {
  return *std::find_if(world.rules->alarms.begin(), world.rules->alarms.end(),
                       [&](const Alarm& a) { return a.name == name; });
}

void check_transitions(const World& world, Ledger& ledger) {
  std::uint64_t sequence = 0;
  std::set<std::string> ids;
  std::map<std::string, AlarmState> states;
  for (const Transition& t : ledger.transitions) {
    if (t.sequence <= sequence || !ids.insert(t.id).second)
      ledger.fault("sequence", std::to_string(t.sequence) + " after " + std::to_string(sequence) +
                                   ": " + text_of(t));
    sequence = std::max(sequence, t.sequence);
    const Alarm& alarm = alarm_named(world, t.alarm);
    const bool is_short = !alarm.composite && alarm.anchor == Anchor::event;
    const AlarmState first = is_short ? AlarmState::ok : AlarmState::insufficient_data;
    AlarmState& state = states.emplace(name_of(t.alarm, t.key), first).first->second;
    if (t.from != state || t.to == state)
      ledger.fault("chain", text_of(t) + " in " + std::string(to_string(state)));
    state = t.to;
  }
}

void check_store(const World& world, const Store& store, Ledger& ledger) {
  const auto statuses = store.alarms();
  if (!statuses) return ledger.fault("store", statuses.error().text);
  const std::map<std::string, AlarmState> last = last_states(ledger);
  for (const AlarmStatus& s : *statuses) {
    const auto known = last.find(name_of(s.alarm, s.key));
    if (known != last.end() && known->second != s.state)
      ledger.fault("store",
                   name_of(s.alarm, s.key) + " is shown as " + std::string(to_string(s.state)));
  }
  for (const Alarm& alarm : world.rules->alarms) {
    const auto stored = store.transitions(alarm.name, kAll);
    if (!stored) return ledger.fault("store", stored.error().text);
    std::set<std::string> ids;
    for (const Transition& t : *stored) ids.insert(t.id);
    for (const Transition& t : ledger.transitions)
      if (t.alarm == alarm.name && ids.erase(t.id) == 0)
        ledger.fault("store", "has forgotten " + text_of(t));
    if (!ids.empty()) ledger.fault("store", "has a transition that was never committed");
  }
}

void check_told(const World& world, Ledger& ledger) {
  std::map<std::pair<std::string, std::string>, int> told;  // (transition, topic)
  std::set<std::string> ids;
  for (const Notification& n : ledger.notifications) {
    ++told[{n.transition.id, n.topic}];
    if (!ids.insert(n.message_id).second)
      ledger.fault("told", "two messages have the id " + n.message_id);
  }
  for (const Transition& t : ledger.transitions) {
    for (const std::string& topic : topics_of(alarm_named(world, t.alarm), t.to)) {
      const int wanted = t.silent ? 0 : 1;
      const auto found = told.find({t.id, topic});
      const int count = found == told.end() ? 0 : found->second;
      // What a suppressor holds is told once, of the state that stands then.
      const bool may_wait = t.actions == ActionsFate::held;
      if (count != wanted && !(may_wait && count == 0))
        ledger.fault("told",
                     topic + " got " + std::to_string(count) + " messages of " + text_of(t));
    }
  }
}

void check_delivered(const World& world, const Store& store, Ledger& ledger) {
  const auto letters = store.dead_letters({.limit = kAll});
  if (!letters) return ledger.fault("delivered", letters.error().text);
  std::set<std::pair<std::string, std::string>> ended;  // (message id, endpoint)
  for (const DeadLetter& e : *letters) ended.insert({e.message_id, e.endpoint});
  for (const auto& [id, parcel] : ledger.parcels) {
    const OutboxEntry& e = parcel.entry;
    if (!parcel.settled) ledger.fault("delivered", e.message_id + " still waits at " + e.endpoint);
    if (parcel.received) ended.insert({e.message_id, e.endpoint});
  }
  for (const Notification& n : ledger.notifications)
    for (const Endpoint& e : world.endpoints.at(n.topic))
      if (!ended.contains({n.message_id, e.id}))
        ledger.fault("delivered", n.message_id + " is lost for " + e.id);
  if (store.report().outbox_rows != 0) ledger.fault("delivered", "the outbox is not empty");
}

}  // namespace tocsin::sim
