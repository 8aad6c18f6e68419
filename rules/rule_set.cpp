// SPDX-License-Identifier: Apache-2.0
#include "tocsin/rule_set.hpp"

namespace tocsin {

std::string_view to_string(Statistic s) {
  switch (s) {
    case Statistic::sample_count:
      return "SampleCount";
    case Statistic::sum:
      return "Sum";
    case Statistic::average:
      return "Average";
    case Statistic::minimum:
      return "Minimum";
    case Statistic::maximum:
      return "Maximum";
  }
  return "?";
}

std::string_view to_string(Comparison c) {
  switch (c) {
    case Comparison::greater:
      return "GreaterThanThreshold";
    case Comparison::greater_or_equal:
      return "GreaterThanOrEqualToThreshold";
    case Comparison::less:
      return "LessThanThreshold";
    case Comparison::less_or_equal:
      return "LessThanOrEqualToThreshold";
  }
  return "?";
}

std::string_view to_string(BandComparison c) {
  switch (c) {
    case BandComparison::outside:
      return "LessThanLowerOrGreaterThanUpperThreshold";
    case BandComparison::below:
      return "LessThanLowerThreshold";
    case BandComparison::above:
      return "GreaterThanUpperThreshold";
  }
  return "?";
}

std::string_view to_string(MissingData m) {
  switch (m) {
    case MissingData::missing:
      return "missing";
    case MissingData::ignore:
      return "ignore";
    case MissingData::breaching:
      return "breaching";
    case MissingData::not_breaching:
      return "notBreaching";
  }
  return "?";
}

void share_equal_values(RuleSet& rules) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EqualValues<std::string> texts;
  EqualValues<std::vector<std::string>> lists;
  EqualValues<Pairs> pairs;
  EqualValues<std::vector<EscalationStep>> steps;
  for (Alarm& a : rules.alarms) {
    for (Shared<std::string>* text : {&a.description, &a.metric_namespace, &a.metric_name, &a.unit,
                                      &a.summary, &a.runbook, &a.was})
      texts.share(*text);
    for (Shared<std::vector<std::string>>* list :
         {&a.group_by, &a.alarm_topics, &a.ok_topics, &a.insufficient_data_topics,
          &a.evidence.fields, &a.evidence.drop})
      lists.share(*list);
    for (Shared<Pairs>* some : {&a.dimensions, &a.tags, &a.templates}) pairs.share(*some);
    steps.share(a.escalate);
  }
}

}  // namespace tocsin
