// SPDX-License-Identifier: Apache-2.0
#include "rules/message/message.hpp"

#include <utility>

#include "rules/message/bus_record.hpp"
#include "rules/message/cloudwatch_message.hpp"
#include "rules/message/condition.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/message_template.hpp"
#include "rules/message/text.hpp"
#include "rules/message/trend.hpp"
#include "rules/pattern/event_view.hpp"
#include "rules/pattern/pattern.hpp"

namespace tocsin {
namespace {

const Topic& topic_of(const RuleSet& rules, std::string_view name) {
  static const Topic kNone;
  for (const Topic& t : rules.topics)
    if (t.name == name) return t;
  return kNone;
}

const std::vector<std::string>& topics_for(const Alarm& alarm, AlarmState state) {
  switch (state) {
    case AlarmState::ok:
      return alarm.ok_topics;
    case AlarmState::alarm:
      return alarm.alarm_topics;
    case AlarmState::insufficient_data:
      return alarm.insufficient_data_topics;
  }
  return alarm.alarm_topics;
}

std::string location_text(const SourceLocation& where) {
  if (where.file.empty()) return {};
  const std::string& file = where.file;
  return where.line > 0 ? file + ":" + std::to_string(where.line) : file;
}

// How long the state that ends here lasted, for a return to OK.
std::string duration_text(const Transition& t) {
  if (t.to != AlarmState::ok || t.from != AlarmState::alarm || !t.since || t.at < *t.since)
    return {};
  return format_span(t.at - *t.since);
}

// What a space-delimited pattern names in the newest event, without its "$".
SummaryFields named_fields(const Transition& t, const MetricFilter* filter) {
  SummaryFields out;
  if (filter == nullptr || filter->pattern == nullptr || t.events.empty()) return out;
  if (filter->pattern->family() != Pattern::Family::delimited) return out;
  JsonReader reader;
  EventView view(reader, t.events.back().message);
  // Evidence that was cut may not match any more.
  if (!filter->pattern->matches(view)) return out;
  for (auto& [name, value] : filter->pattern->extract(view))
    out.emplace_back(name.starts_with('$') ? name.substr(1) : name, std::move(value));
  return out;
}

// What is the same for every topic.
Notification make_common(const Transition& t, const Alarm& alarm, const MetricFilter* filter,
                         const RuleSet& rules, const Occasion& occasion) {
  Notification n;
  n.alarm_arn = alarm_arn(rules.identity, alarm.name);
  n.dedup_key = dedup_key(n.alarm_arn, t.key);
  n.cause = occasion.cause;
  n.number = occasion.number;
  n.subject = make_subject(occasion.cause == MessageCause::flapping ? "FLAPPING" : to_string(t.to),
                           alarm.name, rules.identity);
  n.description = alarm.description;
  n.severity = alarm.severity;
  n.condition = condition_text(alarm, filter);
  n.value_text = t.value ? format_value(*t.value, alarm.threshold) : "";
  n.datapoints_text = datapoints_text(t, alarm);
  n.trend = make_trend(t, alarm);
  n.runbook = alarm.runbook;
  n.tags = alarm.tags;
  n.log_group = filter != nullptr ? filter->log_group : "";
  n.storm = alarm.storm;
  n.pattern = filter != nullptr ? filter->pattern_text : "";
  n.rule_location = location_text(alarm.where);
  n.duration_text = duration_text(t);
  n.identity = rules.identity;
  n.transition = t;
  n.transition.parts.clear();  // they are the trend's points
  for (Evidence& e : n.transition.events) {
    e.message = trim_evidence(e.message, EvidenceSpec{}, kSentEvidenceBytes);
    n.events.push_back({std::move(e), {}});
  }
  n.transition.events.clear();
  n.transition.from_reason_data.clear();  // nobody is told that much of what was before
  return n;
}

// The same for every retry and after every crash, another for each reminder.
std::string message_id(const Transition& t, const std::string& topic, const Occasion& occasion) {
  std::string name = "tocsin:message:" + t.id + ":" + topic;
  if (occasion.cause == MessageCause::reminder)
    name += ":reminder:" + std::to_string(occasion.number);
  if (occasion.cause == MessageCause::flapping) name += ":flapping";
  if (occasion.cause == MessageCause::escalation)
    name += ":escalation:" + std::to_string(occasion.number);
  return uuid_v5(name);
}

std::string preface(const Transition& t, const Occasion& occasion) {
  switch (occasion.cause) {
    case MessageCause::change:
      return {};
    case MessageCause::after_mute:
      return "Muted until now: ";
    case MessageCause::reminder:
      return "Still in ALARM (reminder " + std::to_string(occasion.number) + "): ";
    case MessageCause::flapping:
      return "Flapping, " + std::to_string(occasion.number) +
             " changes of state within 30 min, now " + std::string(to_string(t.to)) + ": ";
    case MessageCause::escalation:
      return occasion.preface;
    case MessageCause::digest:
      break;  // of messages, not of a transition
  }
  return {};
}

}  // namespace

std::vector<Notification> make_notifications(const Transition& transition, const AlarmIndex& index,
                                             const Occasion& occasion) {
  const RuleSet& rules = index.rules();
  // At the start of the rules all their transitions are silent.
  if (transition.silent) return {};
  const Alarm* alarm = index.alarm(transition.alarm);
  const bool at_once = occasion.cause == MessageCause::change;
  if (alarm == nullptr) return {};
  if (at_once && transition.actions != ActionsFate::run) return {};
  const std::vector<std::string>* topics = &topics_for(*alarm, transition.to);
  if (!occasion.topics.empty()) topics = &occasion.topics;
  if (topics->empty() && occasion.cause == MessageCause::flapping) topics = &*alarm->alarm_topics;
  if (topics->empty()) return {};
  const MetricFilter* filter = index.filter_of(*alarm);
  const Notification common = make_common(transition, *alarm, filter, rules, occasion);
  const std::string record = state_change_record(transition, *alarm, rules).json;
  const SummaryFields fields = named_fields(transition, filter);
  std::vector<Notification> out;
  for (const std::string& topic : *topics) {
    Notification n = common;
    n.topic = topic;
    n.topic_arn = topic_arn(rules.identity, topic);
    n.message_id = message_id(transition, topic, occasion);
    const Topic& told = topic_of(rules, topic);
    n.time_zone = told.time_zone;
    n.when = format_for_people(transition.at, n.time_zone);
    // The facts are read from the stored evidence, which has more than the 2 KB that are sent.
    for (std::size_t i = 0; i < n.events.size(); ++i)
      n.events[i].facts = five_ws(transition.events[i], n.time_zone);
    n.summary = preface(transition, occasion) + make_summary(transition, *alarm, n, fields);
    render_templates(n, alarm->templates, told.templates, fields);
    n.cloudwatch_message = make_cloudwatch_message(n, *alarm, rules);
    n.event_record = record;
    out.push_back(std::move(n));
  }
  return out;
}

}  // namespace tocsin
