// SPDX-License-Identifier: Apache-2.0
// One series of a metric: its samples in cells of a minute (10 s if an alarm of the metric needs
// it), shared by all alarms that watch it, and the default values published for minutes without a
// match (spec/filter-patterns.md 7.3).
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/alarm/datapoint_source.hpp"
#include "rules/metric/samples.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// How the series of a metric are kept.
struct SeriesShape {
  Duration cell{minutes{1}};
  bool values = false;  // some alarm needs extended statistics
};

class Series final : public DatapointSource {
 public:
  explicit Series(const SeriesShape& shape) { set_shape(shape); }

  void add(Instant t, double value);
  // The default value of `filter` for the minute that begins at `minute`; again: replaced.
  void add_default(Instant minute, const std::string& filter, double value);
  // A late match arrived for that minute. false: there was no default to take back.
  bool retract_default(Instant minute, const std::string& filter);

  // The samples of start <= time < end; both are multiples of the cell. Defaults are in periods of
  // a minute and more.
  Totals period(Instant start, Instant end) const;
  // Nothing: no samples, or what they are is not known to an extended statistic.
  std::optional<double> statistic(const StatisticExpression& statistic, Instant start,
                                  Instant end) const;
  void datapoints(const StatisticExpression& statistic, Duration period, Instant end,
                  std::span<Datapoint> out) const override;
  // Start of the newest cell or default.
  std::optional<Instant> newest() const override;
  // Start of the earliest cell or default that is not before `t`.
  std::optional<Instant> next_from(Instant t) const override;
  // What is wanted changed. What is stored keeps the width it was filed with. Cells from before
  // somebody asked for values have them if they hold only one.
  void set_shape(const SeriesShape& shape) {
    cell_ = shape.cell;
    cells_.keep_values(shape.values);
  }
  void forget_until(Instant t);
  SeriesShape shape() const { return {cell_, cells_.keeps_values()}; }
  Samples& cells() { return cells_; }
  const Samples& cells() const { return cells_; }

  // State rows of defaults: one for each minute.
  template <class Changed, class Gone>
  void collect_defaults(const Changed& changed, const Gone& gone);
  bool restore_defaults(Instant minute, std::string_view row);
  template <class Each>
  void default_minutes(const Each& each) const {
    for (const auto& [minute, filters] : defaults_) each(minute);
  }

 private:
  std::vector<double> defaults_in(Instant start, Instant end) const;
  std::optional<double> value_of(const StatisticExpression& statistic, const Totals& totals,
                                 Instant start, Instant end) const;
  std::string encode_defaults(const std::map<std::string, double>& filters) const;

  Duration cell_{};
  Samples cells_;
  std::map<Instant, std::map<std::string, double>> defaults_;
  std::set<Instant> dirty_defaults_;
};

template <class Changed, class Gone>
void Series::collect_defaults(const Changed& changed, const Gone& gone) {
  for (const Instant minute : dirty_defaults_) {
    const auto at = defaults_.find(minute);
    if (at == defaults_.end())
      gone(minute);
    else
      changed(minute, encode_defaults(at->second));
  }
  dirty_defaults_.clear();
}

}  // namespace tocsin
