// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/trail_name.hpp"

#include <array>
#include <charconv>

namespace tocsin {
namespace {

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// 20260101T0005Z
std::optional<Instant> parse_minute(std::string_view text) {
  if (text.size() != 14 || text[8] != 'T' || text[13] != 'Z') return std::nullopt;
  const auto y = digits(text.substr(0, 4)), m = digits(text.substr(4, 2)),
             d = digits(text.substr(6, 2)), hour = digits(text.substr(9, 2)),
             minute = digits(text.substr(11, 2));
  if (!y || !m || !d || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*y},
                                         std::chrono::month{static_cast<unsigned>(*m)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  const Duration since = std::chrono::sys_days{date}.time_since_epoch();
  return Instant{since + hours{*hour} + minutes{*minute}};
}

}  // namespace

std::optional<TrailName> parse_trail_name(std::string_view path) {
  std::string_view rest = path.substr(path.rfind('/') + 1);
  std::array<std::string_view, 4> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = rest.find('_');
    if (end == std::string_view::npos) return std::nullopt;
    part = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  const auto time = parse_minute(parts[3]);
  if (!parts[1].starts_with("CloudTrail") || !time) return std::nullopt;
  return TrailName{std::string(parts[0]), std::string(parts[2]), *time};
}

}  // namespace tocsin
