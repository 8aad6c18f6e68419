// SPDX-License-Identifier: Apache-2.0
// The desk's escalations: by the wall clock, from the first message of an ALARM on.
#include <algorithm>

#include "rules/engine/action_desk.hpp"
#include "rules/engine/recorder.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string preface_of(const EscalationStep& step, const std::vector<std::string>& told) {
  std::string out = "Not acknowledged for " + format_duration(step.after);
  for (std::size_t i = 0; i < told.size(); ++i) out += (i == 0 ? ", told to " : ", ") + told[i];
  return out + ": ";
}

}  // namespace

std::vector<EscalationStep> ActionDesk::steps_of(const ActionFacts& facts) const {
  if (rules_ == nullptr) return {};
  return escalation_steps(*facts.escalate, *facts.alarm_topics, rules_->topics);
}

// Who was told of an ALARM before stays to be told of the end.
void ActionDesk::start_escalation(ActionRecord& r, const Transition& t, const ActionFacts& facts,
                                  Instant now) {
  const std::vector<EscalationStep> steps = steps_of(facts);
  if (steps.empty()) return;
  if (!r.escalation) r.escalation = std::make_unique<Escalation>();
  r.escalation->of = t;
  r.escalation->of.events.clear();
  r.escalation->from = now;
  r.escalation->done = kNoTime;
  r.escalation->next = next_step(*r.escalation, steps);
}

// The ALARM has ended in `t`, which is told now: also to whom it was escalated.
std::vector<Occasion> ActionDesk::told_of_end(ActionRecord& r, const Transition& t,
                                              MessageCause cause) const {
  if (!r.escalation || t.to == AlarmState::alarm) return {};
  Occasion more;
  more.cause = cause;
  const std::optional<ActionFacts> facts = lookups_.facts(t.alarm);
  if (facts) {
    const std::vector<std::string>& told_anyway =
        t.to == AlarmState::ok ? *facts->ok_topics : *facts->insufficient_data_topics;
    for (const std::string& topic : r.escalation->told)
      if (!contains(told_anyway, topic)) more.topics.push_back(topic);
  }
  if (t.to == AlarmState::ok || r.escalation->told.empty()) r.escalation.reset();
  if (more.topics.empty()) return {};
  return {std::move(more)};
}

void ActionDesk::escalate(const ActionName& name, Recorder& to) {
  ActionRecord& r = records_.at(name);
  const std::optional<ActionFacts> facts = lookups_.facts(name.first);
  if (!facts) return;
  Escalation& e = *r.escalation;
  // By what holds now, whenever the step was due: nobody is told during a mute, and a restart,
  // which looks anew at what is due, says the same.
  if (const auto hold = muted_by(name.first, *facts->tags, to.now())) {
    // A step that a mute delays is told at its end, if the ALARM still stands.
    e.next = std::max(hold->until.value_or(to.now() + minutes{1}), to.now() + Duration{1});
    return;
  }
  const std::vector<EscalationStep> steps = steps_of(*facts);
  const bool quiet = facts->shadow || !is_enabled(name.first, *facts);
  std::vector<std::string> told = *facts->alarm_topics;
  for (const std::string& topic : e.told)
    if (!contains(told, topic)) told.push_back(topic);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const EscalationStep& step = steps[i];
    const Instant due = e.from + step.after;
    if (due <= e.done || due > to.now() || quiet) continue;
    Transition t = e.of;
    t.events = lookups_.events(name, to.now());
    to.run_actions(t, {MessageCause::escalation, i + 1, {step.topic}, preface_of(step, told)});
    if (!contains(e.told, step.topic)) e.told.push_back(step.topic);
    if (!contains(told, step.topic)) told.push_back(step.topic);
    note(name.first, r.key,
         "Escalated to topic " + step.topic + ": not acknowledged for " +
             format_duration(step.after),
         to);
  }
  e.done = std::max(e.done, to.now());
  e.next = next_step(e, steps);
}

// A step that a mute delays, or has delayed, keeps its place among what is due: after a restart the
// same is said as without, in the same order.
bool ActionDesk::is_delayed(const ActionName& name, const ActionFacts& facts, const Escalation& e,
                            Instant due, Instant now) {
  if (due >= e.next || e.next == kNever) return false;
  if (e.next <= now) return true;
  const auto hold = muted_by(name.first, *facts.tags, now);
  return hold && (!hold->until || *hold->until >= e.next);
}

void ActionDesk::recheck_escalations(Instant now) {
  std::vector<ActionName> changed;
  for (auto& [name, r] : records_) {
    if (!r.escalation) continue;
    const std::optional<ActionFacts> facts = lookups_.facts(name.first);
    const Instant next = facts ? next_step(*r.escalation, steps_of(*facts)) : kNever;
    if (next == r.escalation->next) continue;
    if (facts && is_delayed(name, *facts, *r.escalation, next, now)) continue;
    r.escalation->next = next;
    changed.push_back(name);
  }
  for (const ActionName& name : changed) settle(name);
}

}  // namespace tocsin
