// SPDX-License-Identifier: Apache-2.0
#include "rules/message/alarm_index.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace tocsin {
namespace {

template <class Rule>
std::pair<std::string_view, std::string_view> metric_of(const Rule& rule) {
  return {rule.metric_name, rule.metric_namespace};
}

}  // namespace

AlarmIndex::AlarmIndex(const RuleSet& rules)
    : rules_(rules), alarms_(rules.alarms.size()), filters_(rules.filters.size()) {
  std::iota(alarms_.begin(), alarms_.end(), 0U);
  std::iota(filters_.begin(), filters_.end(), 0U);
  std::stable_sort(alarms_.begin(), alarms_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return rules.alarms[a].name < rules.alarms[b].name;
  });
  std::stable_sort(filters_.begin(), filters_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return metric_of(rules.filters[a]) < metric_of(rules.filters[b]);
  });
}

const Alarm* AlarmIndex::alarm(std::string_view name) const {
  const auto at = std::lower_bound(
      alarms_.begin(), alarms_.end(), name,
      [&](std::uint32_t i, std::string_view wanted) { return rules_.alarms[i].name < wanted; });
  return at != alarms_.end() && rules_.alarms[*at].name == name ? &rules_.alarms[*at] : nullptr;
}

const MetricFilter* AlarmIndex::filter_of(const Alarm& alarm) const {
  const MetricFilter* found = nullptr;
  auto at = std::lower_bound(filters_.begin(), filters_.end(), alarm,
                             [&](std::uint32_t i, const Alarm& wanted) {
                               return metric_of(rules_.filters[i]) < metric_of(wanted);
                             });
  for (; at != filters_.end() && metric_of(rules_.filters[*at]) == metric_of(alarm); ++at) {
    const MetricFilter& filter = rules_.filters[*at];
    if (found == nullptr || filter.name == alarm.name) found = &filter;
  }
  return found;
}

}  // namespace tocsin
