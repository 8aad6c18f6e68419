// SPDX-License-Identifier: Apache-2.0
#include "daemon/system_clock.hpp"

namespace tocsin {
namespace {

template <class C>
Duration since_epoch() {
  return std::chrono::floor<Duration>(C::now().time_since_epoch());
}

}  // namespace

Instant SystemClock::now() const { return Instant{since_epoch<std::chrono::system_clock>()}; }

Tick SystemClock::tick() const { return Tick{since_epoch<std::chrono::steady_clock>()}; }

}  // namespace tocsin
