// SPDX-License-Identifier: Apache-2.0
#include "notifiers/text.hpp"

#include <date/date.h>

#include <algorithm>

namespace tocsin {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool is_control(std::string_view code_point) {
  const unsigned char first = byte_at(code_point, 0);
  if (code_point.size() == 1) return first < 0x20 || first == 0x7f;
  // U+0080 to U+009F, and the line separators U+2028 and U+2029.
  return (first == 0xC2 && byte_at(code_point, 1) < 0xA0) || code_point == "\xE2\x80\xA8" ||
         code_point == "\xE2\x80\xA9";
}

std::string clean(std::string_view text, std::string_view kept_controls) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = code_point_length(text);
    const std::string_view point = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0)
      out += kReplacement;
    else if (is_control(point) && kept_controls.find(point) == std::string_view::npos)
      out += ' ';
    else
      out += point;
    text.remove_prefix(point.size());
  }
  return out;
}

std::string format(Instant t, const char* pattern, bool with_ms) {
  // The calendar of the date library ends at year 32767; times outside of any log are shown at the
  // edge.
  const Instant least = instant_from_ms(-62'135'596'800'000);
  const Instant most = instant_from_ms(253'402'300'799'999);
  const auto since_epoch = std::clamp(t, least, most).time_since_epoch();
  const date::sys_time<milliseconds> ms{since_epoch};
  return with_ms ? date::format(pattern, ms) : date::format(pattern, date::floor<seconds>(ms));
}

}  // namespace

std::string printable(std::string_view text) { return clean(text, "\n\t"); }
std::string one_line(std::string_view text) { return clean(text, ""); }

std::string truncate(std::string_view text, std::size_t max) {
  std::size_t points = 0;
  std::size_t kept = 0;  // bytes of the first max - 3 code points
  for (std::size_t i = 0; i < text.size(); ++points) {
    if (points == max) return std::string(text.substr(0, kept)) + "...";
    i += std::max<std::size_t>(code_point_length(text.substr(i)), 1);
    if (points + 3 < max) kept = i;
  }
  return std::string(text);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string format_iso(Instant t) { return format(t, "%FT%TZ", true); }
std::string format_long(Instant t) { return format(t, "%A %d %B, %Y %T UTC", false); }
std::string format_mail_date(Instant t) { return format(t, "%a, %d %b %Y %T +0000", false); }

}  // namespace tocsin
