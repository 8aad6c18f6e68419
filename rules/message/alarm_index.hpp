// SPDX-License-Identifier: Apache-2.0
// Alarms and filters of a RuleSet by name: to tell of one alarm must not cost a walk through a
// hundred thousand. Immutable, any thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "tocsin/rule_set.hpp"

namespace tocsin {

class AlarmIndex {
 public:
  // `rules` outlives it.
  explicit AlarmIndex(const RuleSet& rules);
  // The same, and keeps them.
  explicit AlarmIndex(std::shared_ptr<const RuleSet> rules) : AlarmIndex(*rules) {
    keeper_ = std::move(rules);
  }

  const RuleSet& rules() const { return rules_; }
  // nullptr: there is none.
  const Alarm* alarm(std::string_view name) const;
  // The first filter that feeds the alarm's metric; a short form has one of its own name. nullptr:
  // there is none.
  const MetricFilter* filter_of(const Alarm& alarm) const;

 private:
  using Places = std::vector<std::uint32_t>;
  std::shared_ptr<const RuleSet> keeper_;  // of rules_, if it is one
  const RuleSet& rules_;
  Places alarms_;   // in order of name
  Places filters_;  // in order of metric, namespace and place
};

}  // namespace tocsin
