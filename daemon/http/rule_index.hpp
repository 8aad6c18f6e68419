// SPDX-License-Identifier: Apache-2.0
// The rules in force with their alarms by name: made once a reload, immutable, any thread.
#pragma once
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "tocsin/rule_set.hpp"

namespace tocsin {

class RuleIndex {
 public:
  explicit RuleIndex(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {
    alarms_.reserve(rules_->alarms.size());
    for (const Alarm& alarm : rules_->alarms) alarms_.emplace(alarm.name, &alarm);
  }

  const RuleSet& rules() const { return *rules_; }
  // nullptr: the rules have no such alarm.
  const Alarm* find(std::string_view name) const {
    const auto found = alarms_.find(name);
    return found == alarms_.end() ? nullptr : found->second;
  }

 private:
  std::shared_ptr<const RuleSet> rules_;
  std::unordered_map<std::string_view, const Alarm*> alarms_;
};

}  // namespace tocsin
