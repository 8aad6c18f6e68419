// SPDX-License-Identifier: Apache-2.0
// Results of rule tests as `tocsin test --format` prints them: text, tap (version 13), junit (XML),
// json (one object a test).
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "daemon/cli/terminal.hpp"
#include "rules/rule_tests/rule_test.hpp"

namespace tocsin {

class TestReport {
 public:
  virtual ~TestReport() = default;
  virtual void add(const std::string& file, const TestResult& result) = 0;
  // Once, after the last.
  virtual void finish() = 0;
};

// `out` outlives the report. A format that is not known: text.
std::unique_ptr<TestReport> make_test_report(std::string_view format, Output& out);

}  // namespace tocsin
