// SPDX-License-Identifier: Apache-2.0
#include "rules/message/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "rules/pattern/characters.hpp"

namespace tocsin {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_unfit_for_a_line(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0xFEFF;
}

double rounded_to(double value, int significant_digits) {
  std::array<char, 64> buffer{};
  char* const first = buffer.data();
  const auto written = std::to_chars(first, first + buffer.size(), value,
                                     std::chars_format::scientific, significant_digits - 1);
  double out = value;
  std::from_chars(first, written.ptr, out);
  return out;
}

// -1, 0 or 1: below, at or above.
int side_of(double value, double of) { return (value > of) - (value < of); }

}  // namespace

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    out += step.valid ? text.substr(at, step.next - at) : kReplacement;
    at = step.next;
  }
  return out;
}

std::string to_one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space_due = false;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Step step = decode_utf8(text, at);
    const std::string_view bytes = step.valid ? text.substr(at, step.next - at) : kReplacement;
    at = step.next;
    if (step.code_point == ' ' || is_unfit_for_a_line(step.code_point)) {
      space_due = !out.empty();
      continue;
    }
    if (space_due) out += ' ';
    space_due = false;
    out += bytes;
  }
  return out;
}

std::string cut_bytes(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  if (limit < kEllipsis.size()) return std::string(kEllipsis.substr(0, limit));
  std::size_t end = limit - kEllipsis.size();
  // Back over the continuation bytes of a character that would be split, but never far: invalid
  // text has runs of them.
  for (int back = 0; back < 3 && end > 0; ++back) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80) break;
    --end;
  }
  return std::string(text.substr(0, end)).append(kEllipsis);
}

std::size_t count_code_points(std::string_view valid_utf8) {
  std::size_t count = 0;
  for (const char c : valid_utf8)
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
  return count;
}

std::string cut_code_points(std::string_view text, std::size_t limit) {
  if (count_code_points(text) <= limit) return std::string(text);
  if (limit <= kEllipsis.size()) return std::string(kEllipsis.substr(0, limit));
  std::size_t kept = 0;
  std::size_t at = 0;
  while (at < text.size() && kept < limit - kEllipsis.size()) {
    at = decode_utf8(text, at).next;
    ++kept;
  }
  return std::string(text.substr(0, at)).append(kEllipsis);
}

std::string format_number(double value) {
  if (std::isnan(value)) return "NaN";
  constexpr double kReadable = 1e15, kTiny = 1e-5;
  const double size = std::abs(value);
  std::array<char, 32> buffer{};
  char* const first = buffer.data();
  char* const last = first + buffer.size();
  const bool plain = size == 0 || (size >= kTiny && size < kReadable);
  return {first, plain ? std::to_chars(first, last, value, std::chars_format::fixed).ptr
                       : std::to_chars(first, last, value).ptr};
}

std::string format_value(double value, std::optional<double> beside) {
  constexpr int kDigits = 6, kAllDigits = 17;
  if (!std::isfinite(value) || value == std::trunc(value)) return format_number(value);
  const auto whole_digits = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  for (int digits = std::max(kDigits, whole_digits); digits < kAllDigits; ++digits) {
    const double rounded = rounded_to(value, digits);
    if (!beside || side_of(rounded, *beside) == side_of(value, *beside))
      return format_number(rounded);
  }
  return format_number(value);
}

}  // namespace tocsin
