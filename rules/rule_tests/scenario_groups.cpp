// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/scenario_groups.hpp"

#include <algorithm>

namespace tocsin {
namespace {

bool is_json(std::string_view message) {
  const std::size_t first = message.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && message[first] == '{';
}

}  // namespace

ScenarioGroups::ScenarioGroups(ConfigReader& read) { read.optional("lateness", lateness_); }

void ScenarioGroups::add(const std::string& log_group, std::string_view message) {
  const auto same_name = [&](const LogGroup& group) { return group.name == log_group; };
  if (std::any_of(groups_.begin(), groups_.end(), same_name)) return;
  LogGroup group;
  group.name = log_group;
  group.input = is_json(message) ? "cloudtrail" : "file";
  group.dedup = group.input == "cloudtrail";
  groups_.push_back(std::move(group));
}

std::shared_ptr<const RuleSet> ScenarioGroups::build_rules(const TestContext& context,
                                                           Diagnostics& out) const {
  if (!context.fault.empty()) {
    out.error("rules", {}, context.fault);
    return nullptr;
  }
  RuleContext world;
  world.log_groups = groups_;
  world.any_log_group = true;
  world.any_topic = true;
  const auto built = build_rule_set(context.rules, world, out);
  if (built == nullptr) return nullptr;
  auto rules = std::make_shared<RuleSet>(*built);
  for (LogGroup& group : rules->log_groups) group.lateness = lateness_;
  return rules;
}

}  // namespace tocsin
