// SPDX-License-Identifier: Apache-2.0
// Tests of rules, `*.test.yaml`: contract.md section 4. Pure: documents and loaded events in,
// results out; the wall clock of a test is virtual.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/ruleset/rule_loader.hpp"
#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/log_event.hpp"
#include "tocsin/result.hpp"

namespace tocsin {

// What became of one test. `detail` says what differs; empty if all is well.
struct TestResult {
  std::string name;
  bool ok = false;
  std::string detail;
};

// What a kind of test may use beside the test itself.
struct TestContext {
  // Rules, packs and inline rules of the test file. If one of them is broken, `fault` says so and
  // the kinds that need rules fail with it.
  std::vector<RuleDocument> rules;
  std::string fault;
  // The events of a file, named as the test names it (relative to the test file), in file order.
  std::function<Result<std::vector<EventBatch>>(const std::string& path)> load_events;
};

// "": passed; else what differs.
using RunTest = std::string (*)(const ConfigNode& test, const TestContext& context);

// One row of the table of kinds.
struct TestKind {
  std::string_view name;
  RunTest run;
};

// Those that need nothing but rules/. The caller adds its own (schedule and classify belong to the
// notifiers).
std::span<const TestKind> rule_test_kinds();

// The kind of a test: its `kind` key, else by the keys that it has.
std::string test_kind(const ConfigNode& test);

TestResult run_test(const ConfigNode& test, std::span<const TestKind> kinds,
                    const TestContext& context);

// A test file, decoded as far as it must be understood to run its tests.
struct TestFile {
  std::vector<std::string> rules;        // paths, relative to the file
  std::vector<std::string> packs;        // names
  std::vector<ConfigNode> inline_rules;  // content of rule files
  std::vector<ConfigNode> tests;         // as written
};

// Faults of the file (not of single tests) go to `out`.
TestFile decode_test_file(const ConfigNode& root, Diagnostics& out);

}  // namespace tocsin
