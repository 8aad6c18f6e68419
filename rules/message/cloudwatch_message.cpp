// SPDX-License-Identifier: Apache-2.0
#include "rules/message/cloudwatch_message.hpp"

#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "rules/alarm/math_plan.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSnsMessageBytes = 256 * 1024;
constexpr std::size_t kSubjectCharacters = 100;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string_view sns_statistic(Statistic s) {
  switch (s) {
    case Statistic::sample_count:
      return "SAMPLE_COUNT";
    case Statistic::sum:
      return "SUM";
    case Statistic::average:
      return "AVERAGE";
    case Statistic::minimum:
      return "MINIMUM";
    case Statistic::maximum:
      return "MAXIMUM";
  }
  return "?";
}

// A dimension's value has at most 1,024 characters in CloudWatch.
std::string short_value(const std::string& value) {
  return cut_code_points(to_valid_utf8(value), 1024);
}

// The series that is watched: a long form's dimensions, and the key by which it is split.
Json dimensions(const std::vector<std::pair<std::string, std::string>>& fixed,
                const AlarmKey& key) {
  Json out = Json::array();
  for (const auto& [name, value] : fixed) out.push_back({{"value", value}, {"name", name}});
  for (const auto& [name, value] : key)
    out.push_back({{"value", short_value(value)}, {"name", name}});
  return out;
}

std::int64_t seconds_of(Duration period) {
  return std::chrono::duration_cast<seconds>(period).count();
}

Json metric_stat(const Alarm& alarm, const AlarmMetric& m, const AlarmKey& key) {
  return {{"Metric",
           {{"Dimensions", dimensions(m.dimensions, key)},
            {"MetricName", m.metric_name},
            {"Namespace", m.metric_namespace}}},
          {"Period", seconds_of(alarm.period)},
          {"Stat", to_string(m.statistic)}};
}

Json metrics(const Alarm& alarm, const AlarmKey& key) {
  Json out = Json::array();
  for (const ListedEntry& listed : listed_entries(*alarm.maths)) {
    Json item{{"Id", listed.entry.id}};
    if (listed.metric != nullptr)
      item["MetricStat"] = metric_stat(alarm, *listed.metric, key);
    else
      item["Expression"] = listed.entry.expression;
    item["ReturnData"] = listed.returned;
    out.push_back(std::move(item));
  }
  return out;
}

Json maths_trigger(const Alarm& alarm, const AlarmKey& key) {
  Json out{{"Period", seconds_of(alarm.period)}, {"EvaluationPeriods", alarm.evaluation_periods}};
  if (alarm.datapoints_to_alarm) out["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  if (alarm.maths->band) {
    out["ComparisonOperator"] = to_string(*alarm.maths->band);
    out["ThresholdMetricId"] = threshold_metric_id(*alarm.maths);
  } else {
    out["ComparisonOperator"] = to_string(alarm.comparison);
    out["Threshold"] = alarm.threshold;
  }
  out["TreatMissingData"] = to_string(alarm.treat_missing_data);
  out["EvaluateLowSampleCountPercentile"] = "";
  out["Metrics"] = metrics(alarm, key);
  return out;
}

Json trigger(const Alarm& alarm, const AlarmKey& key) {
  if (alarm.maths) return maths_trigger(alarm, key);
  const bool short_form = alarm.anchor == Anchor::event;
  Json out{{"MetricName", alarm.metric_name}, {"Namespace", alarm.metric_namespace}};
  if (const auto simple = alarm.statistic.simple()) {
    out["StatisticType"] = "Statistic";
    out["Statistic"] = sns_statistic(*simple);
  } else {
    out["StatisticType"] = "ExtendedStatistic";
    out["ExtendedStatistic"] = to_string(alarm.statistic);
  }
  out["Unit"] = text_or_null(alarm.unit);
  out["Dimensions"] = dimensions(alarm.dimensions, key);
  out["Period"] = seconds_of(alarm.period);
  out["EvaluationPeriods"] = short_form ? 1 : alarm.evaluation_periods;
  if (short_form)
    out["DatapointsToAlarm"] = 1;
  else if (alarm.datapoints_to_alarm)
    out["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  out["ComparisonOperator"] = to_string(alarm.comparison);
  out["Threshold"] = alarm.threshold;
  // The short form counts nothing as 0 and goes back to OK by itself.
  out["TreatMissingData"] =
      to_string(short_form ? MissingData::not_breaching : alarm.treat_missing_data);
  out["EvaluateLowSampleCountPercentile"] = alarm.evaluate_low_samples ? "" : "ignore";
  return out;
}

std::int64_t whole_seconds(Duration d) { return std::chrono::duration_cast<seconds>(d).count(); }

// What a composite alarm's message has instead of a trigger.
void add_rule(Json& out, const Composite& composite, const Notification& n) {
  out["AlarmRule"] = composite.rule;
  Json triggering = Json::array();
  for (const ChildState& child : n.transition.children)
    if (child.changed_at)
      triggering.push_back({{"Arn", alarm_arn(n.identity, child.alarm)},
                            {"State",
                             {{"Value", to_string(child.state)},
                              {"Timestamp", format_cloudwatch(*child.changed_at)}}}});
  out["TriggeringChildren"] = std::move(triggering);
  if (!composite.suppressor) return;
  const Suppressor& s = *composite.suppressor;
  out["ActionsSuppressor"] = alarm_arn(n.identity, s.alarm);
  out["ActionsSuppressorWaitPeriod"] = whole_seconds(s.wait);
  out["ActionsSuppressorExtensionPeriod"] = whole_seconds(s.extension);
}

Json children_json(const std::vector<ChildState>& children) {
  Json out = Json::array();
  for (const ChildState& child : children)
    out.push_back({{"alarm", child.alarm},
                   {"state", to_string(child.state)},
                   {"decides", child.decides},
                   {"changed", child.changed_at.has_value()}});
  return out;
}

Json event_json(const NotifiedEvent& e) {
  Json out{{"time", format_cloudwatch(e.evidence.time)}};
  out["who"] = e.facts.who;
  out["what"] = e.facts.what;
  out["when"] = e.facts.when;
  out["where"] = e.facts.where;
  out["resources"] = e.facts.resources;
  out["source"] = e.evidence.source;
  out["position"] = e.evidence.position;
  out["message"] = e.evidence.message;
  return out;
}

Json additions(const Notification& n, const Alarm& alarm) {
  const Transition& t = n.transition;
  Json events = Json::array();
  for (const NotifiedEvent& e : n.events) events.push_back(event_json(e));
  Json key = Json::object();
  for (const auto& [name, value] : t.key) key[name] = short_value(value);
  Json tags = Json::object();
  for (const auto& [name, value] : alarm.tags) tags[name] = value;
  Json out{{"events", std::move(events)},
           {"eventsTotal", t.events_total},
           {"ruleId", alarm.name},
           {"dedupKey", n.dedup_key},
           {"key", std::move(key)},
           {"eventTime", format_cloudwatch(t.at)},
           {"late", t.late},
           {"again", t.again},
           {"cause", to_string(n.cause)},
           {"number", n.number},
           {"severity", to_string(n.severity)},
           {"summary", n.summary},
           {"condition", n.condition},
           {"value", t.value ? Json(*t.value) : Json(nullptr)},
           {"datapoints", n.datapoints_text},
           {"firedIn30Days", t.firings},
           {"runbook", n.runbook},
           {"tags", std::move(tags)},
           {"logGroup", n.log_group}};
  if (alarm.composite) out["children"] = children_json(t.children);
  return out;
}

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string make_cloudwatch_message(const Notification& n, const Alarm& alarm,
                                    const RuleSet& rules) {
  const Transition& t = n.transition;
  const Identity& identity = rules.identity;
  Json out{{"AlarmName", alarm.name},
           {"AlarmDescription", text_or_null(n.description)},
           {"AWSAccountId", identity.account_id}};
  if (!alarm.composite) {
    out["ActionExecutedAfterMuteWindow"] = n.cause == MessageCause::after_mute;
    out["AlarmConfigurationUpdatedTimestamp"] = format_cloudwatch(rules.configured_at);
  }
  out["NewStateValue"] = to_string(t.to);
  out["NewStateReason"] = t.reason;
  out["StateChangeTime"] = format_cloudwatch(t.decided_at);
  out["Region"] = region_display_name(identity.region);
  out["AlarmArn"] = n.alarm_arn;
  if (!alarm.composite) out["OldStateValue"] = to_string(t.from);
  out["OKActions"] = topic_arns(identity, alarm.ok_topics);
  out["AlarmActions"] = topic_arns(identity, alarm.alarm_topics);
  out["InsufficientDataActions"] = topic_arns(identity, alarm.insufficient_data_topics);
  if (alarm.composite) {
    out["OldStateValue"] = to_string(t.from);  // where CloudWatch has it
    add_rule(out, *alarm.composite, n);
  } else {
    out["Trigger"] = trigger(alarm, t.key);
  }
  out["x-source"] = additions(n, alarm);
  std::string text = dump(out);
  while (text.size() > kSnsMessageBytes && !out["x-source"]["events"].empty()) {
    out["x-source"]["events"].erase(0);
    text = dump(out);
  }
  return text;
}

std::string make_subject(std::string_view word, std::string_view alarm, const Identity& identity) {
  const std::string before = std::string(word) + ": \"";
  const std::string after = "\" in " + to_one_line(region_display_name(identity.region));
  const std::size_t rest = count_code_points(before) + count_code_points(after);
  const std::size_t room = rest < kSubjectCharacters ? kSubjectCharacters - rest : 0;
  return cut_code_points(before + cut_code_points(to_one_line(alarm), room) + after,
                         kSubjectCharacters);
}

}  // namespace tocsin
