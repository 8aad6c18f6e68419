// SPDX-License-Identifier: Apache-2.0
// What a scenario expects, held against the world as it is.
#include <algorithm>
#include <set>

#include "rules/rule_tests/scenario_world.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

bool has_members(const AlarmKey& key, const AlarmKey& members) {
  return std::all_of(members.begin(), members.end(), [&key](const auto& member) {
    return std::find(key.begin(), key.end(), member) != key.end();
  });
}

// The state of an alarm over several keys: ALARM if any is (spec/time.md section 5).
AlarmState overall(AlarmState a, AlarmState b) {
  const auto rank = [](AlarmState s) {
    return s == AlarmState::alarm ? 2 : s == AlarmState::ok ? 1 : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

const Alarm* find_alarm(const RuleSet& rules, const std::string& name) {
  for (const Alarm& alarm : rules.alarms)
    if (alarm.name == name) return &alarm;
  return nullptr;
}

std::string unknown_alarm(const RuleSet& rules, const std::string& name) {
  std::vector<std::string_view> names;
  for (const Alarm& alarm : rules.alarms) names.push_back(alarm.name);
  return "no alarm is named \"" + name + "\", " + suggest(name, names);
}

std::set<std::string> topic_names(const RuleSet& rules) {
  std::set<std::string> names;
  for (const Topic& topic : rules.topics) names.insert(topic.name);
  for (const Alarm& alarm : rules.alarms) {
    for (const auto* topics :
         {&alarm.alarm_topics, &alarm.ok_topics, &alarm.insufficient_data_topics})
      names.insert(topics->begin(), topics->end());
    for (const EscalationStep& step : alarm.escalate) names.insert(step.topic);
  }
  return names;
}

// Everything of a message that a person may read.
std::string text_of(const Notification& n) {
  std::string text = n.subject;
  for (const std::string* part :
       {&n.summary, &n.description, &n.condition, &n.value_text, &n.runbook, &n.log_group, &n.when,
        &n.duration_text, &n.transition.alarm, &n.transition.reason})
    text += "\n" + *part;
  for (const auto& [name, value] : n.transition.key) text += "\n" + name + ": " + value;
  for (const auto& [name, value] : n.tags) text += "\n" + name + ": " + value;
  for (const NotifiedEvent& event : n.events) {
    const FiveWs& facts = event.facts;
    for (const std::string* part : {&facts.who, &facts.what, &facts.when, &facts.where})
      text += "\n" + *part;
    for (const std::string& resource : facts.resources) text += "\n" + resource;
    text += "\n" + event.evidence.message;
  }
  return text + "\n" + n.cloudwatch_message;
}

std::string show(std::optional<double> value) {
  return value ? config::show_number(*value) : "no datapoint";
}

std::string show(const AlarmKey& key) {
  std::string text;
  for (const auto& [name, value] : key)
    text += (text.empty() ? " {" : ", ") + name + ": \"" + value + "\"";
  return text.empty() ? "" : text + "}";
}

}  // namespace

std::string ScenarioWorld::check_until(Instant now) {
  for (; next_expectation_ < scenario_.expectations.size(); ++next_expectation_) {
    const Expectation& expectation = scenario_.expectations[next_expectation_];
    if (expectation.at > now) break;
    const std::string difference = check(expectation);
    if (!difference.empty())
      return difference + " (line " + std::to_string(expectation.line) + ", at " +
             format_duration(expectation.at - scenario_.start) + ")";
  }
  return {};
}

std::string ScenarioWorld::check(const Expectation& expectation) const {
  return std::visit([this](const auto& what) { return check(what); }, expectation.what);
}

std::string ScenarioWorld::check(const ExpectedAlarm& expected) const {
  const Alarm* alarm = find_alarm(*scenario_.rules, expected.alarm);
  if (alarm == nullptr) return unknown_alarm(*scenario_.rules, expected.alarm);
  // A key that has not been seen is in the state in which it would begin.
  const AlarmState beginning =
      alarm->anchor == Anchor::event ? AlarmState::ok : AlarmState::insufficient_data;
  std::optional<AlarmState> state;
  for (const AlarmStatus& status : engine_->alarms())
    if (status.alarm == expected.alarm && has_members(status.key, expected.key))
      state = overall(state.value_or(AlarmState::insufficient_data), status.state);
  const AlarmState is = state.value_or(beginning);
  if (is == expected.state) return {};
  return "alarm \"" + expected.alarm + "\"" + show(expected.key) + " is " +
         std::string(to_string(is)) + ", not " + std::string(to_string(expected.state));
}

std::string ScenarioWorld::check(const ExpectedMessages& expected) const {
  const std::set<std::string> topics = topic_names(*scenario_.rules);
  if (topics.count(expected.topic) == 0)
    return "no rule notifies \"" + expected.topic + "\", " + suggest(expected.topic, topics);
  std::vector<const Notification*> told;
  for (const Notification& n : told_)
    if (n.topic == expected.topic) told.push_back(&n);
  const std::string head = "topic \"" + expected.topic + "\" got " + std::to_string(told.size()) +
                           (told.size() == 1 ? " message" : " messages");
  if (expected.count && told.size() != *expected.count)
    return head + ", not " + std::to_string(*expected.count);
  if (!expected.count && told.empty()) return head;
  const auto contains_all = [&expected](const Notification* n) {
    const std::string text = text_of(*n);
    return std::all_of(
        expected.contains.begin(), expected.contains.end(),
        [&text](const std::string& wanted) { return text.find(wanted) != std::string::npos; });
  };
  if (told.empty() || std::any_of(told.begin(), told.end(), contains_all)) return {};
  return head + ", none contains " + list_names(expected.contains) +
         "; the last is: " + told.back()->subject + ": " + told.back()->summary;
}

std::string ScenarioWorld::check(const ExpectedMetric& expected) const {
  const auto found = sampled_.find(&expected);
  const std::optional<double> value = found == sampled_.end() ? std::nullopt : found->second.value;
  if (value == expected.value) return {};
  return to_string(expected.statistic) + " of " + expected.metric + show(expected.dimensions) +
         " is " + show(value) + ", not " + show(expected.value);
}

}  // namespace tocsin
