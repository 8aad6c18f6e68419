// SPDX-License-Identifier: Apache-2.0
// The log groups of a scenario: a test needs no configuration, so that they are what its events
// and its rules name.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule_tests/rule_test.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

class ScenarioGroups {
 public:
  // Reads `lateness` of the test: 0 if it has none.
  explicit ScenarioGroups(ConfigReader& read);

  // An event of `log_group`: the first decides whether the group holds CloudTrail events (JSON) or
  // lines.
  void add(const std::string& log_group, std::string_view message);

  // The rules of the test file over these groups; nullptr: `out` says why.
  std::shared_ptr<const RuleSet> build_rules(const TestContext& context, Diagnostics& out) const;

  Duration lateness() const { return lateness_; }

 private:
  std::vector<LogGroup> groups_;
  Duration lateness_{0};
};

}  // namespace tocsin
