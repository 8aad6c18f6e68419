// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <optional>

#include "rules/metric/statistic_expression.hpp"
#include "rules/pattern/characters.hpp"
#include "rules/ruleset/decoders.hpp"
#include "rules/ruleset/item_fields.hpp"

namespace tocsin {
namespace {

constexpr Bounds<Duration> kWithin{.least = seconds{1}, .most = days{7}};

struct StatisticKey {
  std::string_view key;
  Statistic statistic;
};
constexpr StatisticKey kStatistics[] = {{"count", Statistic::sample_count},
                                        {"sum", Statistic::sum},
                                        {"average", Statistic::average},
                                        {"minimum", Statistic::minimum},
                                        {"maximum", Statistic::maximum}};

constexpr std::pair<std::string_view, Comparison> kOperators[] = {
    {">=", Comparison::greater_or_equal},
    {"<=", Comparison::less_or_equal},
    {">", Comparison::greater},
    {"<", Comparison::less}};

// ">= 1" into comparison and threshold.
void read_condition(const ConfigNode& node, std::string_view key, Alarm& alarm, Diagnostics& out) {
  const auto text = config::text(node, key, out);
  if (!text) return;
  for (const auto& [symbol, comparison] : kOperators) {
    if (text->compare(0, symbol.size(), symbol) != 0) continue;
    const std::size_t begin = text->find_first_not_of(' ', symbol.size());
    const auto threshold =
        begin == std::string::npos ? std::nullopt : parse_decimal(text->substr(begin));
    if (!threshold) break;
    alarm.comparison = comparison;
    alarm.threshold = *threshold;
    return;
  }
  const bool bare = parse_decimal(*text).has_value();
  report(out, "bad-value", node,
         "`" + std::string(key) + "` must be a condition: >, >=, < or <= and a number",
         bare ? "write \">= " + *text + "\"" : "such as \">= 1\"");
}

// "p99", "TM(10%:90%)", "IQM" and their kin, misspelt or not.
bool is_extended_key(std::string_view key) {
  const std::size_t letters = std::min(key.find_first_of("0123456789("), key.size());
  if (letters == key.size()) return key == "IQM";
  constexpr std::string_view kFamilies[] = {"p",  "tm", "wm", "tc", "ts",
                                            "TM", "WM", "TC", "TS", "PR"};
  return std::find(std::begin(kFamilies), std::end(kFamilies), key.substr(0, letters)) !=
         std::end(kFamilies);
}

// The statistic that a key of `alarm:` names, if it names one.
std::optional<StatisticExpression> statistic_of(ConfigReader& read, const ConfigNode& key,
                                                const RuleDocument& document) {
  for (const StatisticKey& s : kStatistics)
    if (key.scalar == s.key) return s.statistic;
  if (!is_extended_key(key.scalar)) return std::nullopt;
  read.allow(key.scalar);
  const auto parsed = parse_statistic(key.scalar);
  if (const auto* statistic = std::get_if<StatisticExpression>(&parsed)) return *statistic;
  const auto& error = std::get<StatisticError>(parsed);
  read.diagnostics().error("bad-value", place_inside(key, error.column, document),
                           "`" + key.scalar + "`: " + error.text, error.hint, error.length);
  return StatisticExpression();
}

// The one statistic among the keys of `alarm:`, with its condition.
std::optional<StatisticExpression> read_statistic(ConfigReader& read, Alarm& alarm,
                                                  const RuleDocument& document) {
  std::optional<StatisticExpression> chosen;
  if (!read.map().is_map()) return chosen;
  for (const StatisticKey& s : kStatistics) read.allow(s.key);
  for (const auto& [key, value] : read.map().entries) {
    const auto statistic = statistic_of(read, key, document);
    if (!statistic) continue;
    if (chosen)
      report(read.diagnostics(), "bad-value", value,
             "an alarm has one condition, `" + key.scalar + "` is another");
    chosen = statistic;
    read_condition(value, key.scalar, alarm, read.diagnostics());
  }
  if (!chosen)
    read.diagnostics().error(
        "missing-key", read.map().where, "`alarm` needs a condition",
        "count, sum, average, minimum, maximum or p99, such as { count: \">= 1\", within: 5m }");
  return chosen;
}

void read_short_alarm(const ConfigNode& node, const RuleDocument& document, MetricFilter& filter,
                      Alarm& alarm, Diagnostics& out) {
  ConfigReader read(node, "`alarm`", out);
  const auto statistic = read_statistic(read, alarm, document);
  read.require("within", alarm.period, kWithin);
  const ConfigNode* value = read.find("value");
  if (value != nullptr) read_metric_value(*value, filter, out);
  read.optional("min", filter.minimum);
  read.finish();
  if (!statistic) return;
  alarm.statistic = *statistic;
  const bool counts = *statistic == Statistic::sample_count;
  if (counts && value != nullptr)
    report(out, "bad-value", *value, "`count` counts events and has no `value`",
           "did you mean sum?");
  if (!counts && value == nullptr)
    out.error("missing-key", node.where, "`alarm` needs `value`: which number to judge",
              "such as value: $.bytes");
}

}  // namespace

void decode_rule(const ConfigNode& node, const DecodeContext& context, Draft& draft) {
  FilterDraft filter{
      .filter = {}, .node = &node, .document = &context.document, .short_form = true};
  AlarmDraft alarm{.alarm = {}, .node = &node, .short_form = true, .pack = context.document.pack};
  ConfigReader read(node, "a rule", context.out);
  if (!node.is_map()) return;
  const std::size_t faults = context.out.list().size();
  // A name is both a filter's and an alarm's: the stricter of both rules holds.
  const bool named = read_item_name(read, alarm.alarm.name, 255, ":*");
  read_log_group(read, context, filter.filter);
  read_pattern(read, context, filter.filter);
  filter.filter.name = filter.filter.metric_name = alarm.alarm.metric_name = alarm.alarm.name;
  filter.filter.metric_namespace = alarm.alarm.metric_namespace = "Tocsin";
  filter.filter.where = alarm.alarm.where = node.where;
  alarm.alarm.anchor = Anchor::event;
  if (const ConfigNode* condition = read.find_required("alarm"))
    read_short_alarm(*condition, context.document, filter.filter, alarm.alarm, context.out);
  if (const ConfigNode* group_by = read.find("group_by"))
    read_bindings(*group_by, "group_by", true, filter.filter, filter.filter.dimensions,
                  context.out);
  std::vector<std::string> names;
  for (const FieldBinding& binding : filter.filter.dimensions) names.push_back(binding.name);
  alarm.alarm.group_by = std::move(names);
  read_topics(read, "notify", alarm.alarm.alarm_topics);
  alarm.alarm.ok_topics = alarm.alarm.alarm_topics;
  read_max_keys(read, alarm.alarm);
  read_presentation(read, context, alarm.alarm);
  read.finish();
  if (!named) return;
  filter.sound = alarm.sound = context.out.list().size() == faults;
  draft.filters.push_back(std::move(filter));
  draft.alarms.push_back(std::move(alarm));
}

}  // namespace tocsin
