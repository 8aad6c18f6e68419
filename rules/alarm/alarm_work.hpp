// SPDX-License-Identifier: Apache-2.0
// How much alarms were worked on. Only what changed may cost something, so these counters are what
// tests and benchmarks go by. They never influence an answer.
#pragma once
#include <cstdint>

namespace tocsin {

struct AlarmWork {
  std::uint64_t touched = 0;         // (alarm, key) that were looked at, each time
  std::uint64_t periods_closed = 0;  // of those of the long form that judged their datapoints
  std::uint64_t evaluations = 0;     // of these: a datapoint had changed since the one before
};

}  // namespace tocsin
