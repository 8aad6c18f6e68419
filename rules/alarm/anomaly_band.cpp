// SPDX-License-Identifier: Apache-2.0
#include "rules/alarm/anomaly_band.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "rules/metric/series.hpp"

namespace tocsin {
namespace {

constexpr double kNoBase = 1e-9;
constexpr double kLeastDeviation = 1e-9;
constexpr double kLeastShare = 0.02;
constexpr double kMadToDeviation = 1.4826;
constexpr double kOutlier = 3;
constexpr Duration kSeasonsFrom = days{2};
constexpr Duration kWeekendsFrom = days{10};
constexpr Duration kLevelHalves = hours{3};
constexpr Duration kLevelReach = days{1};  // older weighs less than 1/256
// A value of the slot itself, and one of its neighbours: both together count half of it.
constexpr double kOwn = 4, kNeighbour = 1;

struct Weighted {
  double value;
  double weight;
};

// `points` in order of value, not empty. Where two values share the middle: between them.
double weighted_median(std::span<const Weighted> points) {
  double total = 0, sum = 0;
  for (const Weighted& p : points) total += p.weight;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sum += points[i].weight;
    if (2 * sum > total || i + 1 == points.size()) return points[i].value;
    if (2 * sum == total) return points[i].value / 2 + points[i + 1].value / 2;
  }
  return 0;
}

bool by_value(const Weighted& a, const Weighted& b) { return a.value < b.value; }

double median_distance(const std::vector<double>& values, double from) {
  std::vector<Weighted> distances;
  distances.reserve(values.size());
  for (const double v : values) distances.push_back({std::fabs(v - from), 1});
  std::sort(distances.begin(), distances.end(), by_value);
  return weighted_median(distances);
}

bool is_weekend(Instant t) {
  const auto day = std::chrono::floor<days>(t.time_since_epoch());
  const std::chrono::weekday name{std::chrono::sys_days{day}};
  return name == std::chrono::Saturday || name == std::chrono::Sunday;
}

bool is_excluded(Instant start, const BandTraining& how) {
  return std::any_of(how.excluded.begin(), how.excluded.end(), [start](const auto& range) {
    return range.first <= start && start < range.second;
  });
}

}  // namespace

Instant band_trained_until(Instant end, std::optional<Instant> red_since, Duration renewal) {
  const bool frozen = red_since && end < *red_since + kBandFreeze;
  return floor_to((frozen ? std::min(end, *red_since) : end) - renewal, kBandRenewal);
}

std::optional<AnomalyModel> AnomalyModel::train(std::span<const Datapoint> history,
                                                const BandTraining& how, Instant until) {
  std::vector<Point> points;
  for (const Datapoint& d : history)
    if (d.value && d.start >= until - kBandHistory && d.start + how.period <= until &&
        !is_excluded(d.start, how))
      points.push_back({*d.value, d.start, 0});
  if (points.size() < kBandLeastPoints) return std::nullopt;
  const Duration span = points.back().start + how.period - points.front().start;
  if (span < kBandLeastHistory) return std::nullopt;
  AnomalyModel model;
  model.counts_ = how.counts;
  model.percent_ = how.percent;
  model.choose_slots(span, how.period);
  for (Point& p : points) p.slot = model.slot_of(p.start);
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.value < b.value; });
  model.nonnegative_ = points.front().value >= 0;
  model.learn(points);
  std::vector<Point> usual;
  std::copy_if(points.begin(), points.end(), std::back_inserter(usual), [&model](const Point& p) {
    const Slot& slot = model.learned_[p.slot];
    return std::fabs(p.value - slot.base) <= kOutlier * model.deviation(slot.base, slot);
  });
  model.learn(usual);
  model.learn_level(points, until);
  return model;
}

void AnomalyModel::choose_slots(Duration span, Duration period) {
  if (span >= kSeasonsFrom)
    slot_width_ = std::min<Duration>(std::max(period, Duration{hours{1}}), days{1});
  slots_ = static_cast<std::size_t>((days{1} + slot_width_ - Duration{1}) / slot_width_);
  weekends_ = span >= kWeekendsFrom;
}

std::size_t AnomalyModel::slot_of(Instant start) const {
  const Duration of_day = start - floor_to(start, days{1});
  const auto slot = static_cast<std::size_t>(of_day / slot_width_);
  return weekends_ && is_weekend(start) ? slots_ + slot : slot;
}

// Anew, from points in order of value.
void AnomalyModel::learn(std::span<const Point> by_value) {
  const std::size_t all = slots_ * (weekends_ ? 2 : 1);
  std::vector<std::vector<double>> values(all + 1);
  for (const Point& p : by_value) {
    values[p.slot].push_back(p.value);
    values[all].push_back(p.value);
  }
  learned_.assign(all + 1, {});
  for (std::size_t slot = 0; slot <= all; ++slot) learn_slot(slot, values);
}

void AnomalyModel::learn_slot(std::size_t slot, std::span<const std::vector<double>> values) {
  const std::vector<double>& own = values[slot];
  if (own.empty()) return;
  std::vector<Weighted> around;
  for (const double v : own) around.push_back({v, kOwn});
  if (slot + 1 < values.size() && slots_ > 1) {
    const std::size_t day = slot / slots_ * slots_, hour = slot % slots_;
    for (const std::size_t other : {(hour + 1) % slots_, (hour + slots_ - 1) % slots_})
      for (const double v : values[day + other]) around.push_back({v, kNeighbour});
    std::sort(around.begin(), around.end(), by_value);
  }
  const double base = weighted_median(around);
  learned_[slot] = {base, kMadToDeviation * median_distance(own, base), true};
}

// From all points, not the usual ones only: what lasts is to be learned, and what does not is
// outvoted.
void AnomalyModel::learn_level(std::span<const Point> points, Instant until) {
  std::vector<Weighted> ratios, shifts;
  for (const Point& p : points) {
    if (p.start < until - kLevelReach) continue;
    const double halves = static_cast<double>((until - p.start).count()) /
                          static_cast<double>(Duration{kLevelHalves}.count());
    const Slot& slot = learned_[p.slot].known ? learned_[p.slot] : learned_.back();
    if (slot.base > kNoBase)
      ratios.push_back({p.value / slot.base, std::exp2(-halves)});
    else
      shifts.push_back({p.value - slot.base, std::exp2(-halves)});
  }
  std::sort(ratios.begin(), ratios.end(), by_value);
  std::sort(shifts.begin(), shifts.end(), by_value);
  if (!ratios.empty()) level_ = std::clamp(weighted_median(ratios), 0.5, 2.0);
  if (!shifts.empty()) shift_ = weighted_median(shifts);
}

double AnomalyModel::expected(const Slot& slot) const {
  if (slot.base > kNoBase) return slot.base * level_;
  return slot.base + std::clamp(shift_, -slot.noise, slot.noise);
}

double AnomalyModel::deviation(double expected, const Slot& slot) const {
  const double least = counts_ ? std::sqrt(std::max(expected, 1.0)) : kLeastDeviation;
  return std::max({slot.noise, kLeastShare * std::fabs(expected), least});
}

Band AnomalyModel::band(Instant start, double deviations) const {
  const Slot& own = learned_[slot_of(start)];
  const Slot& slot = own.known ? own : learned_.back();
  const double middle = expected(slot);
  const double reach = deviations * deviation(middle, slot);
  Band out{middle - reach, middle + reach};
  if (nonnegative_) out.low = std::max(out.low, 0.0);
  if (percent_) out.high = std::min(out.high, 100.0);
  return out;
}

}  // namespace tocsin
