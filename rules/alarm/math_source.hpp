// SPDX-License-Identifier: Apache-2.0
// The datapoints of one key of an alarm by metric maths: the series of its metrics, put together by
// its expression, period by period as they are now. Bands are learned anew when their hour has come
// or a late sample has changed what they were learned from, so that they need no state of their
// own: after a restart the stored cells give the same. To learn takes milliseconds, so that the
// keys of all alarms share the hour out among them.
//
// Memory: of a band its model (at most 98 numbers) here, and 15 days of cells in the store: one a
// minute of 48 bytes, 1 MB a series, or one in 10 s (6 MB) with periods under a minute.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "rules/alarm/anomaly_band.hpp"
#include "rules/alarm/datapoint_source.hpp"
#include "rules/alarm/math_plan.hpp"

namespace tocsin {

// What a key of an alarm by maths is made of, once for all its keys.
struct MathSpec {
  MathPlan plan;
  std::optional<BandComparison> band;  // the datapoints carry theirs; without one they are missing
  std::vector<BandTraining> training;  // beside plan.bands
};

class MathSource final : public DatapointSource {
 public:
  // `series` stands beside spec.plan.metrics. All outlive it. `renewal`: so long after each hour
  // its bands learn anew; a band that is there for the first time does not wait for that.
  MathSource(const MathSpec& spec, std::vector<const DatapointSource*> series, Duration renewal)
      : spec_(spec),
        series_(std::move(series)),
        renewal_(renewal),
        models_(spec.plan.bands.size()) {}

  // Since when the alarm is red, if it is: bands do not learn what made it so. Asked for with each
  // evaluation.
  void red_since(std::function<std::optional<Instant>()> ask) { red_since_ = std::move(ask); }
  // Something at `t` has changed in one of the series.
  void changed(Instant t);

  // `sample_count` is that of the first metric.
  void datapoints(const StatisticExpression& statistic, Duration period, Instant end,
                  std::span<Datapoint> out) const override;
  std::optional<Instant> newest() const override;
  std::optional<Instant> next_from(Instant t) const override;

 private:
  // To be learned up to `wanted`; nothing: not asked for yet.
  struct Learned {
    std::optional<Instant> wanted;
    Instant until;  // it was learned up to here
    std::optional<AnomalyModel> model;
  };
  MathSeries evaluate(const MathPlan::Part& part, const MathGrid& grid) const;
  std::vector<Datapoint> read(std::size_t metric, const MathGrid& grid) const;
  std::vector<MathSeries> inputs(const MathPlan::Part& part, const MathGrid& grid) const;
  std::optional<AnomalyModel> learn(std::size_t band, Duration period, Instant until) const;
  const std::optional<AnomalyModel>& model(std::size_t band, Duration period, Instant end) const;
  std::vector<MathBandSeries> bands(const MathGrid& grid, Instant end) const;

  const MathSpec& spec_;
  std::vector<const DatapointSource*> series_;
  std::function<std::optional<Instant>()> red_since_;
  Duration renewal_;
  mutable std::vector<Learned> models_;  // a cache: what is in it could be learned again
};

}  // namespace tocsin
