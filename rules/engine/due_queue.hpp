// SPDX-License-Identifier: Apache-2.0
// Which (alarm, key) falls due when. Thousands of alarms fall due at one instant, the end of a
// minute, so there is one list for each instant, put in order when its turn comes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "tocsin/time.hpp"

namespace tocsin {

struct KeyEntry;

class DueQueue {
 public:
  // kNever: nothing is due. The least watermark at which something is.
  Instant next() const { return lists_.empty() ? kNever : lists_.begin()->first; }
  // Who is due at next(), the first by order of alarm in the rules, then by key. It stays in here
  // until it is put elsewhere.
  KeyEntry& first();
  // Due at `at` from now on (kNever: not at all), whatever it was before. Sets entry.queued and
  // entry.queue_place, which nobody else does. `at` is later than next() while that is worked off.
  void put(KeyEntry& entry, Instant at);

 private:
  struct List {
    std::vector<KeyEntry*> entries;  // nullptr: gone
    std::size_t begin = 0;           // those before are gone
    std::size_t size = 0;            // that are not gone
    bool ordered = true;
  };
  void take_out(KeyEntry& entry);
  static void order(List& list);

  std::map<Instant, List> lists_;  // none is empty
  std::vector<KeyEntry*> spare_;   // memory of a list that was worked off
};

}  // namespace tocsin
