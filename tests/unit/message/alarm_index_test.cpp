// SPDX-License-Identifier: Apache-2.0
#include "rules/message/alarm_index.hpp"

#include "support/catch.hpp"

using namespace tocsin;

namespace {

MetricFilter filter_of(std::string name, std::string metric) {
  MetricFilter out;
  out.name = std::move(name);
  out.metric_namespace = "Shop";
  out.metric_name = std::move(metric);
  return out;
}

Alarm alarm_of(std::string name, std::string metric) {
  Alarm out;
  out.name = std::move(name);
  out.metric_namespace = "Shop";
  out.metric_name = std::move(metric);
  return out;
}

}  // namespace

TEST_CASE("alarms are found by name, whatever their order", "[rules][message]") {
  RuleSet rules;
  for (const char* name : {"m", "z", "a", "k"}) rules.alarms.push_back(alarm_of(name, "x"));
  const AlarmIndex index(rules);
  for (const Alarm& a : rules.alarms) CHECK(index.alarm(a.name) == &a);
  for (const char* name : {"", "b", "zz"}) CHECK(index.alarm(name) == nullptr);
}

TEST_CASE("an index keeps the rules that are handed to it", "[rules][message]") {
  RuleSet rules;
  rules.alarms.push_back(alarm_of("a", "x"));
  const AlarmIndex index(std::make_shared<const RuleSet>(std::move(rules)));
  REQUIRE(index.alarm("a") != nullptr);
  CHECK(index.alarm("a")->metric_name == "x");
}

TEST_CASE("an alarm's filter is the first of its metric, or the one of its name",
          "[rules][message]") {
  RuleSet rules;
  rules.filters = {filter_of("late", "refused"), filter_of("early", "refused"),
                   filter_of("other", "taken")};
  const AlarmIndex index(rules);
  CHECK(index.filter_of(alarm_of("some", "refused")) == &rules.filters[0]);
  CHECK(index.filter_of(alarm_of("early", "refused")) == &rules.filters[1]);
  CHECK(index.filter_of(alarm_of("other", "refused")) == &rules.filters[0]);
  CHECK(index.filter_of(alarm_of("some", "gone")) == nullptr);
  Alarm elsewhere = alarm_of("some", "refused");
  elsewhere.metric_namespace = "Bank";
  CHECK(index.filter_of(elsewhere) == nullptr);
}
