// SPDX-License-Identifier: Apache-2.0
// What CloudWatch would refuse of rules that Tocsin accepts: spec/filter-patterns.md 2, 3.4, 5.2
// and 7.1, spec/alarms.md 3, 9 and 10.
#include <algorithm>
#include <cmath>
#include <map>

#include "rules/alarm/math_plan.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/pattern/parser.hpp"
#include "rules/pattern/pattern.hpp"
#include "rules/ruleset/checks.hpp"
#include "rules/ruleset/item_fields.hpp"
#include "rules/ruleset/metric_index.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/glob.hpp"

namespace tocsin {
namespace {

constexpr std::size_t kFiltersPerGroupMax = 100;
constexpr std::size_t kRegexPatternsPerGroupMax = 5;
constexpr std::size_t kDimensionsMax = 3;
constexpr std::size_t kAlarmDimensionsMax = 30;
constexpr std::size_t kDimensionCharactersMax = 255;
constexpr std::size_t kValueCharactersMax = 100;
constexpr std::size_t kGroupNameCharactersMax = 512;
const double kMagnitudeMax = std::ldexp(1.0, 360);

void refuse(Diagnostics& out, const ConfigNode& at, std::string what, std::string hint = {}) {
  out.error("strict-aws", at.where, "CloudWatch would refuse " + std::move(what), std::move(hint),
            caret_length(at));
}

void check_pattern(const FilterDraft& f, Diagnostics& out) {
  if (!f.filter.pattern) return;  // refused by us already
  const auto compiled = Pattern::compile(f.filter.pattern_text, {.quotas = true});
  const auto* error = std::get_if<PatternError>(&compiled);
  if (error == nullptr) return;
  const ConfigNode& node = node_at(*f.node, {"pattern"});
  out.error("strict-aws", place_inside(node, error->column, *f.document),
            "CloudWatch would refuse this pattern: " + error->text, error->hint, error->length);
}

void check_log_group(const FilterDraft& f, Diagnostics& out) {
  const std::string& name = f.filter.log_group;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    constexpr std::string_view others = ".-_/#";
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
  if (!plain || name.size() > kGroupNameCharactersMax)
    refuse(out, node_at(*f.node, {"log_group"}), "the log group name \"" + name + "\"",
           "1 to 512 of letters, digits and . - _ / #");
}

bool is_regex(const ast::JsonCondition& condition) {
  const auto* test = std::get_if<ast::PropertyTest>(&condition);
  return test != nullptr && std::holds_alternative<ast::RegexLiteral>(test->literal);
}
bool is_regex(const ast::FieldTest& test) {
  return std::holds_alternative<ast::RegexLiteral>(test.literal);
}

template <class Condition>
bool has_regex(const ast::Expression<Condition>& expression) {
  using Expression = ast::Expression<Condition>;
  const auto any = [](const std::vector<Expression>& operands) {
    return std::any_of(operands.begin(), operands.end(),
                       [](const Expression& e) { return has_regex(e); });
  };
  return std::visit(
      Overloaded{[](const Condition& condition) { return is_regex(condition); },
                 [&](const typename Expression::AllOf& all) { return any(all.operands); },
                 [&](const typename Expression::AnyOf& alternatives) {
                   return any(alternatives.operands);
                 }},
      expression.node);
}

bool has_regex(const ast::Tree& tree) {
  const auto in_entry = [](const ast::Entry& e) { return e.condition && has_regex(*e.condition); };
  const auto in_term = [](const ast::Term& t) {
    return std::holds_alternative<ast::RegexLiteral>(t.what);
  };
  return std::visit(Overloaded{[](const ast::MatchAll&) { return false; },
                               [&](const ast::Terms& t) {
                                 return std::any_of(t.terms.begin(), t.terms.end(), in_term);
                               },
                               [](const ast::Json& j) { return has_regex(j.expression); },
                               [&](const ast::Delimited& d) {
                                 return std::any_of(d.before.begin(), d.before.end(), in_entry) ||
                                        std::any_of(d.after.begin(), d.after.end(), in_entry);
                               }},
                    tree);
}

bool is_out_of_range(double number) { return !(std::abs(number) <= kMagnitudeMax); }

// $.a[*].b[*] as a value or dimension.
bool is_too_wild(std::string_view reference) {
  return parse_reference(reference, false) && !parse_reference(reference, true);
}

void check_metric(const FilterDraft& f, Diagnostics& out) {
  const ConfigNode& node = *f.node;
  const ConfigNode& value = node_at(node, {f.short_form ? "alarm" : "metric", "value"});
  // A short rule's metric has the rule's name.
  if (f.filter.metric_name.find('$') != std::string::npos)
    refuse(out, node_at(node, {"name"}), "\"$\" in the name of a metric");
  if (f.filter.value.size() > kValueCharactersMax)
    refuse(out, value, "a value of over 100 characters");
  if (is_too_wild(f.filter.value)) refuse(out, value, "more than one wildcard in a value");
  const auto number = parse_number(f.filter.value);
  if (number && is_out_of_range(*number)) refuse(out, value, "a value beyond 2^360");
  if (f.filter.default_value && is_out_of_range(*f.filter.default_value))
    refuse(out, node_at(node, {"metric", "default"}), "a default beyond 2^360");
  if (f.filter.default_value && !f.filter.dimensions.empty())
    refuse(out, node_at(node, {"metric", "default"}), "a default together with dimensions");
}

void check_dimensions(const FilterDraft& f, Diagnostics& out) {
  const ConfigNode& node =
      f.short_form ? node_at(*f.node, {"group_by"}) : node_at(*f.node, {"metric", "dimensions"});
  if (f.filter.dimensions.size() > kDimensionsMax) refuse(out, node, "more than 3 dimensions");
  for (const FieldBinding& binding : f.filter.dimensions) {
    if (is_too_wild(binding.reference))
      refuse(out, node,
             "more than one wildcard in the field of dimension \"" + binding.name + "\"");
    if (binding.reference.size() > kDimensionCharactersMax)
      refuse(out, node, "a dimension whose field is written in over 255 characters");
  }
}

// Each group once, at the first filter that is too many.
void check_groups(const Draft& draft, Diagnostics& out) {
  std::map<std::string, std::size_t> filters, regexes;
  for (const FilterDraft& f : draft.filters) {
    const std::string& group = f.filter.log_group;
    if (++filters[group] == kFiltersPerGroupMax + 1)
      refuse(out, node_at(*f.node, {"name"}),
             "more than 100 metric filters in log group \"" + group + "\"");
    if (!f.filter.pattern || !has_regex(f.filter.pattern->tree())) continue;
    if (++regexes[group] == kRegexPatternsPerGroupMax + 1)
      refuse(out, node_at(*f.node, {"pattern"}),
             "more than 5 patterns with regular expressions in log group \"" + group + "\"");
  }
}

// Tocsin's `within` may be any number of seconds; CloudWatch's periods may not.
void check_period(const AlarmDraft& a, Diagnostics& out) {
  const Duration period = a.alarm.period;
  const bool whole = period >= minutes{1} && period % minutes{1} == Duration{0};
  if (whole || period == seconds{10} || period == seconds{20} || period == seconds{30}) return;
  refuse(out, a.short_form ? node_at(*a.node, {"alarm", "within"}) : node_at(*a.node, {"period"}),
         "a period of " + format_duration(period), "10s, 20s, 30s or a multiple of 60s");
}

void check_watched_dimensions(const AlarmMetric& metric, const ConfigNode& node, Diagnostics& out) {
  if (metric.dimensions.size() > kAlarmDimensionsMax) refuse(out, node, "more than 30 dimensions");
  for (const auto& [name, value] : metric.dimensions)
    if (name.empty() || value.empty() || name.size() > kDimensionCharactersMax ||
        value.size() > kDimensionCharactersMax)
      refuse(out, node, "a dimension whose name or value has not 1 to 255 characters");
}

void check_alarm(const AlarmDraft& a, Diagnostics& out) {
  check_period(a, out);
  if (is_out_of_range(a.alarm.threshold))
    refuse(out, node_at(*a.node, {a.short_form ? "alarm" : "threshold"}),
           "a threshold beyond 2^360");
  for (const AlarmMetric& m : watched_metrics(a.alarm))
    check_watched_dimensions(m, node_at(watching_node(a, m), {"metric", "dimensions"}), out);
}

// Suppressor periods are whole seconds there.
void check_composite(const CompositeDraft& c, Diagnostics& out) {
  if (!c.composite.suppressor) return;
  for (const auto& [key, period] : {std::pair("wait", c.composite.suppressor->wait),
                                    std::pair("extension", c.composite.suppressor->extension)})
    if (period % seconds{1} != Duration{0})
      refuse(out, node_at(*c.node, {"suppressor", key}),
             "a suppressor's period of " + format_duration(period), "whole seconds");
}

// Mute rules there name alarms, each in full.
void check_mute_targets(const MuteWindowDraft& w, Diagnostics& out) {
  const ConfigNode& alarms = node_at(*w.node, {"targets", "alarms"});
  for (const ConfigNode& name : alarms.items)
    if (has_glob(name.scalar))
      refuse(out, name, "the pattern \"" + name.scalar + "\" in a mute rule",
             "name each alarm, up to 100");
  if (alarms.is_scalar() && has_glob(alarms.scalar))
    refuse(out, alarms, "the pattern \"" + alarms.scalar + "\" in a mute rule",
           "name each alarm, up to 100");
  if (!w.window.targets.tags.empty())
    refuse(out, node_at(*w.node, {"targets", "tags"}), "a mute rule that goes by tags",
           "name each alarm, up to 100");
}

}  // namespace

void check_strict_aws(const Draft& draft, Diagnostics& out) {
  for (const FilterDraft& f : draft.filters) {
    check_pattern(f, out);
    check_log_group(f, out);
    check_metric(f, out);
    check_dimensions(f, out);
  }
  check_groups(draft, out);
  for (const AlarmDraft& a : draft.alarms)
    if (a.sound) check_alarm(a, out);
  for (const CompositeDraft& c : draft.composites)
    if (c.sound) check_composite(c, out);
  for (const MuteWindowDraft& w : draft.mute_windows) check_mute_targets(w, out);
}

}  // namespace tocsin
