// SPDX-License-Identifier: Apache-2.0
// After a restart an event that several alarms keep lies in a row of each: held once again.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>

#include "rules/engine/shared_evidence.hpp"

namespace tocsin {

class RestoredEvidence {
 public:
  // The same event as another alarm holds it, if one does; else with the name of its source as the
  // one before held it, if that is the same.
  SharedEvidence share(SharedEvidence event) {
    if (source_ == event->event.source)
      event->event.source = source_;
    else
      source_ = event->event.source;
    if (event->arrival == 0) return event;
    SharedEvidence& held = events_[event->arrival];
    if (!held) held = event;
    const KeptEvent &a = held->event, &b = event->event;
    const bool same = a.time == b.time && a.position == b.position && a.source == b.source &&
                      a.message == b.message;
    return same ? held : event;
  }
  void clear() {
    events_.clear();
    source_ = {};
  }

 private:
  std::unordered_map<std::uint64_t, SharedEvidence> events_;  // by arrival
  Shared<std::string> source_;
};

}  // namespace tocsin
