// SPDX-License-Identifier: Apache-2.0
// The clock that alarms see: the least watermark of the log groups that feed them, and what falls
// due on it, in order.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "rules/engine/due_queue.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

struct GroupState;

struct EventClock {
  std::set<std::string> groups;     // empty: all of them (replay)
  std::vector<GroupState*> owners;  // those whose own clock it is: one, or in replay all
  Instant watermark = kNoTime;
  Instant swept = kNoTime;  // when old cells were last forgotten
  DueQueue due;
};

}  // namespace tocsin
