// SPDX-License-Identifier: Apache-2.0
// Where an alarm in long form gets its datapoints: a series of a metric, or an expression over
// several. It lives as long as the alarm's key and changes only between calls of the alarm.
#pragma once
#include <optional>
#include <span>

#include "tocsin/alarm_state.hpp"
#include "tocsin/statistic.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

class DatapointSource {
 public:
  virtual ~DatapointSource() = default;

  // Fills `out`, oldest first, with the datapoints of periods that follow one another, of which the
  // newest ends at `end` (exclusive). A datapoint without a value is missing. `statistic` is the
  // alarm's; a source whose statistics stand elsewhere, as in metric maths, does not look at it.
  virtual void datapoints(const StatisticExpression& statistic, Duration period, Instant end,
                          std::span<Datapoint> out) const = 0;
  // No period that begins after this holds a datapoint; nothing: none does.
  virtual std::optional<Instant> newest() const = 0;
  // No period that lies within [t, this) holds a datapoint; nothing: none from `t` on does.
  virtual std::optional<Instant> next_from(Instant t) const = 0;
};

}  // namespace tocsin
