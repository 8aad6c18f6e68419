// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/maths_decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "rules/alarm/anomaly_band.hpp"
#include "rules/alarm/math_plan.hpp"
#include "rules/match/time/event_time.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 3> kMathsKeys{"metrics", "expression",
                                                     "threshold_metric_id"};
constexpr std::size_t kExcludedMax = 100;
// Each key learns from 14 days of its own.
constexpr std::size_t kBandKeysMax = 100;

void read_entry(const ConfigNode& node, const DecodeContext& context, AlarmMaths& maths) {
  AlarmMetric entry;
  ConfigReader read(node, "an entry of `metrics`", context.out);
  if (!node.is_map()) return;
  read.require("id", entry.id);
  const ConfigNode* metric = read.find("metric");
  const bool expression = read.optional("expression", entry.expression);
  if ((metric != nullptr) == (read.map().find("expression") != nullptr))
    report(context.out, "bad-value", node,
           "an entry of `metrics` has a `metric` or an `expression`",
           "such as { id: errors, metric: { namespace: App, name: Errors }, statistic: Sum }");
  if (expression && entry.expression.empty())
    report(context.out, "bad-value", *read.map().find("expression"), "`expression` is empty");
  if (metric != nullptr) {
    read_alarm_metric(*metric, entry, context.out);
    read_alarm_statistic(read, context, entry.statistic);
    read_unit(read, entry.unit);
  }
  read.finish();
  maths.metrics.push_back(std::move(entry));
}

void read_entries(ConfigReader& read, const DecodeContext& context, AlarmMaths& maths) {
  const ConfigNode* list = read.find_required("metrics");
  if (list == nullptr) return;
  if (!list->is_sequence())
    return config::wrong_type(*list, "metrics", "a list", context.out,
                              "each entry has an `id` and a `metric` or an `expression`");
  for (const ConfigNode& node : list->items) read_entry(node, context, maths);
}

// The returned one: `expression`, or as CloudWatch names a band `threshold_metric_id`.
void read_returned(ConfigReader& read, AlarmMaths& maths) {
  const ConfigNode* id = read.find("threshold_metric_id");
  const ConfigNode* expression = read.find("expression");
  if (id != nullptr && !maths.band)
    report(read.diagnostics(), "bad-value", *id,
           "`threshold_metric_id` names the band of a band comparison",
           "`expression` says what is compared with the threshold");
  else if (id != nullptr && expression != nullptr)
    report(read.diagnostics(), "bad-value", *id,
           "an alarm returns one time series: `expression` or `threshold_metric_id`, not both");
  else if (id == nullptr && expression == nullptr)
    read.diagnostics().error("missing-key", read.map().where,
                             read.what() + " with `metrics` needs `expression`: what is compared",
                             "such as expression: \"100 * errors / total\", or the id of an entry");
  if (id != nullptr)
    read.optional("threshold_metric_id", maths.expression);
  else if (expression != nullptr && read.optional("expression", maths.expression) &&
           maths.expression.empty())
    report(read.diagnostics(), "bad-value", *expression, "`expression` is empty");
}

void read_instant(ConfigReader& read, std::string_view key, Instant& into) {
  std::string text;
  if (!read.require(key, text)) return;
  if (const auto t = parse_rfc3339(text))
    into = *t;
  else
    report(read.diagnostics(), "bad-value", *read.map().find(key),
           "`" + std::string(key) + "` must be a time", "such as 2026-11-27T00:00:00Z");
}

void read_excluded(ConfigReader& read, AlarmMaths& maths) {
  const ConfigNode* list = read.find("excluded");
  if (list == nullptr) return;
  if (!list->is_sequence())
    return config::wrong_type(*list, "excluded", "a list", read.diagnostics(),
                              "[{ from: 2026-11-27T00:00:00Z, to: 2026-11-30T00:00:00Z }]");
  if (list->items.size() > kExcludedMax)
    report(read.diagnostics(), "too-many", *list,
           "`excluded` has more than " + std::to_string(kExcludedMax) + " ranges");
  for (const ConfigNode& node : list->items) {
    ConfigReader range(node, "a range of `excluded`", read.diagnostics());
    Instant from = kNoTime, to = kNoTime;
    read_instant(range, "from", from);
    read_instant(range, "to", to);
    range.finish();
    if (from != kNoTime && to != kNoTime && to <= from)
      report(read.diagnostics(), "bad-value", *node.find("to"), "`to` must be after `from`");
    maths.excluded.emplace_back(from, to);
  }
}

// `band`: how wide one on `metric` is, and what no band learns.
void read_band(ConfigReader& read, AlarmMaths& maths, std::optional<double>& deviations) {
  const ConfigNode* node = read.find("band");
  if (node == nullptr) return;
  ConfigReader band(*node, "`band`", read.diagnostics());
  band.optional("deviations", deviations);
  if (deviations && !(*deviations > 0))
    report(read.diagnostics(), "bad-value", *node->find("deviations"),
           "`deviations` must be above 0", "2 is usual");
  read_excluded(band, maths);
  band.finish();
}

// What `metric`, `statistic` and `unit` of the alarm say, as an entry: a band on it.
void take_plain_metric(const Alarm& alarm, double deviations, AlarmMaths& maths) {
  AlarmMetric m{.id = "m1",
                .expression = {},
                .metric_namespace = alarm.metric_namespace,
                .metric_name = alarm.metric_name,
                .dimensions = alarm.dimensions,
                .statistic = alarm.statistic,
                .unit = alarm.unit};
  maths.metrics = {std::move(m)};
  maths.expression = "ANOMALY_DETECTION_BAND(m1, " + config::show_number(deviations) + ")";
}

// The node whose text an error or notice of entry `entry` points into; an id's if it is about that.
const ConfigNode& node_of(const ConfigNode& alarm, std::size_t entry, MathFault fault) {
  const ConfigNode* list = alarm.find("metrics");
  if (list != nullptr && list->is_sequence() && entry < list->items.size()) {
    const ConfigNode& item = list->items[entry];
    if (fault == MathFault::id) return node_at(item, {"id"});
    return node_at(item, {"expression"});
  }
  for (const std::string_view key : {"expression", "threshold_metric_id", "comparison"})
    if (const ConfigNode* node = alarm.find(key)) return *node;
  return alarm;
}

struct Place {
  SourceLocation where;
  int length;
};

Place place_of(const ConfigNode& node, int column, int length, const DecodeContext& context) {
  if (!node.is_scalar()) return {node.where, 1};
  // Of the whole: all of it.
  if (column == 1 && length == 1) return {node.where, caret_length(node)};
  return {place_inside(node, column, context.document), length};
}

void report_errors(const ConfigNode& alarm, const std::vector<MathError>& errors,
                   const DecodeContext& context) {
  for (const MathError& e : errors) {
    const Place at = place_of(node_of(alarm, e.entry, e.fault), e.column, e.length, context);
    context.out.error("bad-expression", at.where, e.text, e.hint, at.length);
  }
}

void warn_notices(const ConfigNode& node, const MathPlan& plan, const Alarm& alarm,
                  const DecodeContext& context) {
  for (const MathNotice& n : plan.result.program.notices()) {
    if (n.code == "fill" && alarm.evaluation_periods > 1) continue;
    const Place at =
        place_of(node_of(node, n.entry, MathFault::syntax), n.column, n.length, context);
    context.out.warning(n.code, at.where, n.text, {}, at.length);
  }
}

void warn_unused(const ConfigNode& node, const MathPlan& plan, const AlarmMaths& maths,
                 const DecodeContext& context) {
  for (std::size_t i = 0; i < maths.metrics.size(); ++i) {
    const AlarmMetric& m = maths.metrics[i];
    const bool needed = !m.expression.empty() ||
                        std::any_of(plan.metrics.begin(), plan.metrics.end(),
                                    [&](const AlarmMetric& used) { return used.id == m.id; });
    if (needed) continue;
    const ConfigNode& id = node_of(node, i, MathFault::id);
    context.out.warning("unused-metric", id.where,
                        "the expression does not need metric `" + m.id + "`", {}, caret_length(id));
  }
}

// Fourteen days of every sample would be too much.
void check_learned(ConfigReader& read, const AlarmMetric& metric) {
  if (metric.statistic.simple()) return;
  const ConfigNode* entry = &read.map();
  if (const ConfigNode* list = read.map().find("metrics"))
    for (const ConfigNode& item : list->items)
      if (node_at(item, {"id"}).scalar == metric.id) entry = &item;
  const bool extended = entry->find("extended_statistic") != nullptr;
  report(read.diagnostics(), "bad-value",
         node_at(*entry, {extended ? "extended_statistic" : "statistic"}),
         "a band is learned from Sum, SampleCount, Average, Minimum or Maximum");
}

void check_bands(ConfigReader& read, const MathPlan& plan, Alarm& alarm) {
  if (plan.bands.empty()) return;
  const Duration most = kBandHistory / static_cast<int>(kBandLeastPoints);
  if (alarm.period > most)
    report(
        read.diagnostics(), "bad-value", node_at(read.map(), {"period"}),
        "a band needs 12 datapoints in 14 days: `period` must be at most " + format_duration(most));
  for (const MathPlan::LearnedBand& band : plan.bands)
    for (const std::size_t input : band.of.inputs) check_learned(read, plan.metrics[input]);
  if (alarm.group_by.empty()) return;
  const ConfigNode* keys = read.map().find("max_keys");
  if (keys == nullptr)
    alarm.max_keys = kBandKeysMax;
  else if (alarm.max_keys > kBandKeysMax)
    report(read.diagnostics(), "bad-value", *keys,
           "`max_keys` of an alarm with a band must be at most " + std::to_string(kBandKeysMax),
           "every key keeps 14 days of its own");
}

void refuse(ConfigReader& read, std::string_view key, std::string text, std::string hint = {}) {
  read.allow(key);
  if (const ConfigNode* node = read.map().find(key))
    report(read.diagnostics(), "bad-value", *node, std::move(text), std::move(hint));
}

// Keys of an alarm on one metric that one with `metrics` does not have.
void refuse_plain_keys(ConfigReader& read) {
  refuse(read, "metric", "an alarm has `metric`, or `metrics` with `expression`, not both");
  for (const char* key : {"statistic", "extended_statistic", "unit"})
    refuse(read, key, std::string("each of `metrics` has its own `") + key + "`",
           std::string("{ id: ..., metric: { ... }, ") + key + ": ... }");
}

}  // namespace

std::optional<BandComparison> find_band_comparison(const ConfigNode& alarm) {
  const ConfigNode* node = alarm.find("comparison");
  for (const auto comparison :
       {BandComparison::outside, BandComparison::below, BandComparison::above})
    if (node != nullptr && node->is_scalar() && node->scalar == to_string(comparison))
      return comparison;
  return std::nullopt;
}

bool is_by_maths(const ConfigNode& alarm) {
  return std::any_of(kMathsKeys.begin(), kMathsKeys.end(),
                     [&](std::string_view key) { return alarm.find(key) != nullptr; });
}

bool read_maths(ConfigReader& read, const DecodeContext& context, Alarm& alarm) {
  for (const std::string_view key : kMathsKeys) read.allow(key);
  const bool written = is_by_maths(read.map());
  AlarmMaths maths;
  maths.band = find_band_comparison(read.map());
  if (!written && !maths.band) {
    refuse(read, "band", "`band` belongs to a band comparison",
           "comparison: LessThanLowerOrGreaterThanUpperThreshold");
    return true;
  }
  const std::size_t faults = context.out.list().size();
  std::optional<double> deviations;
  read_band(read, maths, deviations);
  if (written) {
    refuse_plain_keys(read);
    read_entries(read, context, maths);
    read_returned(read, maths);
    if (deviations)
      report(context.out, "bad-value", node_at(read.map(), {"band", "deviations"}),
             "the expression says how many deviations", "ANOMALY_DETECTION_BAND(m1, 2)");
  } else {
    take_plain_metric(alarm, deviations.value_or(2), maths);
  }
  if (context.out.list().size() != faults || (!written && alarm.metric_name.empty())) return false;
  auto made = make_math_plan(maths);
  if (const auto* errors = std::get_if<std::vector<MathError>>(&made)) {
    report_errors(read.map(), *errors, context);
    return false;
  }
  const auto& plan = std::get<MathPlan>(made);
  check_bands(read, plan, alarm);
  warn_notices(read.map(), plan, alarm, context);
  warn_unused(read.map(), plan, maths, context);
  alarm.metric_namespace = plan.metrics.front().metric_namespace;
  alarm.metric_name = plan.metrics.front().metric_name;
  alarm.maths = std::make_shared<const AlarmMaths>(std::move(maths));
  return true;
}

}  // namespace tocsin
