// SPDX-License-Identifier: Apache-2.0
// After a restart an event that several alarms keep lies in a row of each: held once again.
#pragma once
#include <cstdint>
#include <unordered_map>

#include "rules/engine/shared_evidence.hpp"

namespace tocsin {

class RestoredEvidence {
 public:
  // The same event as another alarm holds it, if one does.
  SharedEvidence share(SharedEvidence event) {
    if (event->arrival == 0) return event;
    SharedEvidence& held = events_[event->arrival];
    if (!held) held = event;
    const Evidence &a = held->event, &b = event->event;
    const bool same = a.time == b.time && a.position == b.position && a.source == b.source &&
                      a.message == b.message;
    return same ? held : event;
  }
  void clear() { events_.clear(); }

 private:
  std::unordered_map<std::uint64_t, SharedEvidence> events_;  // by arrival
};

}  // namespace tocsin
