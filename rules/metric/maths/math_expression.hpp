// SPDX-License-Identifier: Apache-2.0
// One expression of metric maths as a syntax tree.
//
// By precedence from OR up: OR ||, AND &&, comparisons (two in a row need brackets), + -, * /, the
// minus of one operand, ^ (from the right: 2^3^2 is 2^9, -m1^2 is -(m1^2)).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rules/metric/maths/math_error.hpp"
#include "rules/metric/maths/math_functions.hpp"

namespace tocsin {

inline constexpr std::size_t kMathCharactersMax = 2048;
inline constexpr int kMathDepthMax = 64;  // brackets, functions, signs and exponents in each other

enum class MathType { scalar, series, array };  // the wider the later

// What the checker finds out about a value.
struct MathTypeInfo {
  MathType type = MathType::scalar;
  std::size_t width = 1;      // of an array: at most so many time series
  std::size_t look_back = 0;  // how many datapoints before it the newest one needs, gaps aside
};

// ANOMALY_DETECTION_BAND(id, deviations).
struct MathBand {
  std::size_t entry = 0;  // whose band
  double deviations = 2;
  std::size_t index = 0;  // among the bands of a program
};

struct MathExpression {
  enum class Operator {
    add,
    subtract,
    multiply,
    divide,
    power,
    equal,
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    both,   // AND
    either  // OR
  };
  struct Number {
    double value = 0;
  };
  struct Reference {
    std::string id;
    std::size_t entry = 0;  // by the checker
  };
  struct Word {
    std::string name;  // REPEAT, AVG, DESC
  };
  struct Text {
    std::string value;
  };
  struct Negation {
    std::vector<MathExpression> operand;  // exactly one
  };
  struct Binary {
    Operator op = Operator::add;
    std::vector<MathExpression> sides;  // exactly two
  };
  struct Array {
    std::vector<MathExpression> members;  // one or more
  };
  struct Call {
    const MathFunction* function = nullptr;
    std::vector<MathExpression> arguments;
    std::vector<std::size_t> entries;  // of METRICS, by the checker
    MathBand band;                     // of ANOMALY_DETECTION_BAND, by the checker
  };
  std::variant<Number, Reference, Word, Text, Negation, Binary, Array, Call> node;
  // Where it stands; of an operation, its symbol; of a call, the function's name.
  std::size_t offset = 0, length = 1;
  MathTypeInfo info;  // by the checker
};

bool is_comparison(MathExpression::Operator op);
bool is_logical(MathExpression::Operator op);

// The error's `entry` is 0.
std::variant<MathExpression, MathError> parse_math(std::string_view text);

// With no brackets but the needed ones; parsing it gives the same tree.
std::string to_string(const MathExpression& expression);

}  // namespace tocsin
