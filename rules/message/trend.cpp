// SPDX-License-Identifier: Apache-2.0
#include "rules/message/trend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "rules/alarm/evaluate.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kListed = 12;  // datapoints in a sentence

// Counts and sums of parts add up to the window's: each part that has something belongs to it, and
// none is compared with the threshold by itself.
bool adds_up(const Alarm& alarm) {
  return alarm.anchor == Anchor::event &&
         (alarm.statistic == Statistic::sum || alarm.statistic == Statistic::sample_count);
}

bool is_shown(const TrendPoint& p) { return p.value && std::isfinite(*p.value); }
bool shows_something(const TrendPoint& p) { return is_shown(p) && *p.value != 0; }

// Eight heights between the least and the largest value; zero is always within.
std::string blocks(const std::vector<TrendPoint>& points) {
  constexpr std::array<std::string_view, 8> kBlocks{"\u2581", "\u2582", "\u2583", "\u2584",
                                                    "\u2585", "\u2586", "\u2587", "\u2588"};
  double least = 0;
  double most = 0;
  for (const TrendPoint& p : points) {
    if (!is_shown(p)) continue;
    least = std::min(least, *p.value);
    most = std::max(most, *p.value);
  }
  std::string out;
  for (const TrendPoint& p : points) {
    if (!is_shown(p)) {
      out += "\u00B7";
      continue;
    }
    // Halves, since the span of two finite doubles may not be one.
    const double share = (*p.value / 2 - least / 2) / (most / 2 - least / 2);
    out += kBlocks[static_cast<std::size_t>(std::ceil(share * (kBlocks.size() - 1)))];
  }
  return out;
}

}  // namespace

std::string datapoints_text(const Transition& t, const Alarm& alarm) {
  if (alarm.anchor == Anchor::event || alarm.composite || t.datapoints.empty()) return {};
  const int needed = alarm.datapoints_to_alarm.value_or(alarm.evaluation_periods);
  if (alarm.evaluation_periods == 1) return {};
  const auto periods = static_cast<std::size_t>(alarm.evaluation_periods);
  const std::span<const Datapoint> all(t.datapoints);
  const auto newest = all.last(std::min(periods, all.size()));
  const auto breaching = std::count_if(newest.begin(), newest.end(), [&](const Datapoint& d) {
    return d.value && is_breaching(alarm, d);
  });
  std::string out = std::to_string(breaching) + " of the last " + std::to_string(periods) +
                    " datapoints " + (breaching == 1 ? "breaches" : "breach") + ", " +
                    std::to_string(needed) + (needed == 1 ? " is" : " are") + " needed: ";
  const auto listed = newest.last(std::min(kListed, newest.size()));
  if (listed.size() < newest.size()) out += "..., ";
  for (const Datapoint& d : listed)
    out += (&d == listed.data() ? "" : ", ") +
           (d.value ? format_value(*d.value, alarm.threshold) : "missing");
  return out;
}

Trend make_trend(const Transition& t, const Alarm& alarm) {
  const bool parts = alarm.anchor == Anchor::event;
  const std::span<const Datapoint> all(parts ? t.parts : t.datapoints);
  Trend out;
  for (const Datapoint& d : all.last(std::min(kTrendPoints, all.size()))) {
    TrendPoint& p = out.points.emplace_back(TrendPoint{d.start, d.value});
    p.breaching = d.value && (adds_up(alarm) ? *d.value != 0 : is_breaching(alarm, d));
  }
  if (std::count_if(out.points.begin(), out.points.end(), shows_something) < 2) return {};
  if (!adds_up(alarm) && !(alarm.maths && alarm.maths->band)) out.threshold = alarm.threshold;
  const auto bars = static_cast<int>(out.points.size());
  out.text = blocks(out.points);
  out.caption = parts ? "the last " + format_span(alarm.period)
                      : std::to_string(bars) + " periods of " + format_span(alarm.period);
  return out;
}

}  // namespace tocsin
