// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time_zone.hpp"

#include <date/tz.h>

#include <exception>

namespace tocsin {

std::optional<TimeZone> TimeZone::find(const std::string& name) {
  if (name == "UTC") return utc();
  try {
    return TimeZone(name == "local" ? date::current_zone() : date::locate_zone(name));
  } catch (const std::exception&) {
    // A system without a configured zone runs on UTC.
    if (name == "local") return utc();
    return std::nullopt;
  }
}

Instant TimeZone::from_local(Instant local) const {
  if (!zone_) return local;
  try {
    const date::local_time<Duration> wall{local.time_since_epoch()};
    return Instant{zone_->to_sys(wall, date::choose::earliest).time_since_epoch()};
  } catch (const std::exception&) {
    return local;  // the zone's file became unreadable after start
  }
}

Duration TimeZone::offset_at(Instant t) const {
  if (!zone_) return Duration{0};
  try {
    return zone_->get_info(date::sys_time<Duration>{t.time_since_epoch()}).offset;
  } catch (const std::exception&) {
    return Duration{0};
  }
}

std::string TimeZone::abbreviation_at(Instant t) const {
  if (!zone_) return "UTC";
  try {
    return zone_->get_info(date::sys_time<Duration>{t.time_since_epoch()}).abbrev;
  } catch (const std::exception&) {
    return "UTC";
  }
}

}  // namespace tocsin
