// SPDX-License-Identifier: Apache-2.0
#include "tocsin/shared_value.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "tocsin/rule_set.hpp"

using namespace tocsin;

namespace {

Alarm some_alarm() {
  Alarm alarm;
  alarm.description = "orders fail";
  alarm.metric_name = "failed";
  alarm.alarm_topics = alarm.ok_topics = {"ops", "shop"};
  alarm.tags = {{"team", "shop"}};
  alarm.escalate = {{minutes{5}, "boss"}};
  alarm.evidence.fields = {"$.user"};
  return alarm;
}

}  // namespace

TEST_CASE("alarms alike share their texts and lists") {
  RuleSet rules;
  rules.alarms = {some_alarm(), some_alarm()};
  share_equal_values(rules);
  const Alarm &a = rules.alarms[0], &b = rules.alarms[1];
  CHECK(&*a.description == &*b.description);
  CHECK(&*a.metric_name == &*b.metric_name);
  CHECK(&*a.alarm_topics == &*b.ok_topics);
  CHECK(&*a.tags == &*b.tags);
  CHECK(&*a.escalate == &*b.escalate);
  CHECK(&*a.evidence.fields == &*b.evidence.fields);
  CHECK(a.description == "orders fail");
  CHECK(a.alarm_topics == std::vector<std::string>{"ops", "shop"});
}

TEST_CASE("rules that are kept refer to nothing of those that they were copied from") {
  RuleSet read;
  read.alarms = {some_alarm()};
  RuleSet kept = read;
  CHECK(&*kept.alarms[0].description == &*read.alarms[0].description);
  share_equal_values(kept);
  CHECK(&*kept.alarms[0].description != &*read.alarms[0].description);
  CHECK(kept.alarms[0].description == read.alarms[0].description);
}

TEST_CASE("a shared value is replaced for one holder and stays for the others") {
  Shared<std::string> one = "before";
  const Shared<std::string> other = one;
  one = one + ", and after";
  CHECK(one == "before, and after");
  CHECK(other == "before");
  one = {};
  CHECK(one.empty());
  CHECK(one == std::string());
}

TEST_CASE("shared values compare as what they hold does") {
  const Shared<std::vector<std::string>> a{"x"}, same{"x"}, b{"y"};
  CHECK(a == same);
  CHECK(a != b);
  CHECK(a < b);
  CHECK(Shared<std::string>("").empty());
}
