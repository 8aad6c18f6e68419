// SPDX-License-Identifier: Apache-2.0
// How alarms map to the incidents of services that open and resolve them: ALARM opens one for
// (alarm, key), every other state resolves it. Pure. spec/notifications.md section 7.
#pragma once
#include <algorithm>

#include "tocsin/notification.hpp"

namespace tocsin {

inline bool opens_incident(const Notification& n) { return n.transition.to == AlarmState::alarm; }

// Whether such a service is told at all: INSUFFICIENT_DATA is no incident's end unless one is open.
inline bool concerns_incident(const Notification& n) {
  return n.transition.to != AlarmState::insufficient_data || n.transition.from == AlarmState::alarm;
}

// When the incident that is opened or resolved began.
inline Instant incident_start(const Notification& n) {
  if (opens_incident(n)) return n.transition.at;
  return std::min(n.transition.since.value_or(n.transition.at), n.transition.at);
}

}  // namespace tocsin
