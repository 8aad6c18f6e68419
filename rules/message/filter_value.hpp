// SPDX-License-Identifier: Apache-2.0
// What the rules of a filter policy compare: typed scalars of policies and messages.
#pragma once
#include <string>
#include <string_view>

#include "rules/pattern/json_event.hpp"
#include "tocsin/config_node.hpp"

namespace tocsin {

// One value of a message: an attribute, an element of an array, or a leaf of the body.
struct FilterValue {
  enum class Kind { absent, null, boolean, number, text };
  Kind kind = Kind::absent;
  bool boolean = false;
  double number = 0;  // infinite if it is written larger than a double
  std::string text = {};

  static FilterValue of_text(std::string_view text);
  static FilterValue of_number(std::string_view number);  // is_number holds for it
  static FilterValue of_json(const JsonNode& scalar);     // no object and no array
  // Typed as written: plain true, false, null and JSON numbers are such, all else is text.
  static FilterValue of_config(const ConfigNode& scalar);  // no map and no list
};

// Typed: text never equals a number. Numbers by value, to five decimals.
bool equal(const FilterValue& a, const FilterValue& b);

}  // namespace tocsin
