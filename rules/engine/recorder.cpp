// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/recorder.hpp"

#include <algorithm>
#include <utility>

#include "rules/alarm/composite_reason.hpp"
#include "rules/alarm/math_plan.hpp"
#include "rules/alarm/reason.hpp"
#include "rules/engine/alarm_row.hpp"
#include "rules/engine/composites.hpp"
#include "rules/message/alarm_configuration.hpp"
#include "rules/message/bus_record.hpp"
#include "rules/message/message.hpp"
#include "rules/message/text.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kReasonCharacters = 1023;
constexpr int kParts = 20;  // of a short form's window

// The leading periods of the range without data say nothing.
std::vector<Datapoint> told_datapoints(const std::vector<Datapoint>& range) {
  const auto first = std::find_if(range.begin(), range.end(),
                                  [](const Datapoint& d) { return d.value.has_value(); });
  return {first, range.end()};
}

std::optional<double> newest_value(const Alarm& alarm, AlarmState to,
                                   const std::vector<Datapoint>& range) {
  std::optional<double> newest;
  for (const Datapoint& d : range) {
    if (!d.value) continue;
    const bool telling = is_breaching(alarm, d) == (to == AlarmState::alarm);
    if (telling || !newest) newest = d.value;
  }
  return newest;
}

// The window that ends at `end`, part by part. A part cannot have what a window has only as a whole
// (a percentile of a few): then there are none.
std::vector<Datapoint> parts_of(const KeyEntry& entry, Instant end) {
  const Alarm& alarm = *entry.book->spec;
  std::vector<Datapoint> parts;
  if (!alarm.statistic.simple() || alarm.period < kParts * Duration{1}) return parts;
  for (int i = 0; i < kParts; ++i) {
    const Instant from = end - alarm.period + alarm.period * i / kParts;
    const Instant upto = end - alarm.period + alarm.period * (i + 1) / kParts;
    const Totals totals = entry.short_form()->samples().window(from, upto);
    parts.push_back({from, totals.statistic(*alarm.statistic.simple()), totals.count});
  }
  return parts;
}

double events_of(const Alarm& alarm, const Change& c) {
  if (alarm.anchor == Anchor::event) return c.samples;
  double out = 0;
  for (const Datapoint& d : c.datapoints)
    if (is_breaching(alarm, d)) out += d.sample_count;
  return out;
}

}  // namespace

RuleSet rules_of(const Alarm& alarm, const RuleSet& rules) {
  RuleSet out;
  out.identity = rules.identity;
  out.log_groups = rules.log_groups;
  out.topics = rules.topics;
  out.event_bus = rules.event_bus;
  out.alarms = {alarm};
  for (const AlarmMetric& m : watched_metrics(alarm))
    for (const MetricFilter& f : rules.filters)
      if (metric_of(f) == metric_of(m)) out.filters.push_back(f);
  return out;
}

Transition Recorder::begin(const KeyEntry& entry, AlarmState from, AlarmState to,
                           Instant at) const {
  Transition t;
  t.alarm = entry.book->spec->name;
  t.key = entry.key();
  t.from = from;
  t.to = to;
  t.at = at;
  t.decided_at = now_;
  t.silent = !entry.told && from == AlarmState::insufficient_data && to == AlarmState::ok;
  t.evaluation_state = entry.evaluation_state();
  return t;
}

Transition Recorder::describe(KeyEntry& entry, const Change& c) {
  const Alarm& alarm = *entry.book->spec;
  Transition t = begin(entry, c.from, c.to, c.at);
  t.late = c.late;
  t.again = c.again;
  t.silent = t.silent || c.silent;
  Reason reason;
  if (c.forgotten) {
    reason.text = kReasonKeyForgotten;
  } else if (alarm.anchor == Anchor::event) {
    reason = short_form_reason(alarm, c.to, c.value, c.samples, c.at, now_);
    t.value = c.value;
    t.datapoints = {{c.at - alarm.period, c.value, c.samples}};
    if (entry.short_form() != nullptr) t.parts = parts_of(entry, c.at);
  } else {
    reason = long_form_reason(alarm, c.to, c.datapoints, c.early, now_);
    t.datapoints = told_datapoints(c.datapoints);
    t.value = newest_value(alarm, c.to, t.datapoints);
  }
  t.reason = std::move(reason.text);
  if (c.lingered > Duration{0})
    t.reason = cut_code_points(t.reason, kReasonCharacters - 60) + " It was OK for " +
               format_duration(c.lingered) + " without a break (ok_after).";
  t.reason_data = std::move(reason.data);
  return t;
}

void Recorder::run_actions(const Transition& transition, const Occasion& occasion) {
  for (Notification& n : make_notifications(transition, index_, occasion)) {
    n.told_at = now_;
    out_.notifications.push_back(std::move(n));
  }
}

void Recorder::tell(KeyEntry& entry, Transition t, bool closing,
                    const std::optional<ActionHold>& suppressed, Instant holds_from,
                    bool by_event) {
  t.sequence = next_sequence_++;
  t.id = transition_id(t);
  t.since = entry.since();
  entry.changed_at = t.at;
  entry.told = true;
  AlarmStatus status = entry.kept_status();
  t.from_reason = std::exchange(status.reason, t.reason);
  t.from_reason_data = std::exchange(status.reason_data, t.reason_data);
  t.from_updated = std::exchange(status.updated_at, now_);
  status.state_since = t.at;
  entry.keep_status(status);
  entry.status_dirty = entry.dirty = true;
  t.alarm_type = alarm_type_of(*entry.book->spec);
  const ActionFacts facts = action_facts(*entry.book->spec);
  const std::vector<Occasion> more =
      closing ? desk_.closing(t, facts) : desk_.changed(t, facts, *this, suppressed);
  out_.history.push_back(state_update_item(t));
  if (entry.book->role != nullptr)
    entry.book->role->all->changed(*entry.book, t, std::max(t.at, holds_from), by_event);
  if (entry.composite() != nullptr && entry.composite()->timeline() != nullptr)
    entry.composite()->timeline()->shown(t.to, t.at);
  if (rules_.event_bus) out_.records.push_back(state_change_record(t, *entry.book->spec, rules_));
  run_actions(t, {});
  for (const Occasion& occasion : more) run_actions(t, occasion);
  out_.transitions.push_back(std::move(t));
}

void Recorder::changed(KeyEntry& entry, const Change& change, bool current) {
  Transition t = describe(entry, change);
  if (change.to == AlarmState::alarm)
    entry.events_total = static_cast<std::uint64_t>(events_of(*entry.book->spec, change));
  t.events_total = entry.events_total;
  if (change.from == AlarmState::alarm && change.to != AlarmState::alarm) entry.events_total = 0;
  t.events = entry.evidence.events(entry.book->spec->evidence,
                                   current && change.to == AlarmState::alarm, change.at);
  const bool at_once = current || change.again;
  const Instant holds_from = change.at + (at_once ? Duration{0} : entry.judged_after());
  tell(entry, std::move(t), false, {}, holds_from, current);
}

void Recorder::composite_changed(KeyEntry& entry, CompositeChange c) {
  // Children may feed on clocks that go on at different times. An ALARM that was over before what
  // has been shown is told of its own time; nothing ends before it has begun.
  const Instant shown = entry.since().value_or(kNoTime);
  Transition t = begin(entry, c.from, c.to, c.own_time ? c.at : std::max(c.at, shown));
  t.late = c.late || t.at < shown;
  Reason reason = composite_reason(rules_.identity, t.alarm, t.to, c.children, !entry.told);
  t.reason = std::move(reason.text);
  t.reason_data = std::move(reason.data);
  t.children = std::move(c.children);
  t.events = std::move(c.events);
  t.events_total = c.events_total;
  tell(entry, std::move(t), false, c.hold);
}

void Recorder::closed(KeyEntry& entry, Instant at, const char* reason) {
  Transition t = begin(entry, entry.state(), AlarmState::ok, at);
  t.reason = reason;
  t.events_total = entry.events_total;
  tell(entry, std::move(t), true);
}

void Recorder::set(KeyEntry& entry, const SetAlarmState& what, const std::string& who, Instant at,
                   const std::optional<ActionHold>& suppressed) {
  Transition t = begin(entry, entry.state(), what.state, at);
  t.silent = false;
  t.set_by = who;
  t.reason = what.reason;
  t.reason_data = what.reason_data;
  t.events_total = entry.events_total;
  tell(entry, std::move(t), false, suppressed);
}

void Recorder::settled(AlarmBook& book, Instant at) {
  AlarmStatus& whole = book.whole->status;
  const AlarmState to = book.overall();
  const AlarmBook::Contributors now = book.contributors();
  if (to == whole.state && now == book.whole->told) return;
  book.whole->told = now;
  std::string reason = contributors_reason(now.red, now.all);
  // Keys that are not judged yet say nothing.
  const bool news = reason != whole.reason && to != AlarmState::insufficient_data;
  book.whole->dirty = book.whole->dirty || news || to != whole.state;
  if (to == whole.state) {
    if (news) whole.reason = std::move(reason);
    return;
  }
  Transition t;
  t.alarm = whole.alarm;
  t.alarm_type = alarm_type_of(*book.spec);
  t.from = whole.state;
  t.to = to;
  t.at = at;
  t.decided_at = now_;
  t.sequence = next_sequence_++;
  t.id = transition_id(t);
  t.reason = reason;
  t.from_reason = std::move(whole.reason);
  t.from_updated = whole.updated_at;
  if (!book.keys().empty()) t.evaluation_state = book.keys().front().evaluation_state();
  whole.state = to;
  whole.reason = std::move(reason);
  whole.state_since = at;
  whole.updated_at = now_;
  out_.history.push_back(state_update_item(t));
  if (rules_.event_bus) out_.records.push_back(state_change_record(t, *book.spec, rules_));
}

std::string Recorder::transition_id(const Transition& t) const {
  return uuid_v5(alarm_arn(rules_.identity, t.alarm) + "\n" + canonical_key(t.key) + "\n" +
                 std::to_string(t.sequence));
}

void Recorder::configured(ConfigurationChange change, const Alarm& alarm, const AlarmStatus& status,
                          const Alarm* before) {
  out_.history.push_back(configuration_item(change, alarm, rules_, now_));
  if (rules_.event_bus)
    out_.records.push_back(
        configuration_change_record(change, alarm, before, status, rules_, now_));
}

void Recorder::noted(const Alarm& alarm, const AlarmKey& key, const std::string& note) {
  noted(alarm.name, alarm_type_of(alarm), key, note);
}

void Recorder::noted(const std::string& alarm, AlarmType type, const AlarmKey& key,
                     const std::string& note) {
  out_.history.push_back(note_item(alarm, type, key, note, now_));
}

}  // namespace tocsin
