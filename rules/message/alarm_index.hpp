// SPDX-License-Identifier: Apache-2.0
// Alarms and filters of a RuleSet by name: to tell of one alarm must not cost a walk through a
// hundred thousand. Immutable.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "tocsin/rule_set.hpp"

namespace tocsin {

class AlarmIndex {
 public:
  // `rules` outlives it.
  explicit AlarmIndex(const RuleSet& rules);

  const RuleSet& rules() const { return rules_; }
  // nullptr: there is none.
  const Alarm* alarm(std::string_view name) const;
  // The first filter that feeds the alarm's metric; a short form has one of its own name. nullptr:
  // there is none.
  const MetricFilter* filter_of(const Alarm& alarm) const;

 private:
  using Places = std::vector<std::uint32_t>;
  const RuleSet& rules_;
  Places alarms_;   // in order of name
  Places filters_;  // in order of metric, namespace and place
};

}  // namespace tocsin
