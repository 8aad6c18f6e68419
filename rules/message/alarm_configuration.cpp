// SPDX-License-Identifier: Apache-2.0
#include "rules/message/alarm_configuration.hpp"

#include <nlohmann/json.hpp>

#include "rules/alarm/math_plan.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

Json dimension_list(const std::vector<std::pair<std::string, std::string>>& dimensions) {
  Json out = Json::array();
  for (const auto& [name, value] : dimensions) out.push_back({{"name", name}, {"value", value}});
  return out;
}

std::int64_t seconds_of(Duration period) {
  return std::chrono::duration_cast<seconds>(period).count();
}

Json metric_list(const Alarm& a) {
  Json out = Json::array();
  for (const ListedEntry& listed : listed_entries(*a.maths)) {
    Json item{{"id", listed.entry.id}};
    if (const AlarmMetric* m = listed.metric)
      item["metricStat"] = {{"metric",
                             {{"namespace", m->metric_namespace},
                              {"metricName", m->metric_name},
                              {"dimensions", dimension_list(m->dimensions)}}},
                            {"period", seconds_of(a.period)},
                            {"stat", to_string(m->statistic)}};
    else
      item["expression"] = listed.entry.expression;
    item["returnData"] = listed.returned;
    out.push_back(std::move(item));
  }
  return out;
}

// The event bus has a map of dimensions, and calls a metric's name otherwise.
JsonBuilder bus_metric(const AlarmMetric& m, Duration period) {
  JsonBuilder dimensions;
  for (const auto& [name, value] : m.dimensions) dimensions.add(name, value);
  JsonBuilder out{{"metric", JsonBuilder{{"namespace", m.metric_namespace},
                                         {"name", m.metric_name},
                                         {"dimensions", dimensions}}},
                  {"period", seconds_of(period)},
                  {"stat", to_string(m.statistic)}};
  if (!m.unit.empty()) out.add("unit", m.unit);
  return out;
}

JsonBuilder bus_metrics(const Alarm& a) {
  JsonBuilder out = JsonBuilder::array();
  if (!a.maths) {
    AlarmMetric only;
    only.metric_namespace = a.metric_namespace;
    only.metric_name = a.metric_name;
    only.dimensions = a.dimensions;
    only.statistic = a.statistic;
    only.unit = a.unit;
    out.push_back(JsonBuilder{
        {"id", "m1"}, {"metricStat", bus_metric(only, a.period)}, {"returnData", true}});
    return out;
  }
  for (const ListedEntry& listed : listed_entries(*a.maths)) {
    JsonBuilder item{{"id", listed.entry.id}};
    if (listed.metric != nullptr)
      item.add("metricStat", bus_metric(*listed.metric, a.period));
    else
      item.add("expression", listed.entry.expression);
    item.add("returnData", listed.returned);
    out.push_back(item);
  }
  return out;
}

Json composite_configuration(const Alarm& a, const RuleSet& rules) {
  const Identity& identity = rules.identity;
  Json out{{"alarmRule", a.composite->rule},
           {"okactions", topic_arns(identity, a.ok_topics)},
           {"alarmActions", topic_arns(identity, a.alarm_topics)},
           {"insufficientDataActions", topic_arns(identity, a.insufficient_data_topics)},
           {"alarmName", a.name},
           {"actionsEnabled", a.actions_enabled}};
  if (!a.description.empty()) out["alarmDescription"] = a.description;
  if (const auto& s = a.composite->suppressor) {
    out["actionsSuppressor"] = alarm_arn(identity, s->alarm);
    out["actionsSuppressorWaitPeriod"] = std::chrono::duration_cast<seconds>(s->wait).count();
    out["actionsSuppressorExtensionPeriod"] =
        std::chrono::duration_cast<seconds>(s->extension).count();
  }
  out["alarmArn"] = alarm_arn(identity, a.name);
  out["alarmConfigurationUpdatedTimestamp"] = format_cloudwatch(rules.configured_at);
  return out;
}

}  // namespace

AlarmType alarm_type_of(const Alarm& alarm) {
  return alarm.composite ? AlarmType::composite : AlarmType::metric;
}

Alarm as_long_form(const Alarm& alarm) {
  Alarm out = alarm;
  if (alarm.anchor != Anchor::event) return out;
  out.evaluation_periods = 1;
  out.datapoints_to_alarm = 1;
  out.treat_missing_data = MissingData::not_breaching;
  return out;
}

// Names and order are CloudWatch's own, "okactions" included.
Json history_configuration(const Alarm& alarm, const RuleSet& rules) {
  if (alarm.composite) return composite_configuration(alarm, rules);
  const Alarm a = as_long_form(alarm);
  const Identity& identity = rules.identity;
  const bool banded = a.maths && a.maths->band;
  Json out = Json::object();
  if (!banded) out["threshold"] = a.threshold;
  if (!a.maths) {
    out["namespace"] = a.metric_namespace;
    out["dimensions"] = dimension_list(a.dimensions);
  }
  out["okactions"] = topic_arns(identity, a.ok_topics);
  out["alarmActions"] = topic_arns(identity, a.alarm_topics);
  out["evaluationPeriods"] = a.evaluation_periods;
  if (a.datapoints_to_alarm) out["datapointsToAlarm"] = *a.datapoints_to_alarm;
  out["comparisonOperator"] = banded ? to_string(*a.maths->band) : to_string(a.comparison);
  if (banded) out["thresholdMetricId"] = threshold_metric_id(*a.maths);
  out["treatMissingData"] = to_string(a.treat_missing_data);
  if (a.maths) {
    out["metrics"] = metric_list(a);
  } else {
    out["metricName"] = a.metric_name;
    out["period"] = seconds_of(a.period);
    if (!a.unit.empty()) out["unit"] = a.unit;
  }
  out["alarmName"] = a.name;
  out["insufficientDataActions"] = topic_arns(identity, a.insufficient_data_topics);
  out["actionsEnabled"] = a.actions_enabled;
  if (!a.description.empty()) out["alarmDescription"] = a.description;
  if (!a.maths)
    out[a.statistic.simple() ? "statistic" : "extendedStatistic"] = to_string(a.statistic);
  if (!a.evaluate_low_samples) out["evaluateLowSampleCountPercentile"] = "ignore";
  out["alarmArn"] = alarm_arn(identity, a.name);
  out["alarmConfigurationUpdatedTimestamp"] = format_cloudwatch(rules.configured_at);
  if (!a.group_by.empty()) out["groupBy"] = a.group_by;
  return out;
}

JsonBuilder bus_configuration(const Alarm& alarm, const Identity& identity) {
  JsonBuilder out;
  if (!alarm.description.empty()) out.add("description", *alarm.description);
  if (!alarm.composite) {
    out.add("metrics", bus_metrics(alarm));
    return out;
  }
  out.add("alarmRule", alarm.composite->rule);
  if (const auto& s = alarm.composite->suppressor) {
    out.add("actionsSuppressor", alarm_arn(identity, s->alarm));
    out.add("actionsSuppressorWaitPeriod", seconds_of(s->wait));
    out.add("actionsSuppressorExtensionPeriod", seconds_of(s->extension));
  }
  return out;
}

JsonBuilder full_bus_configuration(const Alarm& alarm, const Identity& identity) {
  if (alarm.composite) {
    JsonBuilder out = bus_configuration(alarm, identity);
    out.add("alarmName", alarm.name);
    out.add("actionsEnabled", alarm.actions_enabled);
    out.add("okActions", topic_arns(identity, alarm.ok_topics));
    out.add("alarmActions", topic_arns(identity, alarm.alarm_topics));
    out.add("insufficientDataActions", topic_arns(identity, alarm.insufficient_data_topics));
    return out;
  }
  const Alarm a = as_long_form(alarm);
  JsonBuilder out{{"evaluationPeriods", a.evaluation_periods}};
  if (a.datapoints_to_alarm) out.add("datapointsToAlarm", *a.datapoints_to_alarm);
  const bool banded = a.maths && a.maths->band;
  if (banded)
    out.add("thresholdMetricId", threshold_metric_id(*a.maths));
  else
    out.add("threshold", a.threshold);
  out.add("comparisonOperator", banded ? to_string(*a.maths->band) : to_string(a.comparison));
  out.add("treatMissingData", to_string(a.treat_missing_data));
  out.add("metrics", bus_metrics(a));
  out.add("alarmName", a.name);
  if (!a.description.empty()) out.add("description", *a.description);
  out.add("actionsEnabled", a.actions_enabled);
  out.add("okActions", topic_arns(identity, a.ok_topics));
  out.add("alarmActions", topic_arns(identity, a.alarm_topics));
  out.add("insufficientDataActions", topic_arns(identity, a.insufficient_data_topics));
  return out;
}

}  // namespace tocsin
