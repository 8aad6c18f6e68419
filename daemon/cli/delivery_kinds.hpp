// SPDX-License-Identifier: Apache-2.0
// The kinds of rule tests that are about deliveries: schedule and classify. They stand here since
// rules/ knows no notifiers.
#pragma once
#include <span>

#include "rules/rule_tests/rule_test.hpp"

namespace tocsin {

std::span<const TestKind> delivery_test_kinds();

}  // namespace tocsin
