// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern/number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "rules/pattern/characters.hpp"
#include "tocsin/result.hpp"

namespace tocsin {
namespace {

// Far beyond any exponent that text could spell in digits, and far from overflow when a length is
// added.
constexpr std::int64_t kExponentMax = 100'000'000'000'000'000;

struct Parts {
  bool negative = false;
  std::string_view whole, fraction;  // digits
  std::int64_t exponent = 0;
};

std::string_view take_digits(std::string_view text, std::size_t& i) {
  const std::size_t begin = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return text.substr(begin, i - begin);
}

bool take_sign(std::string_view text, std::size_t& i) {
  if (i >= text.size() || (text[i] != '+' && text[i] != '-')) return false;
  return text[i++] == '-';
}

std::int64_t bounded(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), kExponentMax);
  return value;
}

std::optional<Parts> split_number(std::string_view text) {
  Parts parts;
  std::size_t i = 0;
  parts.negative = take_sign(text, i);
  parts.whole = take_digits(text, i);
  if (i < text.size() && text[i] == '.') parts.fraction = take_digits(text, ++i);
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const bool negative = take_sign(text, ++i);
    const std::string_view digits = take_digits(text, i);
    if (digits.empty()) return std::nullopt;
    parts.exponent = negative ? -bounded(digits) : bounded(digits);
  }
  if (i != text.size()) return std::nullopt;
  return parts;
}

std::string_view strip_leading_zeros(std::string_view digits) { return trim_start(digits, "0"); }
std::string_view strip_trailing_zeros(std::string_view digits) { return trim_end(digits, "0"); }

// 0.d1d2d3... * 10^point with d1 != 0; no digits at all is zero.
struct Magnitude {
  std::string_view whole, fraction;
  std::int64_t point = 0;

  explicit Magnitude(const Parts& parts) {
    whole = strip_leading_zeros(parts.whole);
    fraction = strip_trailing_zeros(parts.fraction);
    point = parts.exponent + static_cast<std::int64_t>(whole.size());
    if (whole.empty()) {
      const std::size_t before = fraction.size();
      fraction = strip_leading_zeros(fraction);
      point -= static_cast<std::int64_t>(before - fraction.size());
    }
    if (fraction.empty()) whole = strip_trailing_zeros(whole);
  }
  std::size_t size() const { return whole.size() + fraction.size(); }
  char digit(std::size_t i) const {
    if (i < whole.size()) return whole[i];
    return i < size() ? fraction[i - whole.size()] : '0';
  }
};

std::strong_ordering compare(const Magnitude& a, const Magnitude& b) {
  if (a.point != b.point) return a.point <=> b.point;
  const std::size_t digits = std::max(a.size(), b.size());
  for (std::size_t i = 0; i < digits; ++i)
    if (a.digit(i) != b.digit(i)) return a.digit(i) <=> b.digit(i);
  return std::strong_ordering::equal;
}

int sign(const Parts& parts, const Magnitude& magnitude) {
  if (magnitude.size() == 0) return 0;
  return parts.negative ? -1 : 1;
}

// Of digits only, few enough that no sum overflows.
constexpr std::size_t kIntegerDigitsMax = 18;

std::optional<std::int64_t> plain_integer(std::string_view text) {
  if (text.empty() || text.size() > kIntegerDigitsMax) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::int64_t> whole_value(const Parts& parts) {
  const Magnitude magnitude(parts);
  if (magnitude.size() == 0) return 0;
  const auto digits = static_cast<std::int64_t>(magnitude.size());
  if (magnitude.point < digits || magnitude.point > static_cast<std::int64_t>(kIntegerDigitsMax))
    return std::nullopt;
  std::int64_t value = 0;
  for (std::int64_t i = 0; i < magnitude.point; ++i)
    value = value * 10 + (magnitude.digit(static_cast<std::size_t>(i)) - '0');
  return parts.negative ? -value : value;
}

}  // namespace

std::optional<Number> Number::parse(std::string_view text) {
  Number number;
  number.text_ = text;
  std::optional<std::int64_t> integer = plain_integer(text);
  if (!integer) {
    const std::optional<Parts> parts = split_number(text);
    if (!parts) return std::nullopt;
    integer = whole_value(*parts);
  }
  number.is_integer_ = integer.has_value();
  number.integer_ = integer.value_or(0);
  return number;
}

bool is_number(std::string_view text) { return split_number(text).has_value(); }

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  const std::optional<Parts> left = split_number(a), right = split_number(b);
  TOCSIN_ASSERT(left && right);
  const Magnitude left_size(*left), right_size(*right);
  const int left_sign = sign(*left, left_size), right_sign = sign(*right, right_size);
  if (left_sign != right_sign) return left_sign <=> right_sign;
  if (left_sign == 0) return std::strong_ordering::equal;
  return left_sign > 0 ? compare(left_size, right_size) : compare(right_size, left_size);
}

std::size_t hash_number(std::string_view text) {
  const std::optional<Parts> parts = split_number(text);
  TOCSIN_ASSERT(parts);
  const Magnitude magnitude(*parts);
  if (magnitude.size() == 0) return 0;
  constexpr std::size_t kSpread = 0x9E37'79B9'7F4A'7C15;
  std::size_t hash = static_cast<std::size_t>(magnitude.point) * 2 + (parts->negative ? 1 : 0);
  for (std::size_t i = 0; i < magnitude.size(); ++i)
    hash = hash * kSpread + static_cast<unsigned char>(magnitude.digit(i));
  return hash * kSpread;
}

std::optional<double> parse_number(std::string_view text) {
  const std::optional<Parts> parts = split_number(text);
  if (!parts) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{}) return value;
  // Out of range: too small is zero, too large is no finite number.
  const Magnitude magnitude(*parts);
  if (magnitude.point > 0) return std::nullopt;
  return parts->negative ? -0.0 : 0.0;
}

}  // namespace tocsin
