// SPDX-License-Identifier: Apache-2.0
// Composite alarms for tests of the Engine.
#pragma once
#include <memory>
#include <string>

#include "support/composite_of.hpp"
#include "unit/engine/world.hpp"

namespace tocsin {

inline Alarm composite_alarm(const std::string& name, const std::string& rule) {
  Alarm a;
  a.name = name;
  a.composite = composite_of(rule);
  a.alarm_topics = a.ok_topics = {"ops"};
  return a;
}

inline Alarm with_suppressor(Alarm alarm, const std::string& by, Duration wait,
                             Duration extension) {
  auto composite = std::make_shared<Composite>(*alarm.composite);
  composite->suppressor = Suppressor{by, wait, extension};
  alarm.composite = std::move(composite);
  return alarm;
}

// Alarms a, b, ... that go to ALARM with one event of their filters, 0, 1, ..., and to OK a minute
// later; nobody is told of them.
inline RuleSet single_rules(const std::string& letters) {
  RuleSet rules = rules_with({}, {});
  for (const char c : letters) {
    rules.filters.push_back(filter_named(std::string(1, c)));
    rules.alarms.push_back(count_alarm(std::string(1, c), 1, minutes{1}));
    rules.alarms.back().alarm_topics = {};
    rules.alarms.back().ok_topics = {};
  }
  return rules;
}

}  // namespace tocsin
