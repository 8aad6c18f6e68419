// SPDX-License-Identifier: Apache-2.0
#include "notifiers/formats.hpp"

#include <nlohmann/json.hpp>

#include "notifiers/sns_envelope.hpp"
#include "notifiers/text.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

JsonBuilder pairs(const std::vector<std::pair<std::string, std::string>>& entries) {
  JsonBuilder object;
  for (const auto& [name, value] : entries) object.add(name, value);
  return object;
}

void put_facts(JsonBuilder& object, const FiveWs& facts) {
  object.add("who", facts.who);
  object.add("what", facts.what);
  object.add("when", facts.when);
  object.add("where", facts.where);
  object.add("resources", facts.resources);
}

// An event's text as JSON where it is JSON, so that receivers need not parse twice.
void put_message(JsonBuilder& object, const std::string& text) {
  const bool is_object =
      text.find_first_not_of(" \t") == text.find('{') && nlohmann::json::accept(text);
  if (is_object)
    object.add("message", JsonBuilder::raw(text));
  else
    object.add("message", text);
}

JsonBuilder events_of(const Notification& n) {
  JsonBuilder events = JsonBuilder::array();
  for (const NotifiedEvent& e : n.events) {
    JsonBuilder event{{"time", format_iso(e.evidence.time)},
                      {"source", e.evidence.source},
                      {"position", e.evidence.position}};
    put_facts(event, e.facts);
    put_message(event, e.evidence.message);
    events.push_back(event);
  }
  return events;
}

JsonBuilder alarm_of(const Notification& n) {
  return {{"name", n.transition.alarm},
          {"arn", n.alarm_arn},
          {"key", pairs(n.transition.key)},
          {"description", n.description},
          {"severity", to_string(n.severity)},
          {"condition", n.condition},
          {"runbook", n.runbook},
          {"tags", pairs(n.tags)},
          {"log_group", n.log_group},
          {"pattern", n.pattern},
          {"rule", n.rule_location}};
}

JsonBuilder topic_of(const Notification& n) { return {{"name", n.topic}, {"arn", n.topic_arn}}; }

JsonBuilder daemon_of(const Notification& n) {
  return {{"name", n.identity.name},
          {"account_id", n.identity.account_id},
          {"region", n.identity.region}};
}

JsonBuilder line_of(const DigestLine& line) {
  return {{"id", line.message_id},
          {"alarm", line.alarm},
          {"arn", line.alarm_arn},
          {"key", pairs(line.key)},
          {"state", to_string(line.state)},
          {"previous_state", to_string(line.from)},
          {"severity", to_string(line.severity)},
          {"timestamp", format_iso(line.at)},
          {"summary", line.summary},
          {"runbook", line.runbook},
          {"dedup_key", line.dedup_key},
          {"sequence", line.sequence},
          {"messages", line.messages},
          {"alarms", line.alarms}};
}

// A version of its own: whoever reads alarm.state_changed sees by the type that this is none.
JsonBuilder digest_document(const Notification& n) {
  JsonBuilder alarms = JsonBuilder::array();
  for (const DigestLine& line : n.digest) alarms.push_back(line_of(line));
  return {{"type", "alarm.digest"},
          {"version", 1},
          {"id", n.message_id},
          {"timestamp", format_iso(n.told_at)},
          {"subject", n.subject},
          {"summary", n.summary},
          {"state", to_string(n.transition.to)},
          {"severity", to_string(n.severity)},
          {"messages", n.number},
          {"topic", topic_of(n)},
          {"tocsin", daemon_of(n)},
          {"dedup_key", n.dedup_key},
          {"alarms", alarms}};
}

// null without a chart.
JsonBuilder trend_of(const Trend& trend) {
  if (trend.points.empty()) return JsonBuilder::raw("null");
  JsonBuilder points = JsonBuilder::array();
  for (const TrendPoint& p : trend.points)
    points.push_back(JsonBuilder{
        {"start", format_iso(p.start)}, {"value", p.value}, {"breaching", p.breaching}});
  return {{"text", trend.text},
          {"caption", trend.caption},
          {"threshold", trend.threshold},
          {"points", points}};
}

JsonBuilder native_document(const Notification& n, const Attempt& attempt) {
  if (!n.digest.empty()) return digest_document(n);
  JsonBuilder body{{"type", "alarm.state_changed"},
                   {"version", 1},
                   {"id", n.message_id},
                   {"timestamp", format_iso(n.transition.at)},
                   {"state", to_string(n.transition.to)},
                   {"previous_state", to_string(n.transition.from)},
                   {"subject", n.subject},
                   {"summary", n.summary}};
  put_facts(body, n.events.empty() ? FiveWs{} : n.events.back().facts);
  body.add("value", n.transition.value);
  body.add("value_text", n.value_text);
  body.add("datapoints", n.datapoints_text);
  body.add("trend", trend_of(n.trend));
  body.add("reason", n.transition.reason);
  body.add("duration", n.duration_text);
  body.add("fired_in_30_days", n.transition.firings);
  body.add("alarm", alarm_of(n));
  body.add("topic", topic_of(n));
  body.add("subscription", JsonBuilder{{"name", attempt.subscription}, {"filter", attempt.filter}});
  body.add("tocsin", daemon_of(n));
  body.add("transition_id", n.transition.id);
  body.add("sequence", n.transition.sequence);
  body.add("dedup_key", n.dedup_key);
  body.add("late", n.transition.late);
  body.add("superseded", attempt.superseded);
  body.add("overtaking", attempt.overtaking);
  body.add("events_total", n.transition.events_total);
  body.add("events", events_of(n));
  return body;
}

}  // namespace

std::string cloudwatch_payload(const Notification& n) { return sns_message(n); }

std::string native_payload(const Notification& n, const Attempt& attempt) {
  return native_document(n, attempt).text();
}

std::string eventbridge_payload(const Notification& n, const Attempt& attempt) {
  return n.event_record.empty() ? native_payload(n, attempt) : n.event_record;
}

std::string cloudevents_payload(const Notification& n, const Attempt& attempt) {
  const JsonBuilder event{
      {"specversion", "1.0"},
      {"id", n.message_id},
      {"source", n.alarm_arn.empty() ? "tocsin" : n.alarm_arn},
      {"type", n.digest.empty() ? "tocsin.alarm.state_changed" : "tocsin.alarm.digest"},
      {"subject", n.digest.empty() ? n.transition.alarm : n.topic},
      {"time", format_iso(n.transition.at)},
      {"datacontenttype", "application/json"},
      {"data", native_document(n, attempt)}};
  return event.text();
}

}  // namespace tocsin
