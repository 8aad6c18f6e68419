// SPDX-License-Identifier: Apache-2.0
#include "rules/message/filter_value.hpp"

#include <cmath>
#include <limits>

#include "rules/pattern/json_string.hpp"
#include "rules/pattern/number.hpp"

namespace tocsin {
namespace {

using Kind = FilterValue::Kind;

constexpr double kTolerance = 5e-6;  // numbers have five decimals

}  // namespace

FilterValue FilterValue::of_text(std::string_view text) {
  FilterValue value{.kind = Kind::text};
  value.text = text;
  return value;
}

FilterValue FilterValue::of_number(std::string_view number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double beyond = number.starts_with('-') ? -kInfinity : kInfinity;
  return {.kind = Kind::number, .number = parse_number(number).value_or(beyond)};
}

FilterValue FilterValue::of_json(const JsonNode& scalar) {
  switch (scalar.kind) {
    case JsonNode::Kind::null:
      return {.kind = Kind::null};
    case JsonNode::Kind::boolean:
      return {.kind = Kind::boolean, .boolean = scalar.boolean};
    case JsonNode::Kind::number:
      return of_number(scalar.text);
    default:
      return of_text(scalar.text);
  }
}

FilterValue FilterValue::of_config(const ConfigNode& scalar) {
  if (scalar.is_null()) return {.kind = Kind::null};
  if (scalar.quoted) return of_text(scalar.scalar);
  if (scalar.scalar == "true" || scalar.scalar == "false")
    return {.kind = Kind::boolean, .boolean = scalar.scalar == "true"};
  return is_json_number(scalar.scalar) ? of_number(scalar.scalar) : of_text(scalar.scalar);
}

bool equal(const FilterValue& a, const FilterValue& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::text:
      return a.text == b.text;
    case Kind::number:
      return a.number == b.number || std::abs(a.number - b.number) < kTolerance;
    case Kind::boolean:
      return a.boolean == b.boolean;
    case Kind::null:
      return true;
    case Kind::absent:
      break;
  }
  return false;
}

}  // namespace tocsin
