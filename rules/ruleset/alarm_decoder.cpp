// SPDX-License-Identifier: Apache-2.0
#include "rules/metric/statistic_expression.hpp"
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/item_fields.hpp"
#include "rules/ruleset/maths_decoder.hpp"

namespace tocsin {
namespace {

constexpr int kPeriodsMax =
    86'400 / 10;  // N * period stays within a day or a week; this only keeps numbers small
constexpr int kRangeBeyondPeriodsMax = 100;

constexpr std::pair<std::string_view, Comparison> kComparisons[] = {
    {"GreaterThanThreshold", Comparison::greater},
    {"GreaterThanOrEqualToThreshold", Comparison::greater_or_equal},
    {"LessThanThreshold", Comparison::less},
    {"LessThanOrEqualToThreshold", Comparison::less_or_equal}};
constexpr std::pair<std::string_view, MissingData> kMissing[] = {
    {"missing", MissingData::missing},
    {"ignore", MissingData::ignore},
    {"breaching", MissingData::breaching},
    {"notBreaching", MissingData::not_breaching}};
constexpr std::pair<std::string_view, bool> kLowSamples[] = {{"evaluate", true}, {"ignore", false}};
constexpr std::pair<std::string_view, Anchor> kAnchors[] = {
    {"minute", Anchor::minute}, {"fixed", Anchor::fixed}, {"event", Anchor::event}};

// A node with a value, or nullptr.
const ConfigNode* find_given(const ConfigReader& read, std::string_view key) {
  const ConfigNode* node = read.map().find(key);
  return node != nullptr && !node->is_null() ? node : nullptr;
}

// What an evaluation is read for: configuration, or the alarm of a rule test, whose text is not at
// hand. One of the two is there.
struct Reading {
  const DecodeContext* configured = nullptr;
  TestedEvaluation* tested = nullptr;
};

std::optional<StatisticExpression> parse_name(ConfigReader& read, std::string_view key,
                                              const ConfigNode& node, const Reading& reading) {
  const auto text = config::text(node, key, read.diagnostics());
  if (!text) return std::nullopt;
  const auto parsed = parse_statistic(*text);
  if (const auto* statistic = std::get_if<StatisticExpression>(&parsed)) return *statistic;
  const auto& error = std::get<StatisticError>(parsed);
  const SourceLocation where = reading.configured
                                   ? place_inside(node, error.column, reading.configured->document)
                                   : node.where;
  read.diagnostics().error("bad-value", where, "`" + std::string(key) + "`: " + error.text,
                           error.hint, error.length);
  return std::nullopt;
}

// CloudWatch has two parameters; here `statistic` takes any, too.
void read_statistic(ConfigReader& read, Alarm& alarm, const Reading& reading) {
  read.allow("extended_statistic");
  const ConfigNode* extended = find_given(read, "extended_statistic");
  if (extended == nullptr) {
    const ConfigNode* node = read.find_required("statistic");
    if (node == nullptr) return;
    if (const auto named = parse_name(read, "statistic", *node, reading)) alarm.statistic = *named;
    return;
  }
  read.allow("statistic");
  if (find_given(read, "statistic") != nullptr)
    report(read.diagnostics(), "bad-value", *extended,
           "an alarm has `statistic` or `extended_statistic`, not both");
  const auto named = parse_name(read, "extended_statistic", *extended, reading);
  if (named && named->simple())
    report(read.diagnostics(), "bad-value", *extended,
           "`extended_statistic` has no simple statistic", "statistic: " + extended->scalar);
  else if (named)
    alarm.statistic = *named;
}

void read_threshold(ConfigReader& read, Alarm& alarm, const Reading& reading) {
  const std::optional<BandComparison> band = find_band_comparison(read.map());
  if (!band) {
    read.require_name("comparison", alarm.comparison, kComparisons);
    read.require("threshold", alarm.threshold);
    return;
  }
  for (const char* key : {"comparison", "threshold"}) read.allow(key);
  if (reading.tested != nullptr) reading.tested->band = band;
  if (const ConfigNode* threshold = find_given(read, "threshold"))
    report(read.diagnostics(), "bad-value", *threshold, "a band comparison has no `threshold`",
           "the band of the metric is what it is compared with");
}

void read_period(ConfigReader& read, Alarm& alarm) {
  if (!read.require("period", alarm.period)) return;
  const Duration p = alarm.period;
  const bool minutes_only = p >= minutes{1} && p % minutes{1} == Duration{0};
  if (minutes_only || p == seconds{10} || p == seconds{20} || p == seconds{30}) return;
  report(read.diagnostics(), "bad-value", *read.map().find("period"),
         "`period` must be 10s, 20s, 30s or a multiple of 60s");
  alarm.period = minutes{1};
}

// Limits between fields, spec/alarms.md section 3.
void check_windows(ConfigReader& read, const Alarm& alarm) {
  const int periods = alarm.evaluation_periods;
  const ConfigNode& map = read.map();
  if (alarm.datapoints_to_alarm && *alarm.datapoints_to_alarm > periods)
    report(read.diagnostics(), "bad-value", *map.find("datapoints_to_alarm"),
           "`datapoints_to_alarm` must be at most `evaluation_periods` (" +
               std::to_string(periods) + ")");
  const bool fine = alarm.period < hours{1};
  const Duration most = fine ? Duration{days{1}} : Duration{days{7}};
  if (periods * alarm.period > most)
    report(read.diagnostics(), "bad-value", node_at(map, {"evaluation_periods"}),
           "`evaluation_periods` times `period` must be at most " + format_duration(most),
           fine ? "up to 7d with periods from 1h on" : "");
  const ConfigNode* range = map.find("evaluation_range");
  const bool in_range = alarm.evaluation_range >= periods &&
                        alarm.evaluation_range <= periods + kRangeBeyondPeriodsMax;
  if (range != nullptr && range->is_scalar() && !in_range)
    report(read.diagnostics(), "bad-value", *range,
           "`evaluation_range` must be from " + std::to_string(periods) + " to " +
               std::to_string(periods + kRangeBeyondPeriodsMax));
}

// `anchor: event` is the short form written out, as `tocsin rules show` prints it: one trailing
// window.
void read_event_window(ConfigReader& read, Alarm& alarm, const Reading& reading) {
  read_statistic(read, alarm, reading);
  read.require("period", alarm.period, {.least = seconds{1}, .most = days{7}});
  read_threshold(read, alarm, reading);
}

void read_group_by(ConfigReader& read, Alarm& alarm) {
  if (!read.optional("group_by", alarm.group_by)) return;
  const ConfigNode& node = *read.map().find("group_by");
  for (const ConfigNode& item : node.items)
    if (item.is_scalar() && item.scalar.substr(0, 1) == "$")
      report(read.diagnostics(), "bad-value", item,
             "`group_by` of an alarm in long form names dimensions of its metric",
             "give the metric filter dimensions: { name: " + item.scalar + " }");
}

bool read_plain_metric(ConfigReader& read, Alarm& alarm) {
  const ConfigNode* node = read.find_required("metric");
  AlarmMetric metric;
  const bool read_all = node != nullptr && read_alarm_metric(*node, metric, read.diagnostics());
  alarm.metric_namespace = std::move(metric.metric_namespace);
  alarm.metric_name = std::move(metric.metric_name);
  alarm.dimensions = std::move(metric.dimensions);
  return read_all;
}

void refuse_event_window(ConfigReader& read, Alarm& alarm) {
  report(read.diagnostics(), "bad-value", node_at(read.map(), {"anchor"}),
         "metric maths and bands are judged by periods: `anchor` must be minute or fixed");
  alarm.anchor = Anchor::minute;
}

void read_judgement(ConfigReader& read, Alarm& alarm, const Reading& reading) {
  if (!is_by_maths(read.map())) read_statistic(read, alarm, reading);
  read_period(read, alarm);
  read.require("evaluation_periods", alarm.evaluation_periods, {.least = 1, .most = kPeriodsMax});
  read.optional("datapoints_to_alarm", alarm.datapoints_to_alarm,
                Bounds<int>{.least = 1, .most = kPeriodsMax});
  alarm.evaluation_range = default_evaluation_range(alarm.evaluation_periods);
  read.optional("evaluation_range", alarm.evaluation_range);
  read_threshold(read, alarm, reading);
  read.optional_name("treat_missing_data", alarm.treat_missing_data, kMissing);
  read.optional_name("evaluate_low_sample_count_percentile", alarm.evaluate_low_samples,
                     kLowSamples);
  check_windows(read, alarm);
}

}  // namespace

bool read_alarm_metric(const ConfigNode& node, AlarmMetric& metric, Diagnostics& out) {
  ConfigReader read(node, "`metric`", out);
  const bool space = read_metric_name(read, "namespace", metric.metric_namespace);
  const bool name = read_metric_name(read, "name", metric.metric_name);
  read.optional("dimensions", metric.dimensions);
  read.finish();
  return space && name;
}

void read_alarm_statistic(ConfigReader& read, const DecodeContext& context,
                          StatisticExpression& into) {
  Alarm alarm;
  read_statistic(read, alarm, {.configured = &context, .tested = nullptr});
  into = alarm.statistic;
}

void read_evaluation(ConfigReader& read, Alarm& alarm, TestedEvaluation& tested) {
  read_judgement(read, alarm, {.configured = nullptr, .tested = &tested});
}

void decode_alarm(const ConfigNode& node, const DecodeContext& context, Draft& draft) {
  AlarmDraft item{.alarm = {}, .node = &node, .short_form = false, .pack = context.document.pack};
  Alarm& alarm = item.alarm;
  ConfigReader read(node, "an alarm", context.out);
  if (!node.is_map()) return;
  const std::size_t faults = context.out.list().size();
  const bool named = read_item_name(read, alarm.name, 255, "");
  alarm.where = node.where;
  const bool maths = is_by_maths(node);
  const bool measured = maths || read_plain_metric(read, alarm);
  read.optional_name("anchor", alarm.anchor, kAnchors);
  if (alarm.anchor == Anchor::event && (maths || find_band_comparison(node)))
    refuse_event_window(read, alarm);
  if (alarm.anchor == Anchor::event)
    read_event_window(read, alarm, {.configured = &context, .tested = nullptr});
  else
    read_judgement(read, alarm, {.configured = &context, .tested = nullptr});
  std::string unit;
  if (!maths) read_unit(read, unit);
  alarm.unit = std::move(unit);
  read_actions(read, alarm);
  read_group_by(read, alarm);
  read_max_keys(read, alarm);
  read_presentation(read, context, alarm);
  item.sound = measured && context.out.list().size() == faults;
  // Warns too, which leaves the alarm sound.
  item.sound = read_maths(read, context, alarm) && item.sound;
  const std::size_t known = context.out.list().size();
  read.finish();
  item.sound = item.sound && context.out.list().size() == known;
  if (named) draft.alarms.push_back(std::move(item));
}

}  // namespace tocsin
