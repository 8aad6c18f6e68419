// SPDX-License-Identifier: Apache-2.0
// Turns what machines decide into what is told: transitions with identities, reasons and evidence,
// notifications, history.
#pragma once
#include <cstdint>
#include <string>

#include "rules/engine/action_desk.hpp"
#include "rules/engine/alarm_book.hpp"
#include "rules/message/history_items.hpp"
#include "rules/message/message.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// A RuleSet with one alarm and what feeds it: for a last message of an alarm that the rules no
// longer have.
RuleSet rules_of(const Alarm& alarm, const RuleSet& rules);

// A composite alarm's change of state. No child changed: it was created, or its rule updated.
struct CompositeChange {
  AlarmState from = AlarmState::ok;
  AlarmState to = AlarmState::ok;
  Instant at;  // of the child's transition, or when it was evaluated otherwise
  bool late = false;
  bool own_time = false;  // `at` is told though a later change was shown before
  std::vector<ChildState> children;
  std::vector<Evidence> events;
  std::uint64_t events_total = 0;
  std::optional<ActionHold> hold;  // of its suppressor
};

class Recorder {
 public:
  // The rules of `index` decide who is told, `desk` when. All outlive it.
  Recorder(const AlarmIndex& index, ActionDesk& desk, std::uint64_t& next_sequence, Instant now,
           Effects& out)
      : index_(index),
        rules_(index.rules()),
        desk_(desk),
        next_sequence_(next_sequence),
        now_(now),
        out_(out) {}

  // `current`: the event being judged decided it, and travels with it.
  void changed(KeyEntry& entry, const Change& change, bool current);
  void composite_changed(KeyEntry& entry, CompositeChange change);
  // The alarm or key is removed while in ALARM: a last transition to OK.
  void closed(KeyEntry& entry, Instant at, const char* reason);
  // A person sets the state, which is another.
  void set(KeyEntry& entry, const SetAlarmState& what, const std::string& who, Instant at,
           const std::optional<ActionHold>& suppressed = {});
  // After keys of an alarm with group_by (it has a whole) may have changed: if the alarm as a whole
  // has, history and event bus are told, but no person: they were told of the keys.
  void settled(AlarmBook& book, Instant at);
  // `status`: the alarm's as a whole; `before`: what an update replaced.
  void configured(ConfigurationChange change, const Alarm& alarm, const AlarmStatus& status,
                  const Alarm* before = nullptr);
  // Something happened to the alarm that is no change of state.
  void noted(const Alarm& alarm, const AlarmKey& key, const std::string& note);
  void noted(const std::string& alarm, AlarmType type, const AlarmKey& key,
             const std::string& note);
  // The same, by other rules: for the last words of an alarm that is no more.
  Recorder by(const AlarmIndex& index) const { return {index, desk_, next_sequence_, now_, out_}; }
  // The messages of a transition, to whoever its alarm's rules name now.
  void run_actions(const Transition& transition, const Occasion& occasion);
  // One that never comes again.
  std::uint64_t take_number() { return next_sequence_++; }
  Instant now() const { return now_; }
  // Replay: the wall clock goes with the watermark.
  void set_now(Instant now) { now_ = now; }

 private:
  Transition begin(const KeyEntry& entry, AlarmState from, AlarmState to, Instant at) const;
  Transition describe(KeyEntry& entry, const Change& change);
  void tell(KeyEntry& entry, Transition transition, bool closing = false,
            const std::optional<ActionHold>& suppressed = {}, Instant holds_from = kNoTime,
            bool by_event = false);
  std::string transition_id(const Transition& transition) const;

  const AlarmIndex& index_;
  const RuleSet& rules_;
  ActionDesk& desk_;
  std::uint64_t& next_sequence_;
  Instant now_;
  Effects& out_;
};

}  // namespace tocsin
