// SPDX-License-Identifier: Apache-2.0
// Time zones of the system. The only file that sees the tz library.
#pragma once
#include <optional>
#include <string>

#include "tocsin/time.hpp"

namespace date {
class time_zone;
}

namespace tocsin {

// A value; any thread.
class TimeZone {
 public:
  static TimeZone utc() { return TimeZone(nullptr); }
  // "local" (the system's zone), "UTC", or an IANA name. nullopt: unknown.
  static std::optional<TimeZone> find(const std::string& name);

  // `local` counts the wall clock of the zone as if it were UTC. A time that occurs twice is the
  // earlier one, one that is skipped the instant of the change.
  Instant from_local(Instant local) const;
  Duration offset_at(Instant t) const;           // east of UTC
  std::string abbreviation_at(Instant t) const;  // "CET", "UTC"

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // owned by the library for ever; nullptr: UTC
};

}  // namespace tocsin
