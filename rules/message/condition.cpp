// SPDX-License-Identifier: Apache-2.0
#include "rules/message/condition.hpp"

#include <algorithm>
#include <cctype>

#include "rules/alarm/math_plan.hpp"
#include "rules/message/human_time.hpp"
#include "rules/message/text.hpp"

namespace tocsin {
namespace {

std::string_view sign_of(Comparison c) {
  switch (c) {
    case Comparison::greater:
      return " > ";
    case Comparison::greater_or_equal:
      return " >= ";
    case Comparison::less:
      return " < ";
    case Comparison::less_or_equal:
      return " <= ";
  }
  return " ? ";
}

// The short form's own words: `count` is the sum of ones.
std::string short_form_measure(const Alarm& alarm, const MetricFilter* filter) {
  const bool ones = filter == nullptr || filter->value == "1";
  if (alarm.statistic == Statistic::sample_count || (alarm.statistic == Statistic::sum && ones))
    return "count";
  std::string name = to_string(alarm.statistic);
  if (alarm.statistic.simple())
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return filter != nullptr && !ones ? name + " of " + filter->value : name;
}

std::string_view band_text(const AlarmMaths& maths) {
  switch (*maths.band) {
    case BandComparison::outside:
      return " outside its usual band";
    case BandComparison::below:
      return " below its usual band";
    case BandComparison::above:
      return " above its usual band";
  }
  return " ? ";
}

// What is compared: "100 * errors / total", "Sum of App/Requests".
std::string subject(const AlarmMaths& maths) {
  const MathEntries all = math_entries(maths);
  const std::string returned = maths.band ? band_subject(maths) : all.entries[all.result].id;
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    if (all.entries[i].id != returned) continue;
    if (!all.entries[i].expression.empty()) return all.entries[i].expression;
    const AlarmMetric& m = maths.metrics[i];
    return to_string(m.statistic) + " of " + m.metric_namespace + "/" + m.metric_name;
  }
  return returned;
}

std::string period_text(const Alarm& alarm) {
  return std::to_string(std::chrono::duration_cast<seconds>(alarm.period).count()) + " s";
}

}  // namespace

std::string maths_text(const AlarmMaths& maths) {
  return subject(maths) + std::string(maths.band ? band_text(maths) : "");
}

std::string condition_text(const Alarm& alarm, const MetricFilter* filter) {
  const std::string against{std::string(sign_of(alarm.comparison)) +
                            format_number(alarm.threshold)};
  if (alarm.composite) return to_one_line(alarm.composite->rule);
  if (alarm.anchor == Anchor::event)
    return short_form_measure(alarm, filter) + against + " within " + format_within(alarm.period);
  std::string measure = to_string(alarm.statistic) + against;
  if (alarm.maths) measure = maths_text(*alarm.maths) + (alarm.maths->band ? "" : against);
  if (alarm.evaluation_periods == 1) return measure + " for a period of " + period_text(alarm);
  const int needed = alarm.datapoints_to_alarm.value_or(alarm.evaluation_periods);
  return measure + " for " + std::to_string(needed) + " of " +
         std::to_string(alarm.evaluation_periods) + " periods of " + period_text(alarm);
}

}  // namespace tocsin
