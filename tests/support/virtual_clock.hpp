// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until a test moves it. One thread.
#pragma once
#include "tocsin/time.hpp"

namespace tocsin::test {

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Instant start) : now_(start) {}
  Instant now() const override { return now_; }
  Tick tick() const override { return tick_; }
  // Time passes.
  void advance(Duration by) {
    now_ += by;
    tick_ += by;
  }
  // Somebody sets the wall clock.
  void set(Instant now) { now_ = now; }

 private:
  Instant now_;
  Tick tick_{};
};

}  // namespace tocsin::test
