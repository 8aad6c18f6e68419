// SPDX-License-Identifier: Apache-2.0
// Conditions and metrics that do not fit together: alarms that can never fire, always do, or rest
// on nothing.
#include <algorithm>
#include <optional>
#include <set>

#include "rules/alarm/evaluate.hpp"
#include "rules/alarm/math_plan.hpp"
#include "rules/pattern/pattern.hpp"
#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/metric_index.hpp"
#include "tocsin/config_reader.hpp"

namespace tocsin {
namespace {

bool is_upward(Comparison c) {
  return c == Comparison::greater || c == Comparison::greater_or_equal;
}

// CloudWatch never publishes a default for a metric with dimensions.
std::optional<double> effective_default(const MetricFilter& filter) {
  return filter.dimensions.empty() ? filter.default_value : std::nullopt;
}

// What a statistic of an alarm's metric can be, as far as the filters tell: the literal values of
// their samples, defaults included. Nothing if one takes its value from the event.
std::optional<std::set<double>> sample_values(const std::vector<const FilterDraft*>& filters) {
  std::set<double> values;
  for (const FilterDraft* f : filters) {
    const auto literal = parse_number(f->filter.value);
    if (!literal) return std::nullopt;
    values.insert(*literal);
    if (const auto other = effective_default(f->filter)) values.insert(*other);
  }
  return values;
}

bool all_negative_or_zero(const std::set<double>& values) {
  return !values.empty() && *values.rbegin() <= 0;
}
bool all_positive_or_zero(const std::set<double>& values) {
  return !values.empty() && *values.begin() >= 0;
}

// Lies between the least and the greatest sample.
bool is_average_kind(const StatisticExpression& s) {
  using Kind = StatisticExpression::Kind;
  switch (s.kind) {
    case Kind::average:
    case Kind::minimum:
    case Kind::maximum:
    case Kind::percentile:
    case Kind::trimmed_mean:
      return true;
    case Kind::winsorized_mean:
      return s.percent;
    default:
      return false;
  }
}

bool can_extended_fire(const Alarm& alarm, const std::optional<std::set<double>>& values) {
  const bool up = is_upward(alarm.comparison);
  if (alarm.statistic.kind == StatisticExpression::Kind::percentile_rank &&
      !is_breaching(up ? 100 : 0, alarm.comparison, alarm.threshold))
    return false;
  if (!values || values->empty()) return true;
  // Of negative samples CloudWatch has none.
  if (*values->rbegin() < 0) return false;
  return !is_average_kind(alarm.statistic) ||
         is_breaching(up ? *values->rbegin() : *values->begin(), alarm.comparison, alarm.threshold);
}

// Whether some samples meet the alarm's condition. `empty_is_zero`: a window without samples counts
// as 0.
bool can_fire(const Alarm& alarm, const std::optional<std::set<double>>& values,
              bool empty_is_zero) {
  const bool zero_fires = is_breaching(0, alarm.comparison, alarm.threshold);
  const bool up = is_upward(alarm.comparison);
  const auto statistic = alarm.statistic.simple();
  if (!statistic) return can_extended_fire(alarm, values);
  switch (*statistic) {
    case Statistic::sample_count:
      return up || (empty_is_zero && zero_fires) ||
             is_breaching(1, alarm.comparison, alarm.threshold);
    case Statistic::sum:
      if (!values || (empty_is_zero && zero_fires)) return true;
      if (up && all_negative_or_zero(*values))
        return is_breaching(*values->rbegin(), alarm.comparison, alarm.threshold);
      if (!up && all_positive_or_zero(*values))
        return is_breaching(*values->begin(), alarm.comparison, alarm.threshold);
      return true;
    case Statistic::average:
    case Statistic::minimum:
    case Statistic::maximum:
      return !values || std::any_of(values->begin(), values->end(), [&](double v) {
        return is_breaching(v, alarm.comparison, alarm.threshold);
      });
  }
  return true;
}

// Met by every window, with samples or without.
bool always_fires(const Alarm& alarm, const std::optional<std::set<double>>& values) {
  if (!is_upward(alarm.comparison) || !is_breaching(0, alarm.comparison, alarm.threshold))
    return false;
  if (alarm.statistic == Statistic::sample_count) return true;
  return alarm.statistic == Statistic::sum && values && all_positive_or_zero(*values);
}

const ConfigNode& condition_node(const AlarmDraft& draft) {
  if (!draft.short_form) return node_at(*draft.node, {"threshold"});
  const ConfigNode& alarm = node_at(*draft.node, {"alarm"});
  for (const ConfigEntry& e : alarm.entries)
    if (e.key.scalar != "within" && e.key.scalar != "value" && e.key.scalar != "min")
      return e.value;
  return alarm;
}

void warn(Diagnostics& out, std::string code, const ConfigNode& at, std::string text,
          std::string hint = {}) {
  out.warning(std::move(code), at.where, std::move(text), std::move(hint), caret_length(at));
}

const ConfigNode& statistic_node(const AlarmDraft& a) {
  if (a.short_form) return condition_node(a);
  const ConfigNode* extended = a.node->find("extended_statistic");
  return extended != nullptr ? *extended : node_at(*a.node, {"statistic"});
}

// CloudWatch publishes the default for a minute without a match: an average of 0 and 1 that is
// never between them.
bool is_yes_or_no(const Alarm& alarm, const std::vector<const FilterDraft*>& filters,
                  const std::optional<std::set<double>>& values) {
  const bool means = is_average_kind(alarm.statistic) && alarm.statistic != Statistic::minimum &&
                     alarm.statistic != Statistic::maximum;
  return means && alarm.period == minutes{1} && values && *values == std::set<double>{0, 1} &&
         std::none_of(filters.begin(), filters.end(),
                      [](const FilterDraft* f) { return f->filter.default_per_event; });
}

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

std::set<std::string> dimension_names(const MetricFilter& filter) {
  std::set<std::string> names;
  for (const FieldBinding& b : filter.dimensions) names.insert(b.name);
  return names;
}

std::string join(const std::set<std::string>& names) {
  return names.empty() ? "no dimensions"
                       : list_names(std::vector<std::string>(names.begin(), names.end()));
}

}  // namespace

void check_conditions(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    const auto& filters = metrics.filters_of(a.alarm);
    if (!a.sound || a.alarm.maths || filters.empty()) continue;
    const auto values = sample_values(filters);
    const bool event = a.alarm.anchor == Anchor::event;
    const std::string name = quoted(a.alarm.name);
    if (!can_fire(a.alarm, values, event))
      warn(out, "never-fires", condition_node(a),
           "alarm " + name + " can never fire: nothing meets its condition");
    else if (event && always_fires(a.alarm, values))
      warn(out, "always-fires", condition_node(a),
           "alarm " + name + " is always in ALARM: its condition holds even without events");
    else if (is_average_kind(a.alarm.statistic) && values && values->size() == 1)
      warn(out, "constant-statistic", statistic_node(a),
           "alarm " + name + ": " + to_string(a.alarm.statistic) + " of samples that are all " +
               config::show_number(*values->begin()) + " says nothing about how many there are",
           "did you mean Sum?");
    else if (is_yes_or_no(a.alarm, filters, values))
      warn(out, "constant-statistic", statistic_node(a),
           "alarm " + name + ": " + to_string(a.alarm.statistic) +
               " of a metric that is 1 for a match and 0 for a minute without says only whether "
               "anything matched",
           "did you mean Sum?");
    if (!a.alarm.evaluate_low_samples &&
        a.alarm.statistic.kind != StatisticExpression::Kind::percentile)
      warn(out, "no-effect", node_at(*a.node, {"evaluate_low_sample_count_percentile"}),
           "`evaluate_low_sample_count_percentile` concerns percentiles only, alarm " + name +
               " has statistic " + to_string(a.alarm.statistic));
  }
}

namespace {

void check_watched_dimensions(const AlarmDraft& a, const AlarmMetric& metric,
                              const std::vector<const FilterDraft*>& filters, Diagnostics& out) {
  if (filters.empty()) return;
  std::set<std::string> watched(a.alarm.group_by.begin(), a.alarm.group_by.end());
  for (const auto& [name, value] : metric.dimensions) watched.insert(name);
  const bool fed = std::any_of(filters.begin(), filters.end(), [&](const FilterDraft* f) {
    return dimension_names(f->filter) == watched;
  });
  if (fed) return;
  const std::set<std::string> given = dimension_names(filters.front()->filter);
  warn(out, "never-fires", node_at(watching_node(a, metric), {"metric", "dimensions"}),
       "alarm " + quoted(a.alarm.name) + " can never fire: it watches its metric with " +
           join(watched) + ", but metric filter " + quoted(filters.front()->filter.name) +
           " gives it with " + join(given),
       given.empty() ? "" : "group_by: [" + join(given) + "] watches each value on its own");
}

void check_watched_unit(const AlarmDraft& a, const AlarmMetric& metric,
                        const std::vector<const FilterDraft*>& filters, Diagnostics& out) {
  if (metric.unit.empty() || filters.empty()) return;
  const bool fed = std::any_of(filters.begin(), filters.end(),
                               [&](const FilterDraft* f) { return f->filter.unit == metric.unit; });
  if (!fed)
    warn(out, "never-fires", node_at(watching_node(a, metric), {"unit"}),
         "alarm " + quoted(a.alarm.name) +
             " can never fire: no metric filter gives its metric in " + metric.unit,
         "leave `unit` out, or write " + filters.front()->filter.unit);
}

}  // namespace

void check_dimensions(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const FilterDraft& f : draft.filters)
    if (f.sound && f.filter.default_value && !f.filter.dimensions.empty())
      warn(out, "ignored-default", node_at(*f.node, {"metric", "default"}),
           "the default of metric " + metric_id(f.filter) +
               " is never published, since it has dimensions",
           "remove `default` or `dimensions`");
  for (const AlarmDraft& a : draft.alarms) {
    if (!a.sound || a.short_form) continue;
    for (const AlarmMetric& m : watched_metrics(a.alarm))
      check_watched_dimensions(a, m, metrics.filters_of(m), out);
  }
}

void check_missing_data(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    const auto& filters = metrics.filters_of(a.alarm);
    if (!a.sound || a.alarm.anchor == Anchor::event || a.alarm.maths || filters.empty()) continue;
    const bool sparse = std::none_of(filters.begin(), filters.end(), [](const FilterDraft* f) {
      return effective_default(f->filter).has_value();
    });
    if (!sparse) continue;
    const std::string metric = metric_id(a.alarm);
    const bool one_of_one = a.alarm.evaluation_periods == 1;
    if (a.alarm.treat_missing_data == MissingData::missing)
      warn(out, "sparse-metric", node_at(*a.node, {"treat_missing_data"}),
           "alarm " + quoted(a.alarm.name) +
               " goes to INSUFFICIENT_DATA after each match: metric " + metric +
               " has no datapoint where nothing matched",
           "treat_missing_data: notBreaching, and `default: 0` in the metric filter");
    else if (a.alarm.treat_missing_data == MissingData::not_breaching && one_of_one &&
             is_upward(a.alarm.comparison))
      warn(out, "sparse-metric", node_at(*a.node, {"treat_missing_data"}),
           "alarm " + quoted(a.alarm.name) +
               " stays in ALARM for its whole evaluation range: metric " + metric +
               " has no datapoint where nothing matched",
           "`default: 0` in the metric filter lets it end after one period");
  }
}

// A default stands for its whole minute and is known when that has ended.
void check_short_periods(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    if (!a.sound || a.alarm.anchor == Anchor::event || a.alarm.period >= minutes{1}) continue;
    std::set<std::string> without;  // metrics
    for (const AlarmMetric& m : watched_metrics(a.alarm))
      for (const FilterDraft* f : metrics.filters_of(m))
        if (effective_default(f->filter) && !f->filter.default_per_event)
          without.insert(metric_id(m));
    for (const std::string& metric : without)
      warn(out, "ignored-default", node_at(*a.node, {"period"}),
           "alarm " + quoted(a.alarm.name) + " never sees the default of metric " + metric +
               ": its periods are shorter than the minute that a default stands for",
           "a period of 60s or more; or let `treat_missing_data` say what no data means");
  }
}

void check_units(const Draft& draft, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    if (!a.sound) continue;
    for (const AlarmMetric& m : watched_metrics(a.alarm))
      check_watched_unit(a, m, metrics.filters_of(m), out);
  }
}

void check_unused_metrics(const Draft& draft, Diagnostics& out) {
  if (out.has_errors()) return;  // an alarm that could not be read may watch it
  std::set<std::string> watched;
  for (const AlarmDraft& a : draft.alarms)
    for (const AlarmMetric& m : watched_metrics(a.alarm)) watched.insert(metric_id(m));
  for (const FilterDraft& f : draft.filters)
    if (f.sound && !f.short_form && watched.count(metric_id(f.filter)) == 0)
      warn(out, "unused-metric", node_at(*f.node, {"name"}),
           "no alarm watches metric " + metric_id(f.filter) + " of metric filter " +
               quoted(f.filter.name));
}

void check_unheard_alarms(const Draft& draft, Diagnostics& out) {
  std::set<std::string_view> heard;  // by way of composite alarms
  for (const CompositeDraft& c : draft.composites) {
    if (c.composite.tree == nullptr) return;  // its rule could not be read
    heard.insert(c.composite.children.begin(), c.composite.children.end());
    if (c.composite.suppressor) heard.insert(c.composite.suppressor->alarm);
  }
  const auto check = [&](const AlarmDraft& a) {
    if (!a.sound || a.pack || !a.alarm.actions_enabled || !a.alarm.alarm_topics.empty()) return;
    if (heard.contains(a.alarm.name)) return;
    const std::string hint =
        a.short_form ? "add `notify: [topic]`" : "add `actions: { alarm: [topic] }`";
    warn(out, "tells-nobody", node_at(*a.node, {"name"}),
         "nobody is told when alarm " + quoted(a.alarm.name) + " fires", hint);
  };
  for (const AlarmDraft& a : draft.alarms) check(a);
  for (const CompositeDraft& c : draft.composites) check(c);
}

namespace {

// The alarm's filters whose log group is delivered later than periods wait for it.
std::set<const LogGroup*> late_groups(const AlarmDraft& a, const MetricIndex& metrics,
                                      const RuleContext& context) {
  constexpr Duration kDeliveryDelay = minutes{15};
  std::set<std::string> feeding;
  for (const AlarmMetric& m : watched_metrics(a.alarm))
    for (const FilterDraft* f : metrics.filters_of(m)) feeding.insert(f->filter.log_group);
  std::set<const LogGroup*> late;
  for (const LogGroup& g : context.log_groups) {
    const bool batches = g.input == "cloudtrail" || g.input == "s3";
    if (batches && g.lateness < kDeliveryDelay && feeding.count(g.name) != 0) late.insert(&g);
  }
  return late;
}

}  // namespace

void check_late_sources(const Draft& draft, const RuleContext& context, Diagnostics& out) {
  const MetricIndex metrics(draft);
  for (const AlarmDraft& a : draft.alarms) {
    if (!a.sound || a.alarm.anchor == Anchor::event) continue;
    for (const LogGroup* group : late_groups(a, metrics, context))
      warn(out, "late-source", node_at(*a.node, {"period"}),
           "alarm " + quoted(a.alarm.name) +
               " may close periods before their events come: log group " + quoted(group->name) +
               " is delivered up to 15m late, but has lateness " + format_duration(group->lateness),
           "raise the log group's `lateness`, or use the short form");
  }
}

}  // namespace tocsin
