// SPDX-License-Identifier: Apache-2.0
// The kinds of rule tests that need nothing but rules/. All return "" or what
// differs.
#pragma once
#include <string>

#include "rules/rule_tests/rule_test.hpp"

namespace tocsin {

std::string run_pattern_test(const ConfigNode& test, const TestContext& context);
std::string run_snapshot_test(const ConfigNode& test, const TestContext& context);
std::string run_sequence_test(const ConfigNode& test, const TestContext& context);
std::string run_rule_test(const ConfigNode& test, const TestContext& context);
std::string run_cycle_test(const ConfigNode& test, const TestContext& context);
std::string run_suppression_test(const ConfigNode& test, const TestContext& context);
std::string run_scenario_test(const ConfigNode& test, const TestContext& context);
std::string run_match_test(const ConfigNode& test, const TestContext& context);
std::string run_validate_test(const ConfigNode& test, const TestContext& context);

}  // namespace tocsin
