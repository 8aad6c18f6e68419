// SPDX-License-Identifier: Apache-2.0
// Random filter patterns of all families, most of them made to fit a given event.
#pragma once
#include <string>
#include <vector>

#include "random_json.hpp"

namespace tocsin::fuzz {

struct MadePattern {
  std::string text;
  std::vector<std::string> parts;  // for the histogram: "json = word", "terms exclusion", ...
};

MadePattern random_json_pattern(const Value& model, Random& random);
MadePattern random_terms_pattern(const std::string& line, Random& random);
MadePattern random_delimited_pattern(const std::string& line, Random& random);

// $.a.b of something in `model`, or of nothing.
std::string random_selector(const Value& model, Random& random);

// A line of words, numbers, "quoted" and [bracketed] fields.
std::string random_line(Random& random);

}  // namespace tocsin::fuzz
