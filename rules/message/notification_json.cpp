// SPDX-License-Identifier: Apache-2.0
#include "rules/message/notification_json.hpp"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "rules/message/hold_json.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<double> to_optional(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

JsonBuilder from_pairs(const Pairs& pairs) {
  JsonBuilder out = JsonBuilder::array();
  for (const auto& [name, value] : pairs) out.push_back(JsonBuilder::pair(name, value));
  return out;
}

Pairs to_pairs(const Json& object, const char* name) {
  Pairs out;
  if (!object.contains(name)) return out;
  for (const Json& pair : object.at(name))
    out.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
  return out;
}

std::string text_of(const Json& object, const char* name) {
  return object.value(name, std::string());
}

Instant instant_of(const Json& object, const char* name) {
  return instant_from_ms(object.value(name, std::int64_t{0}));
}

template <class Enum, std::size_t N>
Enum enum_of(const Json& object, const char* name, const std::array<Enum, N>& values,
             Enum fallback) {
  const std::string text = text_of(object, name);
  for (const Enum value : values)
    if (to_string(value) == text) return value;
  return fallback;
}

AlarmState state_of(const Json& object, const char* name) {
  constexpr std::array kStates{AlarmState::insufficient_data, AlarmState::ok, AlarmState::alarm};
  return enum_of(object, name, kStates, AlarmState::ok);
}

AlarmType alarm_type_of(const Json& object) {
  constexpr std::array kTypes{AlarmType::metric, AlarmType::composite};
  return enum_of(object, "alarm_type", kTypes, AlarmType::metric);
}

JsonBuilder from_evidence(const Evidence& e) {
  return {{"time", to_ms(e.time)},
          {"source", e.source},
          {"position", e.position},
          {"message", e.message}};
}

Evidence to_evidence(const Json& j) {
  return {instant_of(j, "time"), text_of(j, "source"), j.value("position", std::uint64_t{0}),
          text_of(j, "message")};
}

constexpr std::array kCauses{MessageCause::change,     MessageCause::after_mute,
                             MessageCause::reminder,   MessageCause::flapping,
                             MessageCause::escalation, MessageCause::digest};
constexpr std::array kFates{ActionsFate::run, ActionsFate::held, ActionsFate::disabled,
                            ActionsFate::shadow};

JsonBuilder from_children(const std::vector<ChildState>& children) {
  JsonBuilder out = JsonBuilder::array();
  for (const ChildState& c : children) {
    JsonBuilder child{{"alarm", c.alarm}, {"state", to_string(c.state)}, {"decides", c.decides}};
    if (c.changed_at) child.add("changed_at", to_ms(*c.changed_at));
    out.push_back(child);
  }
  return out;
}

std::vector<ChildState> to_children(const Json& list) {
  std::vector<ChildState> out;
  for (const Json& j : list) {
    ChildState& c = out.emplace_back();
    c.alarm = text_of(j, "alarm");
    c.state = state_of(j, "state");
    c.decides = j.value("decides", false);
    if (j.contains("changed_at")) c.changed_at = instant_of(j, "changed_at");
  }
  return out;
}

EvaluationState evaluation_of(const Json& object) {
  constexpr std::array kStates{EvaluationState::partial_data, EvaluationState::evaluation_failure,
                               EvaluationState::evaluation_error};
  return enum_of(object, "evaluation_state", kStates, EvaluationState::normal);
}

// What is not finite has no number in JSON: such a bound is open.
JsonBuilder from_datapoints(const std::vector<Datapoint>& datapoints) {
  JsonBuilder out = JsonBuilder::array();
  for (const Datapoint& p : datapoints) {
    JsonBuilder point{
        {"start", to_ms(p.start)}, {"value", p.value}, {"sample_count", p.sample_count}};
    if (p.band) {
      point.add("low", p.band->low);
      point.add("high", p.band->high);
    }
    out.push_back(point);
  }
  return out;
}

std::vector<Datapoint> to_datapoints(const Json& object, const char* name) {
  constexpr double kOpen = std::numeric_limits<double>::infinity();
  std::vector<Datapoint> out;
  for (const Json& p : object.value(name, Json::array())) {
    Datapoint& d = out.emplace_back(
        Datapoint{instant_of(p, "start"), to_optional(p, "value"), p.value("sample_count", 0.0)});
    if (p.contains("low"))
      d.band = Band{to_optional(p, "low").value_or(-kOpen), to_optional(p, "high").value_or(kOpen)};
  }
  return out;
}

JsonBuilder from_transition(const Transition& t) {
  JsonBuilder events = JsonBuilder::array();
  for (const Evidence& e : t.events) events.push_back(from_evidence(e));
  const JsonBuilder::Value since = t.since ? JsonBuilder::Value(to_ms(*t.since)) : nullptr;
  JsonBuilder out{{"id", t.id},
                  {"sequence", t.sequence},
                  {"alarm", t.alarm},
                  {"alarm_type", to_string(t.alarm_type)},
                  {"key", from_pairs(t.key)},
                  {"from", to_string(t.from)},
                  {"to", to_string(t.to)},
                  {"at", to_ms(t.at)},
                  {"decided_at", to_ms(t.decided_at)},
                  {"late", t.late},
                  {"again", t.again},
                  {"silent", t.silent},
                  {"reason", t.reason},
                  {"reason_data", t.reason_data},
                  {"value", t.value},
                  {"datapoints", from_datapoints(t.datapoints)},
                  {"since", since},
                  {"from_reason", t.from_reason},
                  {"from_reason_data", t.from_reason_data},
                  {"from_updated", to_ms(t.from_updated)},
                  {"events_total", t.events_total},
                  {"events", events}};
  if (!t.parts.empty()) out.add("parts", from_datapoints(t.parts));
  if (t.firings != 0) out.add("firings", t.firings);
  if (!t.set_by.empty()) out.add("set_by", t.set_by);
  if (t.actions != ActionsFate::run) out.add("actions", to_string(t.actions));
  if (t.hold) out.add("hold", hold_to_json(*t.hold));
  if (!t.children.empty()) out.add("children", from_children(t.children));
  if (t.evaluation_state != EvaluationState::normal)
    out.add("evaluation_state", to_string(t.evaluation_state));
  return out;
}

Transition to_transition(const Json& j) {
  Transition t;
  t.id = text_of(j, "id");
  t.sequence = j.value("sequence", std::uint64_t{0});
  t.alarm = text_of(j, "alarm");
  t.alarm_type = alarm_type_of(j);
  t.key = to_pairs(j, "key");
  t.from = state_of(j, "from");
  t.to = state_of(j, "to");
  t.at = instant_of(j, "at");
  t.decided_at = instant_of(j, "decided_at");
  t.late = j.value("late", false);
  t.again = j.value("again", false);
  t.silent = j.value("silent", false);
  t.set_by = text_of(j, "set_by");
  t.actions = enum_of(j, "actions", kFates, ActionsFate::run);
  if (j.contains("hold")) t.hold = hold_from_json(j.at("hold"));
  t.reason = text_of(j, "reason");
  t.reason_data = text_of(j, "reason_data");
  t.value = to_optional(j, "value");
  t.datapoints = to_datapoints(j, "datapoints");
  t.parts = to_datapoints(j, "parts");
  t.firings = j.value("firings", std::uint64_t{0});
  if (j.contains("since") && !j.at("since").is_null()) t.since = instant_of(j, "since");
  t.from_reason = text_of(j, "from_reason");
  t.from_reason_data = text_of(j, "from_reason_data");
  t.from_updated = instant_of(j, "from_updated");
  t.events_total = j.value("events_total", std::uint64_t{0});
  if (j.contains("events"))
    for (const Json& e : j.at("events")) t.events.push_back(to_evidence(e));
  if (j.contains("children")) t.children = to_children(j.at("children"));
  t.evaluation_state = evaluation_of(j);
  return t;
}

JsonBuilder from_event(const NotifiedEvent& e) {
  return {{"evidence", from_evidence(e.evidence)},
          {"who", e.facts.who},
          {"what", e.facts.what},
          {"when", e.facts.when},
          {"where", e.facts.where},
          {"resources", e.facts.resources}};
}

NotifiedEvent to_event(const Json& j) {
  NotifiedEvent e;
  if (j.contains("evidence")) e.evidence = to_evidence(j.at("evidence"));
  e.facts = {text_of(j, "who"), text_of(j, "what"), text_of(j, "when"), text_of(j, "where"), {}};
  e.facts.resources = j.value("resources", std::vector<std::string>());
  return e;
}

JsonBuilder from_trend(const Trend& trend) {
  JsonBuilder points = JsonBuilder::array();
  for (const TrendPoint& p : trend.points)
    points.push_back(
        JsonBuilder{{"start", to_ms(p.start)}, {"value", p.value}, {"breaching", p.breaching}});
  return {{"points", points},
          {"threshold", trend.threshold},
          {"caption", trend.caption},
          {"text", trend.text}};
}

Trend to_trend(const Json& j) {
  Trend out;
  if (j.contains("points"))
    for (const Json& p : j.at("points"))
      out.points.push_back(
          {instant_of(p, "start"), to_optional(p, "value"), p.value("breaching", false)});
  out.threshold = to_optional(j, "threshold");
  out.caption = text_of(j, "caption");
  out.text = text_of(j, "text");
  return out;
}

JsonBuilder from_identity(const Identity& i) {
  return {{"account_id", i.account_id}, {"region", i.region}, {"name", i.name}};
}

Identity to_identity(const Json& j) {
  return {text_of(j, "account_id"), text_of(j, "region"), text_of(j, "name")};
}

// The fields that are plain texts, in the order in which they are written.
constexpr std::array<std::pair<const char*, std::string Notification::*>, 20> kTexts{{
    {"message_id", &Notification::message_id},
    {"topic", &Notification::topic},
    {"topic_arn", &Notification::topic_arn},
    {"alarm_arn", &Notification::alarm_arn},
    {"dedup_key", &Notification::dedup_key},
    {"subject", &Notification::subject},
    {"summary", &Notification::summary},
    {"description", &Notification::description},
    {"condition", &Notification::condition},
    {"value_text", &Notification::value_text},
    {"datapoints_text", &Notification::datapoints_text},
    {"runbook", &Notification::runbook},
    {"log_group", &Notification::log_group},
    {"pattern", &Notification::pattern},
    {"rule_location", &Notification::rule_location},
    {"time_zone", &Notification::time_zone},
    {"when", &Notification::when},
    {"duration_text", &Notification::duration_text},
    {"cloudwatch_message", &Notification::cloudwatch_message},
    {"event_record", &Notification::event_record},
}};

Severity severity_of(const Json& object) {
  constexpr std::array kSeverities{Severity::info, Severity::low, Severity::medium, Severity::high,
                                   Severity::critical};
  return enum_of(object, "severity", kSeverities, Severity::medium);
}

constexpr std::array<std::pair<const char*, std::string DigestLine::*>, 7> kLineTexts{{
    {"message_id", &DigestLine::message_id},
    {"alarm", &DigestLine::alarm},
    {"alarm_arn", &DigestLine::alarm_arn},
    {"dedup_key", &DigestLine::dedup_key},
    {"when", &DigestLine::when},
    {"summary", &DigestLine::summary},
    {"runbook", &DigestLine::runbook},
}};

JsonBuilder from_line(const DigestLine& line) {
  JsonBuilder out;
  for (const auto& [name, field] : kLineTexts) out.add(name, line.*field);
  out.add("alarm_type", to_string(line.alarm_type));
  out.add("key", from_pairs(line.key));
  out.add("sequence", line.sequence);
  out.add("from", to_string(line.from));
  out.add("state", to_string(line.state));
  out.add("severity", to_string(line.severity));
  out.add("at", to_ms(line.at));
  out.add("decided_at", to_ms(line.decided_at));
  out.add("messages", line.messages);
  out.add("alarms", line.alarms);
  return out;
}

DigestLine to_line(const Json& j) {
  DigestLine line;
  for (const auto& [name, field] : kLineTexts) line.*field = text_of(j, name);
  line.alarm_type = alarm_type_of(j);
  line.key = to_pairs(j, "key");
  line.sequence = j.value("sequence", std::uint64_t{0});
  line.from = state_of(j, "from");
  line.state = state_of(j, "state");
  line.severity = severity_of(j);
  line.at = instant_of(j, "at");
  line.decided_at = instant_of(j, "decided_at");
  line.messages = j.value("messages", std::uint64_t{1});
  line.alarms = j.value("alarms", std::uint64_t{0});
  return line;
}

Notification to_notification(const Json& j) {
  Notification n;
  for (const auto& [name, field] : kTexts) n.*field = text_of(j, name);
  n.cause = enum_of(j, "cause", kCauses, MessageCause::change);
  n.number = j.value("number", std::uint64_t{0});
  n.told_at = instant_of(j, "told_at");
  n.severity = severity_of(j);
  n.tags = to_pairs(j, "tags");
  n.rendered = to_pairs(j, "rendered");
  if (j.contains("trend")) n.trend = to_trend(j.at("trend"));
  if (j.contains("identity")) n.identity = to_identity(j.at("identity"));
  if (j.contains("transition")) n.transition = to_transition(j.at("transition"));
  if (j.contains("events"))
    for (const Json& e : j.at("events")) n.events.push_back(to_event(e));
  if (j.contains("digest"))
    for (const Json& line : j.at("digest")) n.digest.push_back(to_line(line));
  if (j.contains("storm"))
    n.storm = {j.at("storm").at(0).get<int>(), Duration{j.at("storm").at(1).get<std::int64_t>()}};
  return n;
}

}  // namespace

std::string to_json(const Notification& notification) {
  JsonBuilder out;
  for (const auto& [name, field] : kTexts) out.add(name, notification.*field);
  if (notification.cause != MessageCause::change) out.add("cause", to_string(notification.cause));
  if (notification.number != 0) out.add("number", notification.number);
  out.add("told_at", to_ms(notification.told_at));
  out.add("severity", to_string(notification.severity));
  out.add("tags", from_pairs(notification.tags));
  out.add("identity", from_identity(notification.identity));
  if (!notification.trend.points.empty()) out.add("trend", from_trend(notification.trend));
  if (!notification.rendered.empty()) out.add("rendered", from_pairs(notification.rendered));
  out.add("transition", from_transition(notification.transition));
  JsonBuilder events = JsonBuilder::array();
  for (const NotifiedEvent& e : notification.events) events.push_back(from_event(e));
  out.add("events", events);
  JsonBuilder lines = JsonBuilder::array();
  for (const DigestLine& line : notification.digest) lines.push_back(from_line(line));
  if (!notification.digest.empty()) out.add("digest", lines);
  const MessageRate& storm = notification.storm;
  if (storm.messages > 0) out.add("storm", JsonBuilder::pair(storm.messages, storm.per.count()));
  return std::move(out).text();
}

Result<Notification> notification_from_json(std::string_view text) {
  try {
    return to_notification(Json::parse(text));
  } catch (const nlohmann::json::exception& e) {
    return Error{"bad-notification", e.what()};
  }
}

std::string to_json(const Transition& transition) { return from_transition(transition).text(); }

Result<Transition> transition_from_json(std::string_view text) {
  try {
    return to_transition(Json::parse(text));
  } catch (const nlohmann::json::exception& e) {
    return Error{"bad-transition", e.what()};
  }
}

}  // namespace tocsin
