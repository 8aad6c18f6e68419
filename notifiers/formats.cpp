// SPDX-License-Identifier: Apache-2.0
#include "notifiers/formats.hpp"

#include "notifiers/json_text.hpp"
#include "notifiers/sns_envelope.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

Json pairs(const std::vector<std::pair<std::string, std::string>>& entries) {
  Json object = Json::object();
  for (const auto& [name, value] : entries) object[name] = value;
  return object;
}

void put_facts(Json& object, const FiveWs& facts) {
  object["who"] = facts.who;
  object["what"] = facts.what;
  object["when"] = facts.when;
  object["where"] = facts.where;
  object["resources"] = facts.resources;
}

// An event's text as JSON where it is JSON, so that receivers need not parse twice.
Json message_of(const Evidence& evidence) {
  Json parsed = Json::parse(evidence.message, nullptr, false);
  return parsed.is_object() ? parsed : Json(evidence.message);
}

Json events_of(const Notification& n) {
  Json events = Json::array();
  for (const NotifiedEvent& e : n.events) {
    Json event{{"time", format_iso(e.evidence.time)},
               {"source", e.evidence.source},
               {"position", e.evidence.position}};
    put_facts(event, e.facts);
    event["message"] = message_of(e.evidence);
    events.push_back(std::move(event));
  }
  return events;
}

Json alarm_of(const Notification& n) {
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

Json line_of(const DigestLine& line) {
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
Json digest_document(const Notification& n) {
  Json alarms = Json::array();
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
          {"topic", {{"name", n.topic}, {"arn", n.topic_arn}}},
          {"tocsin",
           {{"name", n.identity.name},
            {"account_id", n.identity.account_id},
            {"region", n.identity.region}}},
          {"dedup_key", n.dedup_key},
          {"alarms", std::move(alarms)}};
}

// null without a chart.
Json trend_of(const Trend& trend) {
  if (trend.points.empty()) return nullptr;
  Json points = Json::array();
  for (const TrendPoint& p : trend.points)
    points.push_back({{"start", format_iso(p.start)},
                      {"value", p.value ? Json(*p.value) : Json(nullptr)},
                      {"breaching", p.breaching}});
  return {{"text", trend.text},
          {"caption", trend.caption},
          {"threshold", trend.threshold ? Json(*trend.threshold) : Json(nullptr)},
          {"points", std::move(points)}};
}

Json native_document(const Notification& n, const Attempt& attempt) {
  if (!n.digest.empty()) return digest_document(n);
  Json body{{"type", "alarm.state_changed"},
            {"version", 1},
            {"id", n.message_id},
            {"timestamp", format_iso(n.transition.at)},
            {"state", to_string(n.transition.to)},
            {"previous_state", to_string(n.transition.from)},
            {"subject", n.subject},
            {"summary", n.summary}};
  put_facts(body, n.events.empty() ? FiveWs{} : n.events.back().facts);
  body["value"] = n.transition.value ? Json(*n.transition.value) : Json(nullptr);
  body["value_text"] = n.value_text;
  body["datapoints"] = n.datapoints_text;
  body["trend"] = trend_of(n.trend);
  body["reason"] = n.transition.reason;
  body["duration"] = n.duration_text;
  body["fired_in_30_days"] = n.transition.firings;
  body["alarm"] = alarm_of(n);
  body["topic"] = {{"name", n.topic}, {"arn", n.topic_arn}};
  body["subscription"] = {{"name", attempt.subscription}, {"filter", attempt.filter}};
  body["tocsin"] = {{"name", n.identity.name},
                    {"account_id", n.identity.account_id},
                    {"region", n.identity.region}};
  body["transition_id"] = n.transition.id;
  body["sequence"] = n.transition.sequence;
  body["dedup_key"] = n.dedup_key;
  body["late"] = n.transition.late;
  body["superseded"] = attempt.superseded;
  body["overtaking"] = attempt.overtaking;
  body["events_total"] = n.transition.events_total;
  body["events"] = events_of(n);
  return body;
}

}  // namespace

std::string cloudwatch_payload(const Notification& n) { return sns_message(n); }

std::string native_payload(const Notification& n, const Attempt& attempt) {
  return to_text(native_document(n, attempt));
}

std::string eventbridge_payload(const Notification& n, const Attempt& attempt) {
  return n.event_record.empty() ? native_payload(n, attempt) : n.event_record;
}

std::string cloudevents_payload(const Notification& n, const Attempt& attempt) {
  const Json event{
      {"specversion", "1.0"},
      {"id", n.message_id},
      {"source", n.alarm_arn.empty() ? "tocsin" : n.alarm_arn},
      {"type", n.digest.empty() ? "tocsin.alarm.state_changed" : "tocsin.alarm.digest"},
      {"subject", n.digest.empty() ? n.transition.alarm : n.topic},
      {"time", format_iso(n.transition.at)},
      {"datacontenttype", "application/json"},
      {"data", native_document(n, attempt)}};
  return to_text(event);
}

}  // namespace tocsin
