// SPDX-License-Identifier: Apache-2.0
// Time as values. Two kinds that do not convert: Instant (wall clock, UTC) for events, periods and
// messages; Tick (monotonic) for timeouts and back-off. Both count whole milliseconds, CloudWatch's
// own resolution; finer input is cut.
#pragma once
#include <chrono>
#include <cstdint>

namespace tocsin {

struct WallTime;
struct MonotonicTime;

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::time_point<WallTime, Duration>;
using Tick = std::chrono::time_point<MonotonicTime, Duration>;

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Stands for "no time": earlier than anything that can be read, far enough from the limits to be
// added to.
inline constexpr Instant kNoTime{Duration{-(std::int64_t{1} << 60)}};
// Stands for "never": later than anything.
inline constexpr Instant kNever{Duration{std::int64_t{1} << 60}};

constexpr Instant instant_from_ms(std::int64_t ms) { return Instant{Duration{ms}}; }
constexpr std::int64_t to_ms(Instant t) { return t.time_since_epoch().count(); }

// The only way to learn the time. Implementations: SystemClock (daemon), VirtualClock (tests). Any
// thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual Tick tick() const = 0;
};

// The latest multiple of `step` that is not after `t`.
constexpr Instant floor_to(Instant t, Duration step) {
  const std::int64_t ms = to_ms(t), s = step.count();
  return instant_from_ms(ms - ((ms % s) + s) % s);
}

}  // namespace tocsin
