// SPDX-License-Identifier: Apache-2.0
// tocsin rules list | show NAME: what the configuration's rules are, and what their short forms
// stand for.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/cli/command.hpp"
#include "daemon/cli/options.hpp"
#include "daemon/cli/terminal.hpp"
#include "daemon/config/load.hpp"
#include "rules/alarm/math_plan.hpp"
#include "rules/message/condition.hpp"
#include "rules/message/text.hpp"
#include "rules/ruleset/long_form.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/suggest.hpp"

namespace tocsin {

int run_rules(std::span<const std::string> args);

namespace {

using Json = nlohmann::ordered_json;

// Which rules: those of the configuration, or of files and packs alone.
struct RuleSelection {
  std::string config = kDefaultConfigFile;
  std::vector<std::string> files;
  std::vector<std::string> packs;
  bool json = false;
};

void declare(Options& options, RuleSelection& selection) {
  options.value("--config", selection.config, "FILE",
                "the configuration (default /etc/tocsin/tocsin.yaml)");
  options.list("--rules", selection.files, "FILE", "rule files, without a configuration",
               Options::Many::values);
  options.list("--pack", selection.packs, "NAME", "packs, without a configuration",
               Options::Many::values);
  options.flag("--json", selection.json, "one JSON object a line");
}

// nullptr after showing the faults on stderr. Warnings are `check`'s matter.
std::shared_ptr<const RuleSet> load(const RuleSelection& selection) {
  LoadOptions options;
  const auto shown = [](const auto& loaded) {
    if (!loaded.rules)
      complain("the rules are not valid\n" +
               loaded.sources.render(loaded.diagnostics, wants_colour(Stream::standard_error)));
    return loaded.rules;
  };
  if (selection.files.empty() && selection.packs.empty())
    return shown(load_configuration(selection.config, options));
  options.rule_files = selection.files;
  options.packs = selection.packs;
  return shown(load_rules(options));
}

std::string_view symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::greater:
      return ">";
    case Comparison::greater_or_equal:
      return ">=";
    case Comparison::less:
      return "<";
    case Comparison::less_or_equal:
      return "<=";
  }
  return "?";
}

// "SampleCount >= 1 within 5m", "Sum >= 3 in 3 of 5 x 1m", "100 * errors / total > 5 in 1 of 1 x
// 1m", the rule of a composite alarm.
std::string condition(const Alarm& alarm) {
  if (alarm.composite) return to_one_line(alarm.composite->rule);
  std::string text =
      alarm.maths ? maths_text(*alarm.maths) : std::string(to_string(alarm.statistic));
  if (!alarm.maths || !alarm.maths->band)
    text +=
        " " + std::string(symbol(alarm.comparison)) + " " + config::show_number(alarm.threshold);
  const std::string period = format_duration(alarm.period);
  if (alarm.anchor == Anchor::event) return text + " within " + period;
  const int of = alarm.evaluation_periods;
  return text + " in " + std::to_string(alarm.datapoints_to_alarm.value_or(of)) + " of " +
         std::to_string(of) + " x " + period;
}

std::string place(const SourceLocation& where) {
  return where.file.text() + ":" + std::to_string(where.line);
}

int list(const RuleSelection& selection) {
  const auto rules = load(selection);
  if (!rules) return kExitInvalid;
  Output out;
  std::size_t widest = 4;
  for (const Alarm& a : rules->alarms) widest = std::max(widest, a.name.size());
  for (const Alarm& a : rules->alarms) {
    if (selection.json) {
      out.json_line({{"name", a.name},
                     {"severity", to_string(a.severity)},
                     {"condition", condition(a)},
                     {"topics", a.alarm_topics},
                     {"file", a.where.file.text()},
                     {"line", a.where.line}});
      continue;
    }
    const std::string severity(to_string(a.severity));
    out.write(a.name, std::string(widest - a.name.size() + 2, ' '), severity,
              std::string(10 - severity.size(), ' '), condition(a), "  ",
              styled(place(a.where), Style::dim, Stream::standard_output), "\n");
  }
  return kExitOk;
}

// Everything that has the name, and the filters that feed the alarms among it.
Json items_named(const RuleSet& rules, const std::string& name) {
  Json filters = Json::array(), alarms = Json::array(), composites = Json::array();
  const auto feeds = [&](const MetricFilter& f) {
    return std::any_of(rules.alarms.begin(), rules.alarms.end(), [&](const Alarm& a) {
      if (a.name != name || a.composite) return false;
      const std::vector<AlarmMetric> watched = watched_metrics(a);
      return std::any_of(watched.begin(), watched.end(), [&](const AlarmMetric& m) {
        return m.metric_namespace == f.metric_namespace && m.metric_name == f.metric_name;
      });
    });
  };
  for (const MetricFilter& f : rules.filters)
    if (f.name == name || feeds(f)) filters.push_back(long_form(f));
  for (const Alarm& a : rules.alarms)
    if (a.name == name) (a.composite ? composites : alarms).push_back(long_form(a));
  Json items = Json::object();
  if (!filters.empty()) items["metric_filters"] = std::move(filters);
  if (!alarms.empty()) items["alarms"] = std::move(alarms);
  if (!composites.empty()) items["composite_alarms"] = std::move(composites);
  return items;
}

int show(const RuleSelection& selection, const std::string& name) {
  const auto rules = load(selection);
  if (!rules) return kExitInvalid;
  const Json items = items_named(*rules, name);
  if (items.empty()) {
    std::vector<std::string_view> names;
    for (const Alarm& a : rules->alarms) names.push_back(a.name);
    for (const MetricFilter& f : rules->filters) names.push_back(f.name);
    complain("there is no rule \"" + name + "\"");
    if (const std::string_view nearest = nearest_name(name, names); !nearest.empty())
      hint("did you mean \"" + std::string(nearest) + "\"?");
    return kExitNo;
  }
  Output out;
  if (selection.json)
    out.json_line(items);
  else
    out.write(to_yaml(items));
  return kExitOk;
}

}  // namespace

int run_rules(std::span<const std::string> args) {
  RuleSelection selection;
  std::string verb, name;
  Options options("rules",
                  "The alarms of the rules, each with its condition and place; or the long form of "
                  "one rule, every default said.");
  options.positional("VERB", verb, "list or show", Options::Need::required);
  options.positional("NAME", name, "the rule, metric filter or alarm, for show");
  declare(options, selection);
  options.footer(
      "Examples:\n  tocsin rules list\n  tocsin rules show cis-4.10 --pack cis-aws\n"
      "  tocsin rules show root-login --rules rules.d/*.yaml");
  if (const auto code = options.parse(args)) return *code;
  if (verb == "enable" || verb == "disable") {
    complain("`tocsin rules " + verb + "` is not built yet", "not-built");
    return kExitUsage;
  }
  if (verb != "list" && verb != "show")
    return options.usage_error("`rules " + verb + "` is not known; there are: list, show");
  if (verb == "list") {
    if (!name.empty()) return options.usage_error("`rules list` takes no name");
    return list(selection);
  }
  if (name.empty()) return options.usage_error("`rules show` needs a rule's name");
  return show(selection, name);
}

}  // namespace tocsin
