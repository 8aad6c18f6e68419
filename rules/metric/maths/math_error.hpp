// SPDX-License-Identifier: Apache-2.0
// What is wrong, or worth knowing, in metric maths: spec/alarms.md section 7.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin {

enum class MathFault {
  id,                // an entry's id: no id, or there twice. The column counts in the id
  length,            // more than 2,048 characters
  syntax,            // cannot be read
  depth,             // nested too deep
  unknown_function,  // no such function
  not_supported,     // a function of CloudWatch's that an alarm here cannot have
  unknown_id,        // no entry has this id
  cycle,             // an expression that needs itself
  arguments,         // too few or too many, or no such word or number there
  type,              // a scalar, time series or array where another is meant
  too_many,          // metrics, expressions or series
  result             // the whole is not what an alarm compares
};
std::string_view to_string(MathFault fault);  // "unknown_id"

// `entry` counts from 0, `column` from 1, in bytes: they point into that entry's expression.
struct MathError {
  MathFault fault = MathFault::syntax;
  std::size_t entry = 0;
  int column = 1;
  int length = 1;
  std::string text;
  std::string hint;
};

// Nothing wrong, but not what one would think. Codes: `whole-series` (the value depends on how many
// datapoints are looked at, which an alarm does not promise), `fill` (the newest datapoint is never
// missing), `empty-array` (METRICS("x") finds none).
struct MathNotice {
  std::string code;
  std::size_t entry = 0;
  int column = 1;
  int length = 1;
  std::string text;
};

}  // namespace tocsin
