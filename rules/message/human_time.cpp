// SPDX-License-Identifier: Apache-2.0
#include "rules/message/human_time.hpp"

#include <date/tz.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace tocsin {
namespace {

using SysTime = date::sys_time<std::chrono::milliseconds>;

SysTime to_sys(Instant t) { return SysTime{t.time_since_epoch()}; }

// Years that four digits can show; kNoTime and kNever are far outside.
bool is_printable(Instant t) {
  constexpr SysTime kFirst = date::sys_days{date::year{1} / 1 / 1};
  constexpr SysTime kLast = date::sys_days{date::year{9999} / 12 / 31};
  return to_sys(t) >= kFirst && to_sys(t) <= kLast;
}

const date::time_zone* find_zone(std::string_view name) {
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

using Unit = std::pair<Duration, std::string_view>;

// `most` units of `d` from the largest that it fills, each with its suffix.
template <std::size_t N>
std::string in_units(Duration d, const std::array<Unit, N>& units, std::size_t most,
                     std::string_view separator) {
  std::string out;
  std::size_t used = 0;
  for (const auto& [unit, suffix] : units) {
    if (used == most) break;
    const auto count = d / unit;
    // The second unit follows the first one at once: "1 d 5 s" would pretend to a precision it does
    // not have.
    if (used > 0) ++used;
    if (count == 0) continue;
    if (used == 0) used = 1;
    if (!out.empty()) out += separator;
    out += std::to_string(count);
    out += suffix;
    d -= count * unit;
  }
  return out;
}

}  // namespace

bool is_time_zone(std::string_view name) { return find_zone(name) != nullptr; }

std::string format_for_people(Instant t, std::string_view zone) {
  if (!is_printable(t)) return "an unknown time";
  const auto whole = date::floor<std::chrono::seconds>(to_sys(t));
  constexpr const char* kForm = "%A %e %B %Y, %H:%M:%S ";
  std::string out;
  const date::time_zone* found = zone == "UTC" ? nullptr : find_zone(zone);
  if (found == nullptr)
    out = date::format(kForm, whole) + "UTC";
  else
    out = date::format(std::string(kForm) + "%Z", date::make_zoned(found, whole));
  // %e pads a one-digit day with a space.
  if (const auto padded = out.find("  "); padded != std::string::npos) out.erase(padded, 1);
  return out;
}

std::string format_cloudwatch(Instant t) {
  if (!is_printable(t)) return "1970-01-01T00:00:00.000+0000";
  return date::format("%FT%T+0000", to_sys(t));
}

std::string format_span(Duration d) {
  if (d <= Duration::zero()) return "0 s";
  if (d < seconds{10} && d % seconds{1} != Duration::zero()) {
    const auto tenths = (d.count() + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  constexpr std::array kUnits{Unit{days{1}, " d"}, Unit{hours{1}, " h"}, Unit{minutes{1}, " min"},
                              Unit{seconds{1}, " s"}};
  return in_units(d, kUnits, 2, " ");
}

std::string format_within(Duration d) {
  constexpr std::array kUnits{Unit{days{1}, "d"}, Unit{hours{1}, "h"}, Unit{minutes{1}, "m"},
                              Unit{seconds{1}, "s"}};
  if (d < seconds{1}) return "0s";
  return in_units(d, kUnits, kUnits.size(), "");
}

}  // namespace tocsin
