// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/alarm_row.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <variant>

#include "rules/alarm/composite_rule.hpp"
#include "rules/alarm/math_plan.hpp"
#include "rules/metric/statistic_expression.hpp"

namespace tocsin {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

// A simple statistic is its number, as rows have always had it.
Json statistic_json(const StatisticExpression& s) {
  return s.simple() ? Json(static_cast<int>(*s.simple())) : Json(to_string(s));
}

std::optional<StatisticExpression> read_statistic(const Json& j) {
  if (!j.is_string()) return static_cast<Statistic>(j.get<int>());
  const auto read = parse_statistic(j.get<std::string>());
  const auto* statistic = std::get_if<StatisticExpression>(&read);
  return statistic != nullptr ? std::optional(*statistic) : std::nullopt;
}

Json maths_json(const AlarmMaths& maths) {
  Json metrics = Json::array();
  for (const AlarmMetric& m : maths.metrics)
    metrics.push_back({{"id", m.id},
                       {"expression", m.expression},
                       {"namespace", m.metric_namespace},
                       {"metric", m.metric_name},
                       {"dimensions", m.dimensions},
                       {"statistic", statistic_json(m.statistic)},
                       {"unit", m.unit}});
  Json excluded = Json::array();
  for (const auto& [from, to] : maths.excluded) excluded.push_back({to_ms(from), to_ms(to)});
  return {{"metrics", std::move(metrics)},
          {"expression", maths.expression},
          {"band", maths.band ? Json(static_cast<int>(*maths.band)) : Json(nullptr)},
          {"excluded", std::move(excluded)}};
}

template <class T>
void read_shared(const Json& j, Shared<T>& into) {
  into = j.get<T>();
}

// nullptr: it cannot be evaluated.
std::shared_ptr<const AlarmMaths> read_maths(const Json& j) {
  auto out = std::make_shared<AlarmMaths>();
  for (const Json& m : j.at("metrics")) {
    const auto statistic = read_statistic(m.at("statistic"));
    if (!statistic) return nullptr;
    out->metrics.push_back({.id = m.at("id"),
                            .expression = m.at("expression"),
                            .metric_namespace = m.at("namespace"),
                            .metric_name = m.at("metric"),
                            .dimensions = m.at("dimensions"),
                            .statistic = *statistic,
                            .unit = m.at("unit")});
  }
  out->expression = j.at("expression");
  if (!j.at("band").is_null()) out->band = static_cast<BandComparison>(j.at("band").get<int>());
  for (const Json& range : j.at("excluded"))
    out->excluded.emplace_back(instant_from_ms(range.at(0)), instant_from_ms(range.at(1)));
  if (!std::holds_alternative<MathPlan>(make_math_plan(*out))) return nullptr;
  return out;
}

Json condition_json(const Alarm& a) {
  if (a.composite) return {{"rule", a.composite->rule}};
  Json out{{"anchor", static_cast<int>(a.anchor)},
           {"namespace", *a.metric_namespace},
           {"metric", *a.metric_name},
           {"dimensions", *a.dimensions},
           {"group_by", *a.group_by},
           {"statistic", statistic_json(a.statistic)},
           {"period", a.period.count()},
           {"n", a.evaluation_periods},
           {"m", a.datapoints_to_alarm ? Json(*a.datapoints_to_alarm) : Json(nullptr)},
           {"range", a.evaluation_range},
           {"comparison", static_cast<int>(a.comparison)},
           {"threshold", a.threshold},
           {"missing", static_cast<int>(a.treat_missing_data)},
           {"low_samples", a.evaluate_low_samples},
           {"unit", *a.unit}};
  if (a.maths) out["maths"] = maths_json(*a.maths);
  return out;
}

// The rule was accepted when it was written; names that are no more do not matter here.
std::shared_ptr<const Composite> read_composite(const Json& condition, const Json& suppressor) {
  auto out = std::make_shared<Composite>();
  out->rule = condition.at("rule");
  auto parsed = parse_composite_rule(out->rule, [](std::string_view) { return true; });
  auto* tree = std::get_if<CompositeRule>(&parsed);
  if (tree == nullptr) return nullptr;
  out->children = child_names(*tree);
  out->tree = std::make_shared<const CompositeRule>(std::move(*tree));
  if (suppressor.is_object())
    out->suppressor =
        Suppressor{suppressor.at("alarm"), Duration{suppressor.at("wait").get<std::int64_t>()},
                   Duration{suppressor.at("extension").get<std::int64_t>()}};
  return out;
}

Json suppressor_json(const Alarm& a) {
  if (!a.composite || !a.composite->suppressor) return nullptr;
  const Suppressor& s = *a.composite->suppressor;
  return {{"alarm", s.alarm}, {"wait", s.wait.count()}, {"extension", s.extension.count()}};
}

Json from_steps(const std::vector<EscalationStep>& steps) {
  Json out = Json::array();
  for (const EscalationStep& step : steps)
    out.push_back(Json::array({step.after.count(), step.topic}));
  return out;
}

std::vector<EscalationStep> read_steps(const Json& j) {
  std::vector<EscalationStep> out;
  for (const Json& step : j) out.push_back({Duration{step.at(0).get<std::int64_t>()}, step.at(1)});
  return out;
}

bool read_condition(const Json& j, Alarm& a) {
  a.anchor = static_cast<Anchor>(j.at("anchor").get<int>());
  read_shared(j.at("namespace"), a.metric_namespace);
  read_shared(j.at("metric"), a.metric_name);
  read_shared(j.at("dimensions"), a.dimensions);
  read_shared(j.at("group_by"), a.group_by);
  const auto statistic = read_statistic(j.at("statistic"));
  if (!statistic) return false;
  a.statistic = *statistic;
  a.period = Duration{j.at("period").get<std::int64_t>()};
  a.evaluation_periods = j.at("n");
  if (!j.at("m").is_null()) a.datapoints_to_alarm = j.at("m").get<int>();
  a.evaluation_range = j.at("range");
  a.comparison = static_cast<Comparison>(j.at("comparison").get<int>());
  a.threshold = j.at("threshold");
  a.treat_missing_data = static_cast<MissingData>(j.at("missing").get<int>());
  a.evaluate_low_samples = j.value("low_samples", true);  // since 0.1.0
  read_shared(j.at("unit"), a.unit);
  if (j.contains("maths")) a.maths = read_maths(j.at("maths"));
  return !j.contains("maths") || a.maths != nullptr;
}

void read_texts(const Json& j, Alarm& a) {
  a.name = j.at("name");
  read_shared(j.at("description"), a.description);
  a.actions_enabled = j.at("actions_enabled");
  // Rows of before there were such keys have none.
  a.shadow = j.value("shadow", false);
  a.repeat = Duration{j.value("repeat", std::int64_t{0})};
  a.ok_after = Duration{j.value("ok_after", std::int64_t{0})};
  a.flapping = static_cast<Flapping>(j.value("flapping", static_cast<int>(Flapping::mark)));
  if (j.contains("escalate")) a.escalate = read_steps(j.at("escalate"));
  if (j.contains("storm"))
    a.storm = {j.at("storm").at(0).get<int>(), Duration{j.at("storm").at(1).get<std::int64_t>()}};
  read_shared(j.at("alarm"), a.alarm_topics);
  read_shared(j.at("ok"), a.ok_topics);
  read_shared(j.at("insufficient"), a.insufficient_data_topics);
  a.severity = static_cast<Severity>(j.at("severity").get<int>());
  read_shared(j.at("summary"), a.summary);
  if (j.contains("templates")) read_shared(j.at("templates"), a.templates);
  read_shared(j.at("runbook"), a.runbook);
  read_shared(j.at("tags"), a.tags);
  a.evidence.events = j.at("evidence");
  read_shared(j.at("fields"), a.evidence.fields);
  read_shared(j.at("drop"), a.evidence.drop);
  a.max_keys = j.at("max_keys");
}

}  // namespace

std::string encode_alarm(const Alarm& a) {
  Json out{{"condition", condition_json(a)},
           {"name", a.name},
           {"description", *a.description},
           {"actions_enabled", a.actions_enabled},
           {"shadow", a.shadow},
           {"repeat", a.repeat.count()},
           {"ok_after", a.ok_after.count()},
           {"flapping", static_cast<int>(a.flapping)},
           {"escalate", from_steps(a.escalate)},
           {"storm", {a.storm.messages, a.storm.per.count()}},
           {"alarm", *a.alarm_topics},
           {"ok", *a.ok_topics},
           {"insufficient", *a.insufficient_data_topics},
           {"severity", static_cast<int>(a.severity)},
           {"summary", *a.summary},
           {"templates", *a.templates},
           {"runbook", *a.runbook},
           {"tags", *a.tags},
           {"evidence", a.evidence.events},
           {"fields", *a.evidence.fields},
           {"drop", *a.evidence.drop},
           {"max_keys", a.max_keys}};
  if (a.composite) out["suppressor"] = suppressor_json(a);
  return dump(out);
}

bool is_same_row(const Alarm& a, const Alarm& b) {
  // All members have a name here, so that a new one does not compile until its place is found.
  const auto row = [](const Alarm& alarm) {
    const auto& [name, description, composite, metric_namespace, metric_name, dimensions, group_by,
                 statistic, period, evaluation_periods, datapoints_to_alarm, evaluation_range,
                 anchor, comparison, treat_missing_data, evaluate_low_samples, actions_enabled,
                 shadow, flapping, severity, threshold, maths, unit, alarm_topics, ok_topics,
                 insufficient_data_topics, repeat, ok_after, escalate, storm, summary, templates,
                 runbook, tags, evidence, max_keys, was, where] = alarm;
    static_cast<void>(was);  // stands in no row, as `where` does not
    static_cast<void>(where);
    const auto& [events, fields, drop] = evidence;
    return std::tie(name, description, composite, anchor, metric_namespace, metric_name, dimensions,
                    group_by, statistic, period, evaluation_periods, datapoints_to_alarm,
                    evaluation_range, comparison, threshold, maths, treat_missing_data,
                    evaluate_low_samples, unit, actions_enabled, alarm_topics, ok_topics,
                    insufficient_data_topics, shadow, repeat, ok_after, flapping, escalate, storm,
                    severity, summary, templates, runbook, tags, events, fields, drop, max_keys);
  };
  return &a == &b || row(a) == row(b);
}

std::optional<Alarm> decode_alarm(std::string_view text) {
  try {
    const Json j = Json::parse(text);
    Alarm a;
    const Json& condition = j.at("condition");
    if (condition.contains("rule")) a.composite = read_composite(condition, j.at("suppressor"));
    if (!a.composite && !read_condition(condition, a)) return std::nullopt;
    read_texts(j, a);
    return a;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::string condition_of(const Alarm& alarm) { return dump(condition_json(alarm)); }

std::string metric_name(std::string_view metric_namespace, std::string_view name) {
  return std::string(metric_namespace).append("/").append(name);
}

std::string datapoints_of(std::span<const MetricFilter* const> publishers) {
  Json out = Json::array();
  for (const MetricFilter* f : publishers) {
    Json dimensions = Json::array();
    for (const FieldBinding& d : f->dimensions) dimensions.push_back({d.name, d.reference});
    out.push_back({f->log_group, f->pattern_text, f->value, dimensions, f->unit,
                   f->minimum ? Json(*f->minimum) : Json(nullptr),
                   f->default_value ? Json(*f->default_value) : Json(nullptr),
                   f->default_per_event});
  }
  std::sort(out.begin(), out.end());  // filters may be moved about in their files
  return dump(out);
}

}  // namespace tocsin
