// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/delivery_kinds.hpp"

#include <cmath>

#include "notifiers/delivery_policy.hpp"
#include "notifiers/http_outcome.hpp"
#include "notifiers/retry_policy.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

constexpr double kToleranceSeconds = 0.001;

struct ExpectedSchedule {
  std::string error;
  std::vector<double> delays;
};

ExpectedSchedule read_expected(const ConfigNode& node, Diagnostics& out) {
  ExpectedSchedule expected;
  if (node.is_map()) {
    ConfigReader read(node, "`expect`", out);
    read.require("error", expected.error);
    read.finish();
    return expected;
  }
  if (!node.is_sequence())
    config::wrong_type(node, "expect", "a list of seconds, or {error: CODE}", out);
  for (const ConfigNode& item : node.items)
    if (const auto delay = config::number(item, "expect[]", {}, out))
      expected.delays.push_back(*delay);
  return expected;
}

std::string show(const std::vector<double>& delays) {
  std::string text = "[";
  for (const double delay : delays)
    text += (text.size() > 1 ? ", " : "") + config::show_number(delay);
  return text + "]";
}

bool same_delays(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    // The bound is inclusive; the slack is for decimals that doubles cannot hold.
    if (std::abs(a[i] - b[i]) > kToleranceSeconds + 1e-9) return false;
  return true;
}

std::string compare(const Result<std::vector<FractionalSeconds>>& schedule,
                    const ExpectedSchedule& expected) {
  if (!schedule) {
    if (schedule.error().code == expected.error) return {};
    return "refused as " + schedule.error().code + ": " + schedule.error().text;
  }
  std::vector<double> delays;
  for (const FractionalSeconds& delay : *schedule) delays.push_back(delay.count());
  if (!expected.error.empty()) return "gives " + show(delays) + ", not error " + expected.error;
  if (same_delays(delays, expected.delays)) return {};
  return "gives " + show(delays) + ", not " + show(expected.delays);
}

std::string run_schedule_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a schedule test", faults);
  allow_common_keys(read);
  const ConfigNode* policy_node = read.find_required("policy");
  const ConfigNode* expect_node = read.find_required("expect");
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  const HealthyRetryPolicy policy = read_healthy_retry_policy(*policy_node, faults);
  const ExpectedSchedule expected = read_expected(*expect_node, faults);
  if (faults.has_errors()) return first_faults(faults);
  return compare(retry_schedule(policy), expected);
}

std::string run_classify_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a classify test", faults);
  allow_common_keys(read);
  std::string outcome, expect;
  read.require("outcome", outcome);
  read.require("expect", expect);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  const auto found = classify_outcome(outcome);
  if (!found) return "no such outcome: " + outcome;
  if (to_string(*found) == expect) return {};
  return "is " + std::string(to_string(*found)) + ", not " + expect;
}

constexpr TestKind kKinds[] = {{"schedule", run_schedule_test}, {"classify", run_classify_test}};

}  // namespace

std::span<const TestKind> delivery_test_kinds() { return kKinds; }

}  // namespace tocsin
