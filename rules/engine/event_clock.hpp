// SPDX-License-Identifier: Apache-2.0
// The clock that alarms see: the least watermark of the log groups that feed them, and what falls
// due on it, in order.
#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

struct KeyEntry;
struct GroupState;

struct Due {
  Instant at;             // the least watermark at which it falls due
  std::size_t order = 0;  // of the alarm in the rules
  std::string_view id;    // of the key; lives in the KeyEntry
  KeyEntry* key = nullptr;

  bool operator<(const Due& other) const {
    return std::tie(at, order, id) < std::tie(other.at, other.order, other.id);
  }
};

struct EventClock {
  std::set<std::string> groups;     // empty: all of them (replay)
  std::vector<GroupState*> owners;  // those whose own clock it is: one, or in replay all
  Instant watermark = kNoTime;
  Instant swept = kNoTime;  // when old cells were last forgotten
  std::set<Due> due;
};

}  // namespace tocsin
