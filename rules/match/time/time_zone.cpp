// SPDX-License-Identifier: Apache-2.0
#include "rules/match/time/time_zone.hpp"

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

namespace {

// Wall clock times of a zone between two changes of its clocks, far enough from either that none
// of them occurs twice or is skipped.
struct SteadyTimes {
  const date::time_zone* zone = nullptr;
  Instant begin, end;
  Duration offset{};

  void learn(const date::time_zone& of, date::local_time<Duration> wall) {
    const date::local_info info = of.get_info(wall);
    zone = &of;
    offset = info.first.offset;
    constexpr Duration kClear = hours{48};  // no clock was ever put back or forward by so much
    begin = Instant{Duration{info.first.begin.time_since_epoch()}} + offset + kClear;
    end = Instant{Duration{info.first.end.time_since_epoch()}} + offset - kClear;
  }
};

}  // namespace

Instant TimeZone::from_local(Instant local) const {
  if (!zone_) return local;
  // Looking up a zone's changes takes longer than reading a time; the times of a log are close.
  thread_local SteadyTimes last;
  if (last.zone == zone_ && local >= last.begin && local < last.end) return local - last.offset;
  try {
    const date::local_time<Duration> wall{local.time_since_epoch()};
    last.learn(*zone_, wall);
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
