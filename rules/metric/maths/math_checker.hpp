// SPDX-License-Identifier: Apache-2.0
// Types of metric maths, judged before anything is evaluated: what each operator and function may
// be given and what comes out, which entries are referred to, how far back an expression looks.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/metric/maths/math_expression.hpp"

namespace tocsin {

// No array is wider; so each step of an evaluation has a bounded cost.
inline constexpr std::size_t kMathArrayMax = 100;

// The entries around an expression, as the checker asks for them.
struct MathScope {
  // The entry of an id; nothing: none has it.
  std::function<std::optional<std::size_t>(std::string_view id)> find;
  // What an entry is; nothing: it cannot be told, and `why` says so unless the entry itself is at
  // fault and is reported there.
  std::function<std::optional<MathTypeInfo>(std::size_t entry, std::optional<MathFault>& why)> info;
  std::function<bool(std::size_t entry)> is_metric;
  std::vector<std::string> ids;  // of all entries, in order
};

// What is found beside the types. `entry` in errors and notices is left 0.
struct MathFindings {
  std::optional<MathError> error;  // nothing although the check failed: reported elsewhere
  std::vector<MathNotice> notices;
};

// Fills in `info` and what refers to entries, in the whole tree. False: it cannot be evaluated.
bool check_math(MathExpression& expression, const MathScope& scope, MathFindings& findings);

// "a scalar", "a time series", "an array of time series".
std::string_view described(MathType type);

}  // namespace tocsin
