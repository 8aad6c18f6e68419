// SPDX-License-Identifier: Apache-2.0
#include "rules/message/alarm_configuration.hpp"

#include <nlohmann/json.hpp>

#include "rules/message/human_time.hpp"
#include "rules/message/names.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

Json dimension_list(const Alarm& alarm) {
  Json out = Json::array();
  for (const auto& [name, value] : alarm.dimensions)
    out.push_back({{"name", name}, {"value", value}});
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
  Json out{{"threshold", a.threshold},
           {"namespace", a.metric_namespace},
           {"dimensions", dimension_list(a)},
           {"okactions", topic_arns(identity, a.ok_topics)},
           {"alarmActions", topic_arns(identity, a.alarm_topics)},
           {"evaluationPeriods", a.evaluation_periods}};
  if (a.datapoints_to_alarm) out["datapointsToAlarm"] = *a.datapoints_to_alarm;
  out["comparisonOperator"] = to_string(a.comparison);
  out["treatMissingData"] = to_string(a.treat_missing_data);
  out["metricName"] = a.metric_name;
  out["period"] = std::chrono::duration_cast<seconds>(a.period).count();
  if (!a.unit.empty()) out["unit"] = a.unit;
  out["alarmName"] = a.name;
  out["insufficientDataActions"] = topic_arns(identity, a.insufficient_data_topics);
  out["actionsEnabled"] = a.actions_enabled;
  if (!a.description.empty()) out["alarmDescription"] = a.description;
  out[a.statistic.simple() ? "statistic" : "extendedStatistic"] = to_string(a.statistic);
  if (!a.evaluate_low_samples) out["evaluateLowSampleCountPercentile"] = "ignore";
  out["alarmArn"] = alarm_arn(identity, a.name);
  out["alarmConfigurationUpdatedTimestamp"] = format_cloudwatch(rules.configured_at);
  if (!a.group_by.empty()) out["groupBy"] = a.group_by;
  return out;
}

}  // namespace tocsin
