// SPDX-License-Identifier: Apache-2.0
// Kinds match and validate: SNS filter policies.
#include "rules/message/filter_policy.hpp"
#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/test_keys.hpp"

namespace tocsin {
namespace {

constexpr std::pair<std::string_view, FilterScope> kScopes[] = {
    {"MessageAttributes", FilterScope::message_attributes},
    {"MessageBody", FilterScope::message_body}};

// What both kinds begin with. `policy` nullptr: reported.
struct PolicyTest {
  FilterScope scope = FilterScope::message_attributes;
  const ConfigNode* policy = nullptr;
};

PolicyTest read_policy_test(ConfigReader& read) {
  PolicyTest test;
  allow_common_keys(read);
  read.optional_name("scope", test.scope, kScopes);
  test.policy = read.find_required("policy");
  return test;
}

std::vector<MessageAttribute> read_attributes(ConfigReader& read) {
  std::vector<MessageAttribute> attributes;
  const ConfigNode* map = read.find("attributes");
  if (map == nullptr) return attributes;
  if (!map->is_map()) config::wrong_type(*map, "attributes", "a map", read.diagnostics());
  for (const auto& [name, node] : map->entries) {
    MessageAttribute attribute{name.scalar, "", ""};
    ConfigReader one(node, "attribute `" + name.scalar + "`", read.diagnostics());
    one.require("Type", attribute.type);
    one.require("Value", attribute.value);
    one.finish();
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

std::string show(const Diagnostic& fault) { return fault.code + ": " + fault.text; }

}  // namespace

std::string run_match_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a match test", faults);
  const PolicyTest test = read_policy_test(read);
  const std::vector<MessageAttribute> attributes = read_attributes(read);
  std::string body;
  read.optional("body", body);
  bool wanted = false;
  read.require("expect_match", wanted);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  const auto policy = FilterPolicy::parse(*test.policy, test.scope, faults);
  if (!policy) return "the policy is refused, " + show(faults.list().front());
  const bool accepted = test.scope == FilterScope::message_body
                            ? policy->accepts_body(body)
                            : policy->accepts_attributes(attributes);
  if (accepted == wanted) return {};
  return accepted ? "is accepted, but must not be" : "is not accepted, but must be";
}

std::string run_validate_test(const ConfigNode& node, const TestContext&) {
  Diagnostics faults;
  ConfigReader read(node, "a validate test", faults);
  const PolicyTest test = read_policy_test(read);
  bool valid = false;
  std::string code;
  read.optional("expect_valid", valid);
  read.optional("expect_invalid", code);
  read.finish();
  if (faults.has_errors()) return first_faults(faults);
  if (valid == !code.empty()) return "give `expect_valid: true` or `expect_invalid: CODE`";
  if (FilterPolicy::parse(*test.policy, test.scope, faults))
    return valid ? "" : "is accepted, but must be refused as " + code;
  const Diagnostic& first = faults.list().front();
  if (first.code == code) return {};
  return "is refused, " + show(first) + (valid ? "" : ", not " + code);
}

}  // namespace tocsin
