// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/action_desk.hpp"

#include <algorithm>
#include <tuple>

#include "rules/engine/flapping.hpp"
#include "rules/engine/recorder.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/message/alarm_configuration.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

ActionName name_of(const Transition& t) { return {t.alarm, canonical_key(t.key)}; }

std::string holder_text(const ActionHold& hold) {
  switch (hold.by) {
    case HeldBy::mute_window:
      return "mute window \"" + hold.name + "\"";
    case HeldBy::silence:
      return "silence " + hold.name + " of " + hold.who;
    case HeldBy::wait_period:
    case HeldBy::extension_period:
    case HeldBy::suppressor:
      return std::string(to_string(hold.by)) + " (suppressor \"" + hold.name + "\")";
  }
  return "?";
}

std::string until_text(const std::optional<Instant>& until) {
  return until && *until != kNever ? " until " + format_rfc3339(*until) : "";
}

std::string actions_of(const Transition& t) { return "Actions of " + std::string(to_string(t.to)); }

void note_of(const Transition& t, const std::string& text, Recorder& to) {
  to.noted(t.alarm, t.alarm_type, t.key, actions_of(t) + " " + text);
}

}  // namespace

ActionFacts action_facts(const Alarm& alarm) {
  return {alarm_type_of(alarm),  &*alarm.tags,
          alarm.actions_enabled, alarm.shadow,
          alarm.repeat,          alarm.flapping,
          &*alarm.escalate,      &*alarm.alarm_topics,
          &*alarm.ok_topics,     &*alarm.insufficient_data_topics};
}

ActionRecord& ActionDesk::record(const std::string& alarm, const AlarmKey& key) {
  ActionRecord& r = records_[{alarm, canonical_key(key)}];
  r.key = key;
  return r;
}

void ActionDesk::note(const std::string& alarm, const AlarmKey& key, const std::string& text,
                      Recorder& to) const {
  const std::optional<ActionFacts> facts = lookups_.facts(alarm);
  to.noted(alarm, facts ? facts->type : AlarmType::metric, key, text);
}

// After anything happened to a record: its place in the queue, its row, and whether it is needed.
void ActionDesk::settle(ActionName name, bool shown) {
  const auto at = records_.find(name);
  if (at == records_.end()) return;
  ActionRecord& r = at->second;
  const Instant due = r.due();
  if (due != r.queued) {
    due_.erase({r.queued, name});
    if (due != kNever) due_.emplace(due, name);
    r.queued = due;
  }
  if (!r.empty() || r.stored) dirty_.insert(name);
  if (r.empty()) records_.erase(at);
  if (shown) lookups_.touched(name);
}

bool ActionDesk::is_enabled(const std::string& alarm, const ActionFacts& facts) const {
  const auto at = switches_.find(alarm);
  return at == switches_.end() ? facts.enabled : at->second.enabled;
}

std::optional<ActionHold> ActionDesk::muted_by(const std::string& alarm, const Tags& tags,
                                               Instant now) {
  if (!mutes_) return std::nullopt;
  if (!active_ || now >= active_->valid_until() || now < active_at_) {
    active_ = mutes_->active(now);
    active_at_ = now;
  }
  return active_->hold_of(alarm, tags);
}

bool ActionDesk::note_flapping(ActionRecord& r, const Transition& t, const ActionFacts& facts,
                               Recorder& to) {
  if (facts.flapping == Flapping::off || t.silent) return false;
  calm_down(t.alarm, r, to.now(), to);
  const bool before = r.flapping;
  r.flapping = note_change(r.changes, t.at, before);
  if (before || !r.flapping) return false;
  to.noted(t.alarm, t.alarm_type, t.key,
           "Flapping: " + std::to_string(r.changes.size()) + " changes of state within 30 min");
  return true;
}

void ActionDesk::calm_down(const std::string& alarm, ActionRecord& r, Instant at, Recorder& to) {
  if (calm_at(r.changes, r.flapping) > at) return;
  if (r.flapping) note(alarm, r.key, "Flapping no more", to);
  r.flapping = false;
  std::erase_if(r.changes, [&](Instant t) { return t + kFlappingSpan <= at; });
}

void ActionDesk::count_firing(ActionRecord& r, Transition& t) {
  if (t.to == AlarmState::alarm) r.firings.add(t.at);
  t.firings = r.firings.until(t.at);
}

// What follows the first message of an ALARM.
void ActionDesk::start_attention(ActionRecord& r, const Transition& t, const ActionFacts& facts,
                                 Instant now) {
  if (t.to != AlarmState::alarm) return;
  start_reminders(r, t, facts, now);
  start_escalation(r, t, facts, now);
}

void ActionDesk::start_reminders(ActionRecord& r, const Transition& t, const ActionFacts& facts,
                                 Instant now) {
  if (facts.repeat <= Duration{0}) return;
  r.reminded_of = std::make_unique<Transition>(t);
  r.reminded_of->events.clear();
  r.reminded_from = now;
  r.next_reminder = now + facts.repeat;
}

std::vector<Occasion> ActionDesk::changed(Transition& t, const ActionFacts& facts, Recorder& to,
                                          const std::optional<ActionHold>& suppressed) {
  if (const auto at = records_.find(name_of(t)); at != records_.end()) {
    // Replay judges some things late: what was due before this is told before it.
    const HeldActions* held = at->second.held.get();
    if (held != nullptr && is_mute(held->hold.by) && *held->hold.until <= to.now())
      run_held(at->first, *held->hold.until, to);
  }
  ActionRecord& r = record(t.alarm, t.key);
  std::vector<Occasion> more;
  const bool began_to_flap = note_flapping(r, t, facts, to);
  count_firing(r, t);
  if (const auto ack = std::exchange(r.acknowledged, nullptr))
    to.noted(t.alarm, t.alarm_type, t.key,
             "Acknowledgement by " + ack->who + " ended: the state changed");
  r.reminded_of.reset();
  r.next_reminder = kNever;
  if (r.escalation) r.escalation->from = r.escalation->next = kNever;
  const std::unique_ptr<HeldActions> before = std::exchange(r.held, nullptr);
  if (before) note_of(before->transition, "dropped: the state changed", to);
  t.actions = facts.shadow                  ? ActionsFate::shadow
              : !is_enabled(t.alarm, facts) ? ActionsFate::disabled
                                            : ActionsFate::run;
  if (t.actions == ActionsFate::run && !t.silent) {
    t.hold = suppressed ? suppressed : muted_by(t.alarm, *facts.tags, to.now());
    if (t.hold) {
      t.actions = ActionsFate::held;
      r.held = std::make_unique<HeldActions>();
      r.held->transition = t;
      r.held->transition.events.clear();
      r.held->hold = *t.hold;
      r.held->known = before ? before->known : t.from;
      r.held->muted = is_mute(t.hold->by) || (before && before->muted && !suppressed);
      note_of(t, "held by " + holder_text(*t.hold) + until_text(t.hold->until), to);
    } else {
      more = told_of_end(r, t, MessageCause::change);
      start_attention(r, t, facts, to.now());
      if (began_to_flap && facts.flapping == Flapping::notice)
        more.push_back({MessageCause::flapping, r.changes.size()});
    }
  } else if (t.actions != ActionsFate::run) {
    r.escalation.reset();
  }
  // Of a time that is over: what would be due at once is told here and now, and not by the next call.
  calm_down(t.alarm, r, to.now(), to);
  settle(name_of(t));
  return more;
}

std::vector<Occasion> ActionDesk::closing(Transition& t, const ActionFacts& facts) {
  const auto at = records_.find(name_of(t));
  const bool untold = at != records_.end() && at->second.held &&
                      at->second.held->known != AlarmState::alarm &&
                      at->second.held->transition.to == AlarmState::alarm;
  if (facts.shadow) {
    t.actions = ActionsFate::shadow;
  } else if (!is_enabled(t.alarm, facts)) {
    t.actions = ActionsFate::disabled;
  } else if (untold) {
    t.actions = ActionsFate::held;
    t.hold = at->second.held->hold;
  }
  if (at == records_.end()) return {};
  count_firing(at->second, t);
  at->second.held.reset();  // whatever it was, this is newer
  std::vector<Occasion> more;
  if (t.actions == ActionsFate::run) more = told_of_end(at->second, t, MessageCause::change);
  settle(at->first);
  return more;
}

void ActionDesk::forget(ActionName name, Recorder& to) {
  const auto at = records_.find(name);
  if (at == records_.end()) return;
  ActionRecord& r = at->second;
  const bool owed =
      r.held && r.held->known == AlarmState::alarm && r.held->transition.to != AlarmState::alarm;
  if (owed) {
    const Transition& t = r.held->transition;
    to.run_actions(t, {MessageCause::after_mute, 0});
    for (const Occasion& more : told_of_end(r, t, MessageCause::after_mute))
      to.run_actions(t, more);
  }
  due_.erase({r.queued, name});
  if (r.stored) dirty_.insert(name);
  records_.erase(at);
}

void ActionDesk::rename(const std::string& from, const std::string& to) {
  std::vector<ActionName> names;
  for (auto at = records_.lower_bound({from, ""}); at != records_.end() && at->first.first == from;
       ++at)
    names.push_back(at->first);
  for (const ActionName& old : names) {
    auto node = records_.extract(old);
    due_.erase({node.mapped().queued, old});
    node.mapped().queued = kNever;
    for (Transition* t : {node.mapped().held ? &node.mapped().held->transition : nullptr,
                          node.mapped().reminded_of.get(),
                          node.mapped().escalation ? &node.mapped().escalation->of : nullptr})
      if (t != nullptr) t->alarm = to;
    node.key().first = to;
    const ActionName name = node.key();
    records_.insert(std::move(node));
    dirty_.insert(old);
    settle(name);
  }
  const auto at = switches_.find(from);
  if (at == switches_.end()) return;
  switches_[to] = at->second;
  switches_.erase(at);
  dirty_switches_.insert({from, to});
}

void ActionDesk::suppressed(const ActionName& name, const ActionHold& hold) {
  const auto at = records_.find(name);
  if (at == records_.end() || !at->second.held) return;
  const ActionHold before = std::exchange(at->second.held->hold, hold);
  // The same goes on: a start or a reload is no beginning.
  if (before.by == hold.by && before.name == hold.name && before.until == hold.until)
    at->second.held->hold.since = before.since;
  settle(name);
}

void ActionDesk::release(const ActionName& name, Recorder& to) { run_held(name, to.now(), to); }

// Whoever held it has let go; a mute may hold it on.
void ActionDesk::run_held(const ActionName& name, Instant at, Recorder& to) {
  const auto found = records_.find(name);
  const std::optional<ActionFacts> facts = lookups_.facts(name.first);
  if (found == records_.end() || !found->second.held || !facts) return;
  ActionRecord& r = found->second;
  if (auto hold = muted_by(name.first, *facts->tags, at)) {
    r.held->hold = std::move(*hold);
    r.held->muted = true;
    return settle(name);
  }
  const std::unique_ptr<HeldActions> held = std::exchange(r.held, nullptr);
  Transition t = std::move(held->transition);
  if (facts->shadow || !is_enabled(name.first, *facts)) {
    note_of(t, "dropped: they are switched off now", to);
  } else {
    t.events = lookups_.events(name, t.at);
    note_of(t, "run after " + holder_text(held->hold), to);
    t.actions = ActionsFate::run;
    t.hold.reset();
    const MessageCause cause = held->muted ? MessageCause::after_mute : MessageCause::change;
    to.run_actions(t, {cause, 0});
    for (const Occasion& more : told_of_end(r, t, cause)) to.run_actions(t, more);
    start_attention(r, t, *facts, at);
  }
  settle(name);
}

// One message however many were missed: those would say the same.
void ActionDesk::remind(const ActionName& name, Instant at, Recorder& to) {
  ActionRecord& r = records_.at(name);
  const std::optional<ActionFacts> facts = lookups_.facts(name.first);
  if (!facts || facts->repeat <= Duration{0}) {
    r.reminded_of.reset();
    r.next_reminder = kNever;
    return;
  }
  const std::int64_t number = (to.now() - r.reminded_from) / facts->repeat;
  r.next_reminder = r.reminded_from + (number + 1) * facts->repeat;
  const bool quiet = r.acknowledged || facts->shadow || !is_enabled(name.first, *facts) ||
                     muted_by(name.first, *facts->tags, at);
  if (quiet || number < 1) return;
  Transition t = *r.reminded_of;
  t.events = lookups_.events(name, to.now());
  to.run_actions(t, {MessageCause::reminder, static_cast<std::uint64_t>(number)});
}

void ActionDesk::step(const ActionName& name, Instant at, Recorder& to) {
  if (!lookups_.facts(name.first)) return forget(name, to);
  ActionRecord& r = records_.at(name);
  const auto shown = [&r] {
    return std::tuple(r.flapping, r.acknowledged != nullptr, r.next_reminder,
                      r.held && r.held->hold.until, r.escalation ? r.escalation->next : kNever,
                      r.escalation ? r.escalation->told.size() : 0);
  };
  const auto before = shown();
  if (r.acknowledged && r.acknowledged->until && *r.acknowledged->until <= at) {
    note(name.first, r.key, "Acknowledgement by " + r.acknowledged->who + " has expired", to);
    r.acknowledged.reset();
  }
  calm_down(name.first, r, at, to);
  r.firings.forget_until(at);
  if (r.next_reminder <= at) remind(name, at, to);
  if (r.escalation && !r.acknowledged && r.escalation->next <= at) escalate(name, to);
  if (r.held && r.held->hold.until && *r.held->hold.until <= at) {
    if (is_mute(r.held->hold.by)) return run_held(name, at, to);
    r.held->hold.until.reset();  // its suppressor says when, and is about to
  }
  // Changes of state are forgotten half an hour later, which nobody sees.
  settle(name, shown() != before);
}

void ActionDesk::advance(Recorder& to) {
  while (!due_.empty() && due_.begin()->first <= to.now()) {
    const auto [at, name] = *due_.begin();
    step(name, at, to);
  }
  if (!mutes_) return;
  std::vector<Silence> standing;
  for (const Silence& s : mutes_->silences())
    if (s.until > to.now()) standing.push_back(s);
  if (standing.size() < mutes_->silences().size()) replace_silences(std::move(standing));
}

Instant ActionDesk::next_due() const {
  Instant least = due_.empty() ? kNever : due_.begin()->first;
  if (mutes_)
    for (const Silence& s : mutes_->silences()) least = std::min(least, s.until);
  return least;
}

std::size_t ActionDesk::held() const {
  return static_cast<std::size_t>(std::count_if(
      records_.begin(), records_.end(), [](const auto& r) { return r.second.held != nullptr; }));
}

ActionStatus ActionDesk::status_of(const ActionName& name, const ActionFacts& facts) const {
  ActionStatus out;
  out.enabled = is_enabled(name.first, facts);
  out.shadow = facts.shadow;
  if (const auto at = switches_.find(name.first); at != switches_.end())
    out.switched_by = at->second.who;
  const auto found = records_.find(name);
  if (found == records_.end()) return out;
  const ActionRecord& r = found->second;
  if (r.held) out.hold = r.held->hold;
  out.waiting = r.held != nullptr;
  if (r.acknowledged) out.acknowledged = *r.acknowledged;
  if (r.next_reminder != kNever) out.next_repeat = r.next_reminder;
  if (r.escalation) {
    if (r.escalation->next != kNever && !r.acknowledged) out.next_escalation = r.escalation->next;
    out.escalated_to = r.escalation->told;
  }
  out.flapping = r.flapping;
  return out;
}

}  // namespace tocsin
