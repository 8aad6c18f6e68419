// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/rule_test.hpp"

#include "rules/rule_tests/kinds.hpp"
#include "rules/rule_tests/test_keys.hpp"
#include "rules/ruleset/yaml_document.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

constexpr TestKind kKinds[] = {
    {"pattern", run_pattern_test},
    {"snapshot", run_snapshot_test},
    {"sequence", run_sequence_test},
    {"scenario", run_scenario_test},
    {"rule", run_rule_test},
    {"cycle", run_cycle_test},
    {"suppression", run_suppression_test},
    {"match", run_match_test},
    {"validate", run_validate_test},
};

std::string scalar_of(const ConfigNode& test, std::string_view key) {
  const ConfigNode* node = test.find(key);
  return node != nullptr && node->is_scalar() ? node->scalar : "";
}

std::string test_name(const ConfigNode& test) {
  std::string name = scalar_of(test, "name");
  if (name.empty()) name = scalar_of(test, "id");
  return name.empty() ? "line " + std::to_string(test.where.line) : name;
}

const TestKind* find_kind(std::string_view name, std::span<const TestKind> kinds) {
  for (const TestKind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

std::string unknown_kind(const std::string& name, std::span<const TestKind> kinds) {
  std::vector<std::string_view> names;
  for (const TestKind& kind : kinds) names.push_back(kind.name);
  return "no such kind: \"" + name + "\", " + suggest(name, names);
}

std::string judge(const ConfigNode& test, std::span<const TestKind> kinds,
                  const TestContext& context) {
  if (!test.is_map()) return "a test must be a map, but is " + std::string(kind_name(test));
  const std::string name = test_kind(test);
  const TestKind* kind = find_kind(name, kinds);
  if (kind == nullptr) return unknown_kind(name, kinds);
  return kind->run(test, context);
}

// `inline` holds what a rule file would: a map, its text, or a list of such.
void read_inline_rules(const ConfigNode& node, std::vector<ConfigNode>& into, Diagnostics& out) {
  if (node.is_sequence()) {
    for (const ConfigNode& item : node.items) read_inline_rules(item, into, out);
  } else if (node.is_scalar()) {
    into.push_back(read_yaml(node.scalar, node.where.file, out));
  } else if (node.is_map()) {
    into.push_back(node);
  } else if (!node.is_null()) {
    config::wrong_type(node, "inline", "the content of a rule file", out);
  }
}

}  // namespace

std::span<const TestKind> rule_test_kinds() { return kKinds; }

std::string test_kind(const ConfigNode& test) {
  if (const ConfigNode* kind = test.find("kind")) return kind->scalar;
  const ConfigNode* expect = test.find("expect");
  if (test.find("events") != nullptr || (expect != nullptr && expect->is_sequence()))
    return "scenario";
  if (test.find("alarm") != nullptr)
    return test.find("stream") != nullptr ? "sequence" : "snapshot";
  return "pattern";
}

TestResult run_test(const ConfigNode& test, std::span<const TestKind> kinds,
                    const TestContext& context) {
  TestResult result;
  result.name = test_name(test);
  result.detail = judge(test, kinds, context);
  result.ok = result.detail.empty();
  return result;
}

TestFile decode_test_file(const ConfigNode& root, Diagnostics& out) {
  TestFile file;
  ConfigReader read(root, "a test file", out);
  read.optional("rules", file.rules, ListForm::scalar_or_list);
  read.optional("packs", file.packs, ListForm::scalar_or_list);
  if (const ConfigNode* rules = read.find("inline"))
    read_inline_rules(*rules, file.inline_rules, out);
  if (const ConfigNode* tests = read.find_required("tests")) {
    if (tests->is_sequence())
      file.tests = tests->items;
    else if (!tests->is_null())
      config::wrong_type(*tests, "tests", "a list of tests", out);
  }
  read.finish();
  return file;
}

}  // namespace tocsin
