// SPDX-License-Identifier: Apache-2.0
#include "daemon/inputs/input_counters.hpp"

namespace tocsin {

void InputTotals::add(const InputTotals& other) {
  events += other.events;
  bytes += other.bytes;
  long_lines += other.long_lines;
  broken += other.broken;
  unreadable += other.unreadable;
  rotations += other.rotations;
  truncations += other.truncations;
  rewrites += other.rewrites;
  rests_lost += other.rests_lost;
  skipped_old += other.skipped_old;
  unwatched += other.unwatched;
}

}  // namespace tocsin
