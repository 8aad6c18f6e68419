// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "tocsin/time.hpp"

namespace tocsin {

// The machine's clocks: CLOCK_REALTIME and CLOCK_MONOTONIC. Any thread.
class SystemClock : public Clock {
 public:
  Instant now() const override;
  Tick tick() const override;
};

}  // namespace tocsin
