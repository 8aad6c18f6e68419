// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/long_form.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "rules/alarm/math_plan.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/pattern/pattern.hpp"
#include "tocsin/config_values.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFlowWidth = 88;  // what fits stays in one line

Json map_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  Json map = Json::object();
  for (const auto& [name, value] : entries) map[name] = value;
  return map;
}

// A whole number without ".0".
Json number(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  constexpr double kExact = 9e15;
  if (value > -kExact && value < kExact && static_cast<double>(whole) == value) return whole;
  return value;
}

std::string_view to_string(Anchor anchor) {
  switch (anchor) {
    case Anchor::minute:
      return "minute";
    case Anchor::fixed:
      return "fixed";
    case Anchor::event:
      return "event";
  }
  return "?";
}

// Whether a text can stand without quotes and still be read as this text.
bool is_plain(std::string_view text) {
  if (text.empty() || parse_decimal(text) || text == "true" || text == "false" || text == "null" ||
      text == "~")
    return false;
  const auto is_safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || c == '$' || c == '-';
  };
  for (const char c : text)
    if (!is_safe(c)) return false;
  return text[0] != '-' && text[0] != '.';
}

std::string scalar(const Json& value) {
  if (!value.is_string()) return value.dump();
  const auto& text = value.get_ref<const std::string&>();
  if (is_plain(text)) return text;
  // JSON's escapes are YAML's too, but single quotes keep patterns readable.
  if (text.find('\'') == std::string::npos && text.find_first_of("\n\r\t") == std::string::npos &&
      !text.empty())
    return "'" + text + "'";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string flow(const Json& value) {
  if (!value.is_structured()) return scalar(value);
  if (value.empty()) return value.is_object() ? "{}" : "[]";
  std::string text = value.is_object() ? "{ " : "[";
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    text += first ? "" : ", ";
    if (value.is_object()) text += scalar(key) + ": ";
    text += flow(item);
    first = false;
  }
  return text + (value.is_object() ? " }" : "]");
}

void write_block(const Json& value, std::size_t indent, std::string& out);

void write_entry(const Json& value, std::size_t indent, std::string& out) {
  const std::string line = flow(value);
  const bool nested_maps = value.is_array() && !value.empty() && value.front().is_object();
  if (!value.is_structured() || (line.size() + indent <= kFlowWidth && !nested_maps)) {
    out += " " + line + "\n";
  } else {
    out += "\n";
    write_block(value, indent + 2, out);
  }
}

void write_block(const Json& value, std::size_t indent, std::string& out) {
  const std::string blanks(indent, ' ');
  for (const auto& [key, item] : value.items()) {
    if (value.is_object()) {
      out += blanks + scalar(key) + ":";
      write_entry(item, indent, out);
    } else if (item.is_object()) {
      std::string block;
      write_block(item, indent + 2, block);
      out += blanks + "- " + block.substr(indent + 2);
    } else {
      out += blanks + "- " + flow(item) + "\n";
    }
  }
}

}  // namespace

Json long_form(const MetricFilter& filter) {
  Json metric;
  metric["namespace"] = filter.metric_namespace;
  metric["name"] = filter.metric_name;
  const auto literal = parse_number(filter.value);
  metric["value"] = literal ? number(*literal) : Json(filter.value);
  if (filter.minimum) metric["min"] = number(*filter.minimum);
  if (filter.default_value) metric["default"] = number(*filter.default_value);
  if (filter.default_value && filter.default_per_event) metric["default_per"] = "event";
  metric["unit"] = filter.unit;
  Json dimensions = Json::object();
  for (const FieldBinding& b : filter.dimensions) dimensions[b.name] = b.reference;
  if (!dimensions.empty()) metric["dimensions"] = std::move(dimensions);
  return {{"name", filter.name},
          {"log_group", filter.log_group},
          {"pattern", filter.pattern_text},
          {"metric", std::move(metric)}};
}

Json metric_map(const AlarmMetric& m) {
  Json out{{"namespace", m.metric_namespace}, {"name", m.metric_name}};
  if (!m.dimensions.empty()) out["dimensions"] = map_of(m.dimensions);
  return out;
}

void add_maths(const AlarmMaths& maths, Json& item) {
  Json metrics = Json::array();
  for (const AlarmMetric& m : maths.metrics) {
    Json entry{{"id", m.id}};
    if (!m.expression.empty()) {
      entry["expression"] = m.expression;
    } else {
      entry["metric"] = metric_map(m);
      entry["statistic"] = to_string(m.statistic);
      if (!m.unit.empty()) entry["unit"] = m.unit;
    }
    metrics.push_back(std::move(entry));
  }
  item["metrics"] = std::move(metrics);
  item["expression"] = maths.expression;
  if (maths.excluded.empty()) return;
  Json excluded = Json::array();
  for (const auto& [from, to] : maths.excluded)
    excluded.push_back({{"from", format_rfc3339(from)}, {"to", format_rfc3339(to)}});
  item["band"] = {{"excluded", std::move(excluded)}};
}

static void add_composite(const Composite& composite, Json& item) {
  item["rule"] = composite.rule;
  if (const auto& s = composite.suppressor)
    item["suppressor"] = {{"alarm", s->alarm},
                          {"wait", format_duration(s->wait)},
                          {"extension", format_duration(s->extension)}};
}

static void add_evaluation(const Alarm& alarm, Json& item) {
  item["anchor"] = to_string(alarm.anchor);
  if (alarm.maths)
    add_maths(*alarm.maths, item);
  else
    item["metric"] = metric_map(watched_metrics(alarm).front());
  if (!alarm.group_by.empty()) item["group_by"] = alarm.group_by;
  if (!alarm.maths) item["statistic"] = to_string(alarm.statistic);
  item["period"] = format_duration(alarm.period);
  if (alarm.anchor != Anchor::event) {
    item["evaluation_periods"] = alarm.evaluation_periods;
    if (alarm.datapoints_to_alarm) item["datapoints_to_alarm"] = *alarm.datapoints_to_alarm;
    item["evaluation_range"] = alarm.evaluation_range;
  }
  const bool banded = alarm.maths && alarm.maths->band;
  item["comparison"] = banded ? to_string(*alarm.maths->band) : to_string(alarm.comparison);
  if (!banded) item["threshold"] = number(alarm.threshold);
  if (alarm.anchor != Anchor::event)
    item["treat_missing_data"] = to_string(alarm.treat_missing_data);
  if (!alarm.evaluate_low_samples) item["evaluate_low_sample_count_percentile"] = "ignore";
  if (!alarm.unit.empty()) item["unit"] = alarm.unit;
}

Json long_form(const Alarm& alarm) {
  Json item;
  item["name"] = alarm.name;
  if (!alarm.description.empty()) item["description"] = alarm.description;
  if (alarm.composite)
    add_composite(*alarm.composite, item);
  else
    add_evaluation(alarm, item);
  item["actions_enabled"] = alarm.actions_enabled;
  item["actions"] = {{"alarm", alarm.alarm_topics},
                     {"ok", alarm.ok_topics},
                     {"insufficient_data", alarm.insufficient_data_topics}};
  if (alarm.ok_after > Duration{0}) item["ok_after"] = format_duration(alarm.ok_after);
  if (alarm.repeat > Duration{0}) item["repeat"] = format_duration(alarm.repeat);
  if (alarm.flapping != Flapping::mark) item["flapping"] = to_string(alarm.flapping);
  if (alarm.shadow) item["mode"] = "shadow";
  for (const EscalationStep& step : alarm.escalate)
    item["escalate"].push_back({{"after", format_duration(step.after)}, {"topic", step.topic}});
  if (alarm.storm.messages > 0)
    item["storm_control"] = {{"messages", alarm.storm.messages},
                             {"per", format_duration(alarm.storm.per)}};
  item["severity"] = to_string(alarm.severity);
  if (!alarm.summary.empty()) item["summary"] = alarm.summary;
  if (!alarm.runbook.empty()) item["runbook"] = alarm.runbook;
  if (!alarm.tags.empty()) item["tags"] = map_of(alarm.tags);
  item["evidence"] = {{"events", alarm.evidence.events}};
  if (!alarm.evidence.fields.empty()) item["evidence"]["fields"] = alarm.evidence.fields;
  if (!alarm.evidence.drop.empty()) item["evidence"]["drop"] = alarm.evidence.drop;
  if (!alarm.group_by.empty()) item["max_keys"] = alarm.max_keys;
  if (!alarm.was.empty()) item["was"] = alarm.was;
  return item;
}

std::string to_yaml(const Json& document) {
  std::string text;
  write_block(document, 0, text);
  return text;
}

}  // namespace tocsin
