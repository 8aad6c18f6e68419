// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/series.hpp"

#include <algorithm>

#include "rules/engine/row_codec.hpp"
#include "rules/metric/extended_statistic.hpp"

namespace tocsin {
namespace {
constexpr Duration kTick{1};
}

void Series::add(Instant t, double value) { cells_.add(floor_to(t, cell_), value); }

void Series::add_default(Instant minute, const std::string& filter, double value) {
  defaults_[minute][filter] = value;
  dirty_defaults_.insert(minute);
}

bool Series::retract_default(Instant minute, const std::string& filter) {
  const auto at = defaults_.find(minute);
  if (at == defaults_.end() || at->second.erase(filter) == 0) return false;
  if (at->second.empty()) defaults_.erase(at);
  dirty_defaults_.insert(minute);
  return true;
}

Totals Series::period(Instant start, Instant end) const {
  Totals out = cells_.window(start - kTick, end - kTick);
  for (const double value : defaults_in(start, end)) out.add(value);
  return out;
}

// One stands for its whole minute and is known when that has ended. Whether a shorter period is
// closed by then depends on how far the alarm's other log groups have been read: it has none.
std::vector<double> Series::defaults_in(Instant start, Instant end) const {
  std::vector<double> out;
  if (end - start < minutes{1}) return out;
  for (auto at = defaults_.lower_bound(start); at != defaults_.end() && at->first < end; ++at)
    for (const auto& [filter, value] : at->second) out.push_back(value);
  return out;
}

std::optional<double> Series::value_of(const StatisticExpression& statistic, const Totals& totals,
                                       Instant start, Instant end) const {
  if (const auto simple = statistic.simple()) return totals.statistic(*simple);
  Distribution samples = cells_.distribution(start - kTick, end - kTick);
  for (const double value : defaults_in(start, end)) samples.add(value);
  return statistic_value(statistic, totals, samples);
}

std::optional<double> Series::statistic(const StatisticExpression& statistic, Instant start,
                                        Instant end) const {
  const Totals totals = period(start, end);
  if (totals.count == 0) return std::nullopt;
  return value_of(statistic, totals, start, end);
}

void Series::datapoints(const StatisticExpression& statistic, Duration period, Instant end,
                        std::span<Datapoint> out) const {
  for (auto d = out.rbegin(); d != out.rend(); ++d, end -= period) {
    const Totals totals = this->period(end - period, end);
    *d = {end - period, {}, totals.count};
    if (totals.count > 0) d->value = value_of(statistic, totals, end - period, end);
  }
}

std::optional<Instant> Series::newest() const {
  std::optional<Instant> out = cells_.newest();
  if (!defaults_.empty()) out = std::max(out.value_or(kNoTime), defaults_.rbegin()->first);
  return out;
}

std::optional<Instant> Series::next_from(Instant t) const {
  std::optional<Instant> out = cells_.next_after(t - kTick);
  const auto at = defaults_.lower_bound(t);
  if (at != defaults_.end()) out = std::min(out.value_or(kNever), at->first);
  return out;
}

void Series::forget_until(Instant t) {
  cells_.forget_until(t);
  while (!defaults_.empty() && defaults_.begin()->first <= t) {
    dirty_defaults_.insert(defaults_.begin()->first);
    defaults_.erase(defaults_.begin());
  }
}

std::string Series::encode_defaults(const std::map<std::string, double>& filters) const {
  RowWriter out;
  out.number(filters.size());
  for (const auto& [filter, value] : filters) {
    out.text(filter);
    out.real(value);
  }
  return out.take();
}

bool Series::restore_defaults(Instant minute, std::string_view row) {
  RowReader in(row);
  std::map<std::string, double> filters;
  for (std::size_t n = in.count(9); n > 0; --n) {
    std::string filter = in.text();
    filters[std::move(filter)] = in.real();
  }
  if (!in.ok() || filters.empty()) return false;
  defaults_[minute] = std::move(filters);
  return true;
}

}  // namespace tocsin
