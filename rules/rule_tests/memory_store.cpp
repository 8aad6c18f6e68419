// SPDX-License-Identifier: Apache-2.0
#include "rules/rule_tests/memory_store.hpp"

#include <algorithm>

namespace tocsin {

void MemoryStore::commit(const StateDelta& delta) {
  for (const StateRow& row : delta.rows) {
    if (row.value)
      rows_[{row.kind, row.id}] = *row.value;
    else
      rows_.erase({row.kind, row.id});
  }
  seen_.insert(seen_.end(), delta.seen.begin(), delta.seen.end());
  for (const auto& [group, floor] : delta.seen_floor)
    std::erase_if(seen_, [&group = group, floor = floor](const SeenEvent& event) {
      return event.log_group == group && event.time < floor;
    });
  for (const AlarmStatus& status : delta.alarms) alarms_[{status.alarm, status.key}] = status;
  for (const auto& name : delta.removed) alarms_.erase(name);
  next_sequence_ = std::max(next_sequence_, delta.next_sequence);
}

StateImage MemoryStore::load() const {
  StateImage image;
  for (const auto& [name, value] : rows_) image.rows.push_back({name.first, name.second, value});
  image.seen = seen_;
  for (const auto& [name, status] : alarms_) image.alarms.push_back(status);
  image.next_sequence = next_sequence_;
  return image;
}

}  // namespace tocsin
