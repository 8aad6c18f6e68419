// SPDX-License-Identifier: Apache-2.0
// Whether an alarm changes its state too often: more than 6 times within 30 minutes of event time.
// It is calm again when the last 30 minutes hold 3 changes or fewer. spec/notifications.md
// section 8.
#pragma once
#include <algorithm>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

inline constexpr std::size_t kFlappingChanges = 6;
inline constexpr std::size_t kCalmChanges = 3;
inline constexpr Duration kFlappingSpan = minutes{30};

// Adds a change to the newest ones, oldest first. Whether it flaps now; `flapping`: it did.
inline bool note_change(std::vector<Instant>& changes, Instant t, bool flapping) {
  changes.insert(std::upper_bound(changes.begin(), changes.end(), t), t);
  const Instant newest = changes.back();
  std::erase_if(changes, [&](Instant x) { return x <= newest - kFlappingSpan; });
  if (changes.size() > kFlappingChanges + 1) changes.erase(changes.begin());
  return changes.size() > (flapping ? kCalmChanges : kFlappingChanges);
}

// When it is calm if nothing more happens; kNever: there is nothing to wait for.
inline Instant calm_at(const std::vector<Instant>& changes, bool flapping) {
  if (changes.empty()) return kNever;
  const std::size_t left = flapping ? std::min(changes.size(), kCalmChanges + 1) : 1;
  return changes[changes.size() - left] + kFlappingSpan;
}

}  // namespace tocsin
