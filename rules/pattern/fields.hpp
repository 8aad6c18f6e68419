// SPDX-License-Identifier: Apache-2.0
// A message split into space-delimited fields, spec/filter-patterns.md 6.2.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace tocsin {

struct Field {
  std::string_view text;  // without its delimiters
  std::size_t begin = 0;  // of the field in the message, its opening delimiter included
};

// Clears `out`. Linear in the message.
void split_fields(std::string_view message, std::vector<Field>& out);

}  // namespace tocsin
