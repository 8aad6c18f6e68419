// SPDX-License-Identifier: Apache-2.0
// Numbers as text: the form of spec/filter-patterns.md 3.3, compared by value without ever losing a
// digit.
#pragma once
#include <compare>
#include <optional>
#include <string_view>

namespace tocsin {

// [+-] digits [. digits] [e [+-] digits], as in spec 3.3; nothing around it.
bool is_number(std::string_view text);

// By value: 3.0 == 3, 1e2 == 100, -0 == 0. Both must be numbers. Exponents beyond 10^17 count as
// that.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

// The number a text stands for if it has the form of spec 3.3 `number` and is finite.
std::optional<double> parse_number(std::string_view text);

}  // namespace tocsin
