// SPDX-License-Identifier: Apache-2.0
#include "rules/message/cloudwatch_message.hpp"

#include <cctype>
#include <utility>

#include "rules/alarm/math_plan.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"
#include "rules/message/text.hpp"
#include "tocsin/json_builder.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kSnsMessageBytes = 256 * 1024;
constexpr std::size_t kSubjectCharacters = 100;

JsonBuilder::Value text_or_null(const std::string& text) {
  return text.empty() ? JsonBuilder::Value(nullptr) : text;
}

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
JsonBuilder dimensions(const std::vector<std::pair<std::string, std::string>>& fixed,
                       const AlarmKey& key) {
  JsonBuilder out = JsonBuilder::array();
  for (const auto& [name, value] : fixed)
    out.push_back(JsonBuilder{{"value", value}, {"name", name}});
  for (const auto& [name, value] : key)
    out.push_back(JsonBuilder{{"value", short_value(value)}, {"name", name}});
  return out;
}

std::int64_t seconds_of(Duration period) {
  return std::chrono::duration_cast<seconds>(period).count();
}

JsonBuilder metric_stat(const Alarm& alarm, const AlarmMetric& m, const AlarmKey& key) {
  return {{"Metric", JsonBuilder{{"Dimensions", dimensions(m.dimensions, key)},
                                 {"MetricName", m.metric_name},
                                 {"Namespace", m.metric_namespace}}},
          {"Period", seconds_of(alarm.period)},
          {"Stat", to_string(m.statistic)}};
}

JsonBuilder metrics(const Alarm& alarm, const AlarmKey& key) {
  JsonBuilder out = JsonBuilder::array();
  for (const ListedEntry& listed : listed_entries(*alarm.maths)) {
    JsonBuilder item{{"Id", listed.entry.id}};
    if (listed.metric != nullptr)
      item.add("MetricStat", metric_stat(alarm, *listed.metric, key));
    else
      item.add("Expression", listed.entry.expression);
    item.add("ReturnData", listed.returned);
    out.push_back(item);
  }
  return out;
}

JsonBuilder maths_trigger(const Alarm& alarm, const AlarmKey& key) {
  JsonBuilder out{{"Period", seconds_of(alarm.period)},
                  {"EvaluationPeriods", alarm.evaluation_periods}};
  if (alarm.datapoints_to_alarm) out.add("DatapointsToAlarm", *alarm.datapoints_to_alarm);
  if (alarm.maths->band) {
    out.add("ComparisonOperator", to_string(*alarm.maths->band));
    out.add("ThresholdMetricId", threshold_metric_id(*alarm.maths));
  } else {
    out.add("ComparisonOperator", to_string(alarm.comparison));
    out.add("Threshold", alarm.threshold);
  }
  out.add("TreatMissingData", to_string(alarm.treat_missing_data));
  out.add("EvaluateLowSampleCountPercentile", "");
  out.add("Metrics", metrics(alarm, key));
  return out;
}

JsonBuilder trigger(const Alarm& alarm, const AlarmKey& key) {
  if (alarm.maths) return maths_trigger(alarm, key);
  const bool short_form = alarm.anchor == Anchor::event;
  JsonBuilder out{{"MetricName", *alarm.metric_name}, {"Namespace", *alarm.metric_namespace}};
  if (const auto simple = alarm.statistic.simple()) {
    out.add("StatisticType", "Statistic");
    out.add("Statistic", sns_statistic(*simple));
  } else {
    out.add("StatisticType", "ExtendedStatistic");
    out.add("ExtendedStatistic", to_string(alarm.statistic));
  }
  out.add("Unit", text_or_null(alarm.unit));
  out.add("Dimensions", dimensions(alarm.dimensions, key));
  out.add("Period", seconds_of(alarm.period));
  out.add("EvaluationPeriods", short_form ? 1 : alarm.evaluation_periods);
  if (short_form)
    out.add("DatapointsToAlarm", 1);
  else if (alarm.datapoints_to_alarm)
    out.add("DatapointsToAlarm", *alarm.datapoints_to_alarm);
  out.add("ComparisonOperator", to_string(alarm.comparison));
  out.add("Threshold", alarm.threshold);
  // The short form counts nothing as 0 and goes back to OK by itself.
  out.add("TreatMissingData",
          to_string(short_form ? MissingData::not_breaching : alarm.treat_missing_data));
  out.add("EvaluateLowSampleCountPercentile", alarm.evaluate_low_samples ? "" : "ignore");
  return out;
}

std::int64_t whole_seconds(Duration d) { return std::chrono::duration_cast<seconds>(d).count(); }

// What a composite alarm's message has instead of a trigger.
void add_rule(JsonBuilder& out, const Composite& composite, const Notification& n) {
  out.add("AlarmRule", composite.rule);
  JsonBuilder triggering = JsonBuilder::array();
  for (const ChildState& child : n.transition.children)
    if (child.changed_at)
      triggering.push_back(
          JsonBuilder{{"Arn", alarm_arn(n.identity, child.alarm)},
                      {"State", JsonBuilder{{"Value", to_string(child.state)},
                                            {"Timestamp", format_cloudwatch(*child.changed_at)}}}});
  out.add("TriggeringChildren", triggering);
  if (!composite.suppressor) return;
  const Suppressor& s = *composite.suppressor;
  out.add("ActionsSuppressor", alarm_arn(n.identity, s.alarm));
  out.add("ActionsSuppressorWaitPeriod", whole_seconds(s.wait));
  out.add("ActionsSuppressorExtensionPeriod", whole_seconds(s.extension));
}

JsonBuilder children_json(const std::vector<ChildState>& children) {
  JsonBuilder out = JsonBuilder::array();
  for (const ChildState& child : children)
    out.push_back(JsonBuilder{{"alarm", child.alarm},
                              {"state", to_string(child.state)},
                              {"decides", child.decides},
                              {"changed", child.changed_at.has_value()}});
  return out;
}

JsonBuilder event_json(const NotifiedEvent& e) {
  JsonBuilder out{{"time", format_cloudwatch(e.evidence.time)}};
  out.add("who", e.facts.who);
  out.add("what", e.facts.what);
  out.add("when", e.facts.when);
  out.add("where", e.facts.where);
  out.add("resources", e.facts.resources);
  out.add("source", e.evidence.source);
  out.add("position", e.evidence.position);
  out.add("message", e.evidence.message);
  return out;
}

// `skipped`: so many of the oldest events are left out.
JsonBuilder additions(const Notification& n, const Alarm& alarm, std::size_t skipped) {
  const Transition& t = n.transition;
  JsonBuilder events = JsonBuilder::array();
  for (std::size_t i = skipped; i < n.events.size(); ++i) events.push_back(event_json(n.events[i]));
  JsonBuilder key;
  for (const auto& [name, value] : t.key) key.add(name, short_value(value));
  JsonBuilder tags;
  for (const auto& [name, value] : alarm.tags) tags.add(name, value);
  JsonBuilder out{{"events", events},
                  {"eventsTotal", t.events_total},
                  {"ruleId", alarm.name},
                  {"dedupKey", n.dedup_key},
                  {"key", key},
                  {"eventTime", format_cloudwatch(t.at)},
                  {"late", t.late},
                  {"again", t.again},
                  {"cause", to_string(n.cause)},
                  {"number", n.number},
                  {"severity", to_string(n.severity)},
                  {"summary", n.summary},
                  {"condition", n.condition},
                  {"value", t.value},
                  {"datapoints", n.datapoints_text},
                  {"firedIn30Days", t.firings},
                  {"runbook", n.runbook},
                  {"tags", tags},
                  {"logGroup", n.log_group}};
  if (alarm.composite) out.add("children", children_json(t.children));
  return out;
}

}  // namespace

std::string make_cloudwatch_message(const Notification& n, const Alarm& alarm,
                                    const RuleSet& rules) {
  const Transition& t = n.transition;
  const Identity& identity = rules.identity;
  JsonBuilder out{{"AlarmName", alarm.name},
                  {"AlarmDescription", text_or_null(n.description)},
                  {"AWSAccountId", identity.account_id}};
  if (!alarm.composite) {
    out.add("ActionExecutedAfterMuteWindow", n.cause == MessageCause::after_mute);
    out.add("AlarmConfigurationUpdatedTimestamp", format_cloudwatch(rules.configured_at));
  }
  out.add("NewStateValue", to_string(t.to));
  out.add("NewStateReason", t.reason);
  out.add("StateChangeTime", format_cloudwatch(t.decided_at));
  out.add("Region", region_display_name(identity.region));
  out.add("AlarmArn", n.alarm_arn);
  if (!alarm.composite) out.add("OldStateValue", to_string(t.from));
  out.add("OKActions", topic_arns(identity, alarm.ok_topics));
  out.add("AlarmActions", topic_arns(identity, alarm.alarm_topics));
  out.add("InsufficientDataActions", topic_arns(identity, alarm.insufficient_data_topics));
  if (alarm.composite) {
    out.add("OldStateValue", to_string(t.from));  // where CloudWatch has it
    add_rule(out, *alarm.composite, n);
  } else {
    out.add("Trigger", trigger(alarm, t.key));
  }
  for (std::size_t skipped = 0;; ++skipped) {
    JsonBuilder whole = out;
    whole.add("x-source", additions(n, alarm, skipped));
    std::string text = std::move(whole).text();
    if (text.size() <= kSnsMessageBytes || skipped >= n.events.size()) return text;
  }
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
