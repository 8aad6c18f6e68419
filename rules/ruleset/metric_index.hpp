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

class MetricIndex {
 public:
  explicit MetricIndex(const Draft& draft) {
    for (const FilterDraft& f : draft.filters) filters_[metric_id(f.filter)].push_back(&f);
  }
  // Empty if nothing gives it.
  const std::vector<const FilterDraft*>& filters_of(const Alarm& alarm) const {
    static const std::vector<const FilterDraft*> kNone;
    const auto found = filters_.find(metric_id(alarm));
    return found == filters_.end() ? kNone : found->second;
  }
  std::vector<std::string_view> names() const {
    std::vector<std::string_view> names;
    for (const auto& [name, filters] : filters_) names.push_back(name);
    return names;
  }

 private:
  std::map<std::string, std::vector<const FilterDraft*>> filters_;
};

}  // namespace tocsin
