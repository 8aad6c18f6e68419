// SPDX-License-Identifier: Apache-2.0
// What a metric usually is: the band of ANOMALY_DETECTION_BAND, by spec/insights.md section 4.
// Pure: the same history gives the same band, so that nothing of it needs to be stored.
//
// - A season slot is a part of the day in UTC: an hour, or the period if that is longer. Before two
//   full days of history there is one slot, from ten days on weekdays and weekends are apart.
// - base: the median of a slot's values, the neighbours on both sides counting half as much as the
//   slot itself together, so that what is usual in one hour outvotes them. noise: 1.4826 times the
//   median distance of the slot's own values from it. A slot without values of its own is judged by
//   all of them.
// - Learned twice: what lay outside 3 deviations the first time is left out the second time.
// - level: the median of value/base of the last day, a value's weight halving every 3 hours, held
//   within 0.5 and 2; where base is not above 1e-9, that of value - base, held within the noise.
// - expected = base * level (or + level); a deviation = the largest of the noise, 2 % of expected
//   and 1e-9; of counts also the square root of max(expected, 1).
//
// Cost: at most 14 days of points, read in O(n log n), kept by nobody; a model has at most 48
// slots.
#pragma once
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tocsin/alarm_state.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

inline constexpr Duration kBandHistory = days{14};
inline constexpr Duration kBandRenewal = hours{1};
inline constexpr Duration kBandFreeze = days{1};
inline constexpr Duration kBandLeastHistory = hours{3};
inline constexpr std::size_t kBandLeastPoints = 12;

// Up to when a model for an evaluation at `end` learns: the last full hour, while the alarm is red
// since `red_since` (for at most 24 h) that of its beginning, so that it does not learn the
// incident. Each hour from `renewal` (less than an hour) after it on.
Instant band_trained_until(Instant end, std::optional<Instant> red_since, Duration renewal = {});

struct BandTraining {
  Duration period{minutes{1}};
  bool counts = false;                                // values count events
  bool percent = false;                               // values are per cent: none is above 100
  std::vector<std::pair<Instant, Instant>> excluded;  // from <= period's start < to
};

class AnomalyModel {
 public:
  // `history`: datapoints with a value, oldest first; only those that have ended by `until` and
  // began at most 14 days before count. Nothing: less than 3 hours of them, or fewer than 12.
  static std::optional<AnomalyModel> train(std::span<const Datapoint> history,
                                           const BandTraining& how, Instant until);

  // Of the period that begins at `start`. deviations > 0: more of them never make it narrower.
  Band band(Instant start, double deviations) const;

 private:
  struct Slot {
    double base = 0;
    double noise = 0;
    bool known = false;
  };
  struct Point {
    double value;
    Instant start;
    std::size_t slot;
  };

  void choose_slots(Duration span, Duration period);
  void learn(std::span<const Point> by_value);
  void learn_slot(std::size_t slot, std::span<const std::vector<double>> values);
  void learn_level(std::span<const Point> points, Instant until);
  std::size_t slot_of(Instant start) const;
  double deviation(double expected, const Slot& slot) const;
  double expected(const Slot& slot) const;

  Duration slot_width_{days{1}};
  std::size_t slots_ = 1;      // of a day
  bool weekends_ = false;      // apart: slots_ more
  std::vector<Slot> learned_;  // the last one: of all points
  double level_ = 1;           // of slots with a base
  double shift_ = 0;           // of those without
  bool counts_ = false, percent_ = false, nonnegative_ = true;
};

}  // namespace tocsin
