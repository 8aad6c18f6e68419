// SPDX-License-Identifier: Apache-2.0
#include "notifiers/email_details.hpp"

#include <string_view>
#include <utility>

#include "notifiers/json_text.hpp"
#include "notifiers/text.hpp"

namespace tocsin {
namespace {

std::string text_of(const Json& value) {
  if (value.is_string()) return one_line(value.get<std::string>());
  return value.is_null() ? "" : one_line(to_text(value));
}

std::string member(const Json& object, const char* name) {
  return object.is_object() && object.contains(name) ? text_of(object.at(name)) : "";
}

// The SNS message has upper case where CloudWatch's mail, and our configuration, have names.
std::string statistic_name(const Json& trigger) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"SAMPLE_COUNT", "SampleCount"}, {"SUM", "Sum"},         {"AVERAGE", "Average"},
      {"MINIMUM", "Minimum"},          {"MAXIMUM", "Maximum"},
  };
  const std::string written = member(trigger, "Statistic");
  for (const auto& [sns, name] : kNames)
    if (written == sns) return std::string(name);
  return written.empty() ? member(trigger, "ExtendedStatistic") : written;
}

DetailGroup alarm_details(const Notification& n) {
  const std::string change =
      std::string(to_string(n.transition.from)) + " -> " + std::string(to_string(n.transition.to));
  DetailGroup group{"Alarm Details",
                    {{"Name", one_line(n.transition.alarm)},
                     {"Description", printable(n.description)},
                     {"State Change", change},
                     {"Reason for State Change", printable(n.transition.reason)},
                     {"Timestamp", n.when.empty() ? format_long(n.transition.at) : n.when},
                     {"AWS Account", n.identity.account_id},
                     {"Alarm Arn", one_line(n.alarm_arn)}}};
  const std::pair<const char*, const std::string*> more[] = {
      {"Log Group", &n.log_group}, {"Filter Pattern", &n.pattern}, {"Rule", &n.rule_location}};
  for (const auto& [label, value] : more)
    if (!value->empty()) group.rows.push_back({label, one_line(*value)});
  for (const auto& [name, value] : n.tags)
    group.rows.push_back({"Tag " + one_line(name), one_line(value)});
  return group;
}

DetailGroup threshold(const Notification& n) {
  return {"Threshold",
          {{"", "The alarm is in the ALARM state when " + one_line(n.condition) + "."}}};
}

// "[k = v, k2 = v2]", as CloudWatch prints them.
std::string dimensions(const Json& trigger) {
  std::string text;
  if (!trigger.contains("Dimensions") || !trigger.at("Dimensions").is_array()) return "[]";
  for (const Json& d : trigger.at("Dimensions"))
    text += (text.empty() ? "" : ", ") + member(d, "name") + " = " + member(d, "value");
  return "[" + text + "]";
}

DetailGroup monitored_metric(const Json& trigger) {
  const std::string unit = member(trigger, "Unit");
  return {"Monitored Metric",
          {{"MetricNamespace", member(trigger, "Namespace")},
           {"MetricName", member(trigger, "MetricName")},
           {"Dimensions", dimensions(trigger)},
           {"Period", member(trigger, "Period") + " seconds"},
           {"Statistic", statistic_name(trigger)},
           {"Unit", unit.empty() || unit == "None" ? "not specified" : unit},
           {"TreatMissingData", member(trigger, "TreatMissingData")}}};
}

std::string actions(const Json& message, const char* name) {
  if (!message.contains(name) || !message.at(name).is_array()) return "";
  std::string text;
  for (const Json& arn : message.at(name)) text += (text.empty() ? "" : ", ") + text_of(arn);
  return text.empty() ? "" : "[" + text + "]";
}

}  // namespace

std::vector<DetailGroup> email_details(const Notification& n) {
  std::vector<DetailGroup> groups{alarm_details(n)};
  if (n.condition.empty()) return groups;  // Tocsin speaks of itself: there is no metric
  groups.push_back(threshold(n));
  const Json message = Json::parse(n.cloudwatch_message, nullptr, false);
  if (!message.is_object()) return groups;
  if (message.contains("Trigger") && message.at("Trigger").is_object())
    groups.push_back(monitored_metric(message.at("Trigger")));
  groups.push_back({"State Change Actions",
                    {{"OK", actions(message, "OKActions")},
                     {"ALARM", actions(message, "AlarmActions")},
                     {"INSUFFICIENT_DATA", actions(message, "InsufficientDataActions")}}});
  return groups;
}

}  // namespace tocsin
