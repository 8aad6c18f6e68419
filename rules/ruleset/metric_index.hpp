// SPDX-License-Identifier: Apache-2.0
// Which metric filters give which metric.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "rules/ruleset/draft.hpp"

namespace tocsin {

inline std::string metric_id(const std::string& metric_namespace, const std::string& name) {
  return metric_namespace + "/" + name;
}
inline std::string metric_id(const MetricFilter& f) {
  return metric_id(f.metric_namespace, f.metric_name);
}
inline std::string metric_id(const Alarm& a) {
  return metric_id(a.metric_namespace, a.metric_name);
}

inline std::string metric_id(const AlarmMetric& m) {
  return metric_id(m.metric_namespace, m.metric_name);
}

// Where the alarm says that it watches `metric`: the map that holds `metric`, `statistic`, `unit`.
inline const ConfigNode& watching_node(const AlarmDraft& draft, const AlarmMetric& metric) {
  const ConfigNode* list = draft.node->find("metrics");
  if (list != nullptr)
    for (const ConfigNode& entry : list->items)
      if (node_at(entry, {"id"}).scalar == metric.id) return entry;
  return *draft.node;
}

class MetricIndex {
 public:
  explicit MetricIndex(const Draft& draft) {
    for (const FilterDraft& f : draft.filters) filters_[metric_id(f.filter)].push_back(&f);
  }
  // Empty if nothing gives it. Of an alarm by maths: its first metric.
  const std::vector<const FilterDraft*>& filters_of(const Alarm& alarm) const {
    return filters_of(metric_id(alarm));
  }
  const std::vector<const FilterDraft*>& filters_of(const AlarmMetric& metric) const {
    return filters_of(metric_id(metric));
  }
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const auto& [name, filters] : filters_) names.push_back(name);
    return names;
  }

 private:
  const std::vector<const FilterDraft*>& filters_of(const std::string& id) const {
    static const std::vector<const FilterDraft*> kNone;
    const auto found = filters_.find(id);
    return found == filters_.end() ? kNone : found->second;
  }

  std::map<std::string, std::vector<const FilterDraft*>> filters_;
};

}  // namespace tocsin
