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

}  // namespace

AlarmType alarm_type_of(const Alarm&) { return AlarmType::metric; }

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

}  // namespace tocsin
