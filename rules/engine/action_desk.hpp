// SPDX-License-Identifier: Apache-2.0
// Who is told of a change of state, and when: what windows, silences and suppressors hold, what a
// person has acknowledged or switched off, reminders, flapping. By the wall clock, and never the
// other way round: no state depends on it. spec/alarms.md sections 5.7, 9.4 and 10.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/engine/action_record.hpp"
#include "rules/message/message.hpp"
#include "rules/mute/mute_table.hpp"
#include "tocsin/effects.hpp"
#include "tocsin/operator.hpp"
#include "tocsin/result.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class Recorder;

// (alarm, key as canonical JSON)
using ActionName = std::pair<std::string, std::string>;

// What the rules say of an alarm's actions; both kinds of alarm have it.
struct ActionFacts {
  AlarmType type = AlarmType::metric;
  const Tags* tags = nullptr;
  bool enabled = true;
  bool shadow = false;
  Duration repeat{0};
  Flapping flapping = Flapping::mark;
  const std::vector<EscalationStep>* escalate = nullptr;
  const std::vector<std::string>* alarm_topics = nullptr;
  const std::vector<std::string>* ok_topics = nullptr;
  const std::vector<std::string>* insufficient_data_topics = nullptr;
};
ActionFacts action_facts(const Alarm& alarm);

// actions_enabled, as a person switched it against the rules.
struct ActionSwitch {
  bool enabled = true;
  bool ruled = true;  // what the rules said then: an edit of theirs wins
  std::string who;
};

class ActionDesk {
 public:
  struct Lookups {
    // Nothing: the rules have no such alarm.
    std::function<std::optional<ActionFacts>(const std::string& alarm)> facts;
    // The log events that explain the present state, for a message that comes late.
    std::function<std::vector<Evidence>(const ActionName& name, Instant at)> events;
    // The status shown has changed.
    std::function<void(const ActionName& name)> touched;
  };
  explicit ActionDesk(Lookups lookups) : lookups_(std::move(lookups)) {}

  // Replaces the windows. What was held by one that is gone is due now.
  void use_rules(std::shared_ptr<const RuleSet> rules, Recorder& to);
  std::shared_ptr<const MuteTable> mutes() const { return mutes_; }

  // A change of state was decided: fills `t.actions` and `t.hold`, ends what was said of the state
  // that ends. `suppressed`: a composite's suppressor holds it. The caller tells it if it is to
  // run, and then on the occasions that are returned.
  std::vector<Occasion> changed(Transition& t, const ActionFacts& facts, Recorder& to,
                                const std::optional<ActionHold>& suppressed = {});
  // The same for the last words of an alarm or key that goes: it is told whatever mutes, unless
  // nobody was told of the ALARM either.
  std::vector<Occasion> closing(Transition& t, const ActionFacts& facts);
  bool knows(const ActionName& name) const { return records_.contains(name); }
  // It is gone. An OK that waited to be told is told.
  void forget(ActionName name, Recorder& to);
  void rename(const std::string& from, const std::string& to);

  // A composite's suppressor: it holds in another way, or lets go of what it holds: that runs now,
  // unless a mute holds it.
  void suppressed(const ActionName& name, const ActionHold& hold);
  void release(const ActionName& name, Recorder& to);

  // What is due up to the recorder's now.
  void advance(Recorder& to);
  Instant next_due() const;
  // Steps, windows or silences may be others, or the clock was set back before them.
  void recheck_escalations(Instant now);

  // Requests of people. `status`: of the key.
  Result<OperatorAnswer> add_silence(Silence silence, Recorder& to);
  Result<OperatorAnswer> end_silence(const std::string& id, const std::string& who, Recorder& to);
  void switch_actions(const std::string& alarm, bool enabled, const std::string& who, Recorder& to);
  void acknowledge(const AlarmStatus& status, Acknowledgement ack, Recorder& to);
  bool take_back(const AlarmStatus& status, const std::string& who, Recorder& to);

  // How many (alarm, key) have actions that wait.
  std::size_t held() const;

  // Without the hold of a mute under which nothing waits.
  ActionStatus status_of(const ActionName& name, const ActionFacts& facts) const;
  std::optional<ActionHold> muted_by(const std::string& alarm, const Tags& tags, Instant now);

  void collect(std::vector<StateRow>& out);
  // Kinds actions, switch, silence.
  bool restore(const StateRow& row);

 private:
  void note(const std::string& alarm, const AlarmKey& key, const std::string& text,
            Recorder& to) const;
  ActionRecord& record(const std::string& alarm, const AlarmKey& key);
  // `shown`: what people see of it may have changed.
  void settle(ActionName name, bool shown = true);
  void step(const ActionName& name, Instant at, Recorder& to);
  void calm_down(const std::string& alarm, ActionRecord& r, Instant at, Recorder& to);
  static void count_firing(ActionRecord& r, Transition& t);
  // Whether it begins to flap.
  bool note_flapping(ActionRecord& r, const Transition& t, const ActionFacts& facts, Recorder& to);
  void run_held(const ActionName& name, Instant at, Recorder& to);
  void remind(const ActionName& name, Instant at, Recorder& to);
  std::vector<EscalationStep> steps_of(const ActionFacts& facts) const;
  void start_escalation(ActionRecord& r, const Transition& t, const ActionFacts& facts,
                        Instant now);
  std::vector<Occasion> told_of_end(ActionRecord& r, const Transition& t, MessageCause cause) const;
  void escalate(const ActionName& name, Recorder& to);
  bool is_delayed(const ActionName& name, const ActionFacts& facts, const Escalation& escalation,
                  Instant due, Instant now);
  void start_attention(ActionRecord& r, const Transition& t, const ActionFacts& facts, Instant now);
  void start_reminders(ActionRecord& r, const Transition& t, const ActionFacts& facts, Instant now);
  bool is_enabled(const std::string& alarm, const ActionFacts& facts) const;
  void replace_silences(std::vector<Silence> silences);
  void recheck(Recorder& to, bool all);

  Lookups lookups_;
  std::shared_ptr<const RuleSet> rules_;
  std::shared_ptr<const MuteTable> mutes_;
  std::optional<ActiveMutes> active_;  // of mutes_
  Instant active_at_ = kNoTime;
  std::map<ActionName, ActionRecord> records_;
  std::map<std::string, ActionSwitch> switches_;
  std::set<std::pair<Instant, ActionName>> due_;
  std::vector<Silence> restored_;  // until the rules are known

  std::set<ActionName> dirty_;
  std::set<std::string> dirty_switches_;
  std::set<std::string> dirty_silences_;
};

}  // namespace tocsin
