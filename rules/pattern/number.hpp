// SPDX-License-Identifier: Apache-2.0
// Numbers as text: the form of spec/filter-patterns.md 3.3, compared by value without ever losing a
// digit.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin {

// [+-] digits [. digits] [e [+-] digits], as in spec 3.3; nothing around it.
bool is_number(std::string_view text);

// By value: 3.0 == 3, 1e2 == 100, -0 == 0. Both must be numbers. Exponents beyond 10^17 count as
// that.
std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

// The same for numbers that compare as equal. Must be a number.
std::size_t hash_number(std::string_view text);

// A number that is compared with many; a view of its text.
class Number {
 public:
  // nullopt: is_number() says no.
  static std::optional<Number> parse(std::string_view text);

  // Its value if that is whole and has at most 18 digits, however it is written.
  std::optional<std::int64_t> integer() const {
    return is_integer_ ? std::optional(integer_) : std::nullopt;
  }
  // By value, as compare_numbers() does.
  friend std::strong_ordering operator<=>(const Number& a, const Number& b) {
    if (a.is_integer_ && b.is_integer_) return a.integer_ <=> b.integer_;
    return compare_numbers(a.text_, b.text_);
  }

 private:
  std::string_view text_;
  bool is_integer_ = false;
  std::int64_t integer_ = 0;
};

// The number a text stands for if it has the form of spec 3.3 `number` and is finite.
std::optional<double> parse_number(std::string_view text);

}  // namespace tocsin
