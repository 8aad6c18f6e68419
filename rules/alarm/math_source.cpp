// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/math_source.hpp"

#include <algorithm>
#include <utility>

namespace tocsin {
namespace {

Instant end_of(const MathGrid& grid) {
  return grid.start + static_cast<std::int64_t>(grid.points) * grid.period;
}

MathSeries values_of(const std::vector<Datapoint>& points) {
  MathSeries out;
  out.reserve(points.size());
  for (const Datapoint& d : points) out.push_back(d.value);
  return out;
}

}  // namespace

void MathSource::changed(Instant t) {
  for (Learned& learned : models_)
    if (learned.wanted && t < learned.until) learned = {};
}

std::vector<Datapoint> MathSource::read(std::size_t metric, const MathGrid& grid) const {
  std::vector<Datapoint> out(grid.points);
  series_[metric]->datapoints(spec_.plan.metrics[metric].statistic, grid.period, end_of(grid), out);
  return out;
}

std::vector<MathSeries> MathSource::inputs(const MathPlan::Part& part, const MathGrid& grid) const {
  std::vector<MathSeries> out;
  for (const std::size_t metric : part.inputs) out.push_back(values_of(read(metric, grid)));
  return out;
}

MathSeries MathSource::evaluate(const MathPlan::Part& part, const MathGrid& grid) const {
  const std::vector<MathSeries> metrics = inputs(part, grid);
  return std::get<MathSeries>(part.program.evaluate({grid, metrics, {}}));
}

std::optional<AnomalyModel> MathSource::learn(std::size_t band, Duration period,
                                              Instant until) const {
  // Periods that end at multiples of their length, whichever minute the alarm is judged at.
  const Instant last = floor_to(until, period);
  MathGrid grid{last, period, static_cast<std::size_t>(kBandHistory / period)};
  grid.start -= static_cast<std::int64_t>(grid.points) * period;
  const MathSeries values = evaluate(spec_.plan.bands[band].of, grid);
  std::vector<Datapoint> history(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    history[i].start = grid.start + static_cast<std::int64_t>(i) * period;
    history[i].value = values[i];
  }
  return AnomalyModel::train(history, spec_.training[band], until);
}

// A function of the history and of `end` alone: when the last renewal would have given no model,
// the last full hour may.
const std::optional<AnomalyModel>& MathSource::model(std::size_t band, Duration period,
                                                     Instant end) const {
  Learned& learned = models_[band];
  const std::optional<Instant> red = red_since_ ? red_since_() : std::nullopt;
  const Instant wanted = band_trained_until(end, red, renewal_);
  const Instant full = band_trained_until(end, red);
  const bool renewed = learned.wanted != wanted;
  if (!renewed && (learned.model || learned.until == full)) return learned.model;
  if (renewed) learned = {wanted, wanted, learn(band, period, wanted)};
  if (!learned.model && full != wanted) learned = {wanted, full, learn(band, period, full)};
  return learned.model;
}

std::vector<MathBandSeries> MathSource::bands(const MathGrid& grid, Instant end) const {
  std::vector<MathBandSeries> out;
  for (std::size_t i = 0; i < spec_.plan.bands.size(); ++i) {
    MathBandSeries sides{MathSeries(grid.points), MathSeries(grid.points)};
    const std::optional<AnomalyModel>& learned = model(i, grid.period, end);
    for (std::size_t p = 0; learned && p < grid.points; ++p) {
      const Instant start = grid.start + static_cast<std::int64_t>(p) * grid.period;
      const Band band = learned->band(start, spec_.plan.bands[i].deviations);
      sides.upper[p] = band.high;
      sides.lower[p] = band.low;
    }
    out.push_back(std::move(sides));
  }
  return out;
}

void MathSource::datapoints(const StatisticExpression&, Duration period, Instant end,
                            std::span<Datapoint> out) const {
  const std::size_t before = spec_.plan.look_back;
  MathGrid grid{end, period, out.size() + before};
  grid.start -= static_cast<std::int64_t>(grid.points) * period;
  const std::vector<MathBandSeries> sides = bands(grid, end);
  const std::vector<Datapoint> first = read(0, grid);
  MathSeries values;
  if (spec_.band) {
    values = evaluate(spec_.plan.bands.front().of, grid);
  } else {
    const std::vector<MathSeries> metrics = inputs(spec_.plan.result, grid);
    values = std::get<MathSeries>(spec_.plan.result.program.evaluate({grid, metrics, sides}));
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t at = before + i;
    out[i] = {first[at].start, values[at], first[at].sample_count, {}};
    if (!spec_.band) continue;
    const std::optional<double>& low = sides.front().lower[at];
    if (!values[at] || !low)
      out[i].value.reset();
    else
      out[i].band = Band{*low, *sides.front().upper[at]};
  }
}

std::optional<Instant> MathSource::newest() const {
  std::optional<Instant> out;
  for (const DatapointSource* s : series_)
    if (const auto t = s->newest()) out = std::max(out.value_or(*t), *t);
  return out;
}

std::optional<Instant> MathSource::next_from(Instant t) const {
  if (spec_.plan.dense) return t;
  std::optional<Instant> out;
  for (const DatapointSource* s : series_)
    if (const auto next = s->next_from(t)) out = std::min(out.value_or(*next), *next);
  return out;
}

}  // namespace tocsin
