// SPDX-License-Identifier: Apache-2.0
#include "rules/ruleset/item_fields.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "rules/message/message_template.hpp"
#include "rules/message/summary.hpp"
#include "rules/pattern/pattern.hpp"
#include "rules/ruleset/source_text.hpp"
#include "tocsin/escalation_options.hpp"

namespace tocsin {
namespace {

constexpr int kTopicsMax = 5;             // as CloudWatch's actions of a state
constexpr std::size_t kBindingsMax = 30;  // as CloudWatch's dimensions of a metric
constexpr std::size_t kBindingBytesMax = 255;

constexpr std::array<std::string_view, 27> kUnits{"None",
                                                  "Count",
                                                  "Percent",
                                                  "Seconds",
                                                  "Microseconds",
                                                  "Milliseconds",
                                                  "Bytes",
                                                  "Kilobytes",
                                                  "Megabytes",
                                                  "Gigabytes",
                                                  "Terabytes",
                                                  "Bits",
                                                  "Kilobits",
                                                  "Megabits",
                                                  "Gigabits",
                                                  "Terabits",
                                                  "Bytes/Second",
                                                  "Kilobytes/Second",
                                                  "Megabytes/Second",
                                                  "Gigabytes/Second",
                                                  "Terabytes/Second",
                                                  "Bits/Second",
                                                  "Kilobits/Second",
                                                  "Megabits/Second",
                                                  "Gigabits/Second",
                                                  "Terabits/Second",
                                                  "Count/Second"};

constexpr std::pair<std::string_view, Severity> kSeverities[] = {{"info", Severity::info},
                                                                 {"low", Severity::low},
                                                                 {"medium", Severity::medium},
                                                                 {"high", Severity::high},
                                                                 {"critical", Severity::critical}};

// "a.b" of $.a.b, "ip" of $ip.
std::string name_of_reference(std::string_view reference) {
  reference.remove_prefix(reference.substr(0, 2) == "$." ? 2 : 1);
  return std::string(reference);
}

bool check_reference(const ConfigNode& node, std::string_view key, const MetricFilter& filter,
                     Diagnostics& out) {
  const std::string name(key);
  if (node.scalar.substr(0, 1) != "$" || node.scalar.size() < 2) {
    report(out, "bad-reference", node, "`" + name + "` must refer to a field",
           "such as $." + (node.scalar.empty() ? "userIdentity.arn" : node.scalar) +
               ", or $name of a [ ] pattern");
    return false;
  }
  if (!filter.pattern || filter.pattern->can_resolve(node.scalar)) return true;
  std::string why = "the pattern cannot supply " + node.scalar;
  switch (filter.pattern->family()) {
    case Pattern::Family::json:
      report(out, "bad-reference", node, std::move(why),
             "a { } pattern supplies selectors such as $.a.b");
      break;
    case Pattern::Family::delimited:
      report(out, "bad-reference", node, std::move(why),
             "a [ ] pattern supplies $name of its names, and $1, $2, ...");
      break;
    case Pattern::Family::terms:
    case Pattern::Family::match_all:
      report(out, "bad-reference", node, std::move(why),
             "only patterns in { } (JSON) and [ ] (space-delimited) supply fields");
  }
  return false;
}

void add_binding(const ConfigNode& at, FieldBinding binding, std::string_view key,
                 std::vector<FieldBinding>& into, Diagnostics& out) {
  if (binding.name.empty() || binding.name.size() > kBindingBytesMax) {
    report(out, "bad-value", at, "a name in `" + std::string(key) + "` must have 1 to 255 bytes");
    return;
  }
  const bool twice = std::any_of(into.begin(), into.end(),
                                 [&](const FieldBinding& b) { return b.name == binding.name; });
  if (twice)
    report(out, "duplicate-name", at,
           "`" + std::string(key) + "` has \"" + binding.name + "\" twice");
  else
    into.push_back(std::move(binding));
}

void read_selectors(ConfigReader& read, std::string_view key,
                    Shared<std::vector<std::string>>& into) {
  const ConfigNode* node = read.find(key);
  if (node == nullptr) return;
  auto selectors = config::text_list(*node, key, ListForm::list_only, read.diagnostics());
  if (!selectors) return;
  for (const ConfigNode& item : node->items)
    if (item.is_scalar() && (item.scalar.substr(0, 2) != "$." || item.scalar.size() < 3))
      report(read.diagnostics(), "bad-reference", item,
             "`" + std::string(key) + "` must name fields", "such as $." + item.scalar);
  into = std::move(*selectors);
}

void read_evidence(ConfigReader& read, EvidenceSpec& into) {
  const ConfigNode* node = read.find("evidence");
  if (node == nullptr) return;
  ConfigReader evidence(*node, "`evidence`", read.diagnostics());
  evidence.optional("events", into.events, {.least = 0, .most = 5});
  read_selectors(evidence, "fields", into.fields);
  read_selectors(evidence, "drop", into.drop);
  evidence.finish();
}

void read_summary(ConfigReader& read, const DecodeContext& context, Alarm& alarm) {
  if (!read.optional("summary", alarm.summary)) return;
  const ConfigNode& node = *read.map().find("summary");
  const auto error = check_summary(alarm.summary);
  if (!error) return;
  const SourceLocation where = place_inside(node, error->column, context.document);
  read.diagnostics().error("bad-template", where, error->text);
}

bool read_limited(ConfigReader& read, std::string_view key, std::string& into, std::size_t most,
                  std::string_view forbidden) {
  std::string name;
  if (!read.require(key, name)) return false;
  const auto bad = std::find_if(name.begin(), name.end(), [&](char c) {
    return (c >= 0 && c < ' ') || c == 0x7f || forbidden.find(c) != std::string_view::npos;
  });
  std::string fault;
  if (name.empty() || name.size() > most)
    fault = "must have 1 to " + std::to_string(most) + " bytes";
  else if (bad != name.end() && forbidden.find(*bad) != std::string_view::npos)
    fault = "must not contain \"" + std::string(1, *bad) + "\"";
  else if (bad != name.end())
    fault = "must have no control characters";
  if (fault.empty()) {
    into = std::move(name);
    return true;
  }
  report(read.diagnostics(), "bad-value", *read.map().find(key),
         "`" + std::string(key) + "` " + fault);
  return false;
}

constexpr std::pair<std::string_view, Flapping> kFlapping[] = {
    {"off", Flapping::off}, {"mark", Flapping::mark}, {"notice", Flapping::notice}};
constexpr std::pair<std::string_view, bool> kModes[] = {{"live", false}, {"shadow", true}};

void read_storm_control(ConfigReader& read, MessageRate& storm) {
  const ConfigNode* node = read.find("storm_control");
  if (node == nullptr) return;
  ConfigReader parts(*node, "`storm_control`", read.diagnostics());
  MessageRate written;
  const bool has_messages = parts.require("messages", written.messages, Bounds<int>{1, 1000});
  const bool has_per =
      parts.require("per", written.per, Bounds<Duration>{.least = seconds{1}, .most = days{7}});
  parts.finish();
  if (has_messages && has_per) storm = written;
}

void read_attention(ConfigReader& read, Alarm& alarm) {
  read.optional("ok_after", alarm.ok_after, {.least = seconds{1}, .most = days{7}});
  read.optional("repeat", alarm.repeat, {.least = minutes{1}, .most = days{366}});
  read.optional_name("flapping", alarm.flapping, kFlapping);
  read.optional_name("mode", alarm.shadow, kModes);
  read_storm_control(read, alarm.storm);
  std::vector<EscalationStep> steps;
  read_escalation(read, steps);
  alarm.escalate = std::move(steps);
}

}  // namespace

SourceLocation place_inside(const ConfigNode& node, int column, const RuleDocument& document) {
  if (!document.text) return node.where;
  return locate_in_scalar(node, static_cast<std::size_t>(std::max(column, 1) - 1), *document.text);
}

void limit_text(ConfigReader& read, std::string_view key, std::string& into, std::size_t most) {
  std::string text;
  if (!read.optional(key, text)) return;
  if (text.size() <= most)
    into = std::move(text);
  else
    report(read.diagnostics(), "bad-value", *read.map().find(key),
           "`" + std::string(key) + "` must have at most " + std::to_string(most) + " bytes");
}

void limit_text(ConfigReader& read, std::string_view key, Shared<std::string>& into,
                std::size_t most) {
  std::string text;
  limit_text(read, key, text, most);
  into = std::move(text);
}

bool read_item_name(ConfigReader& read, std::string& into, std::size_t most,
                    std::string_view forbidden) {
  return read_limited(read, "name", into, most, forbidden);
}

bool read_metric_name(ConfigReader& read, std::string_view key, std::string& into) {
  return read_limited(read, key, into, 255, ":*$");
}

void read_log_group(ConfigReader& read, const DecodeContext& context, MetricFilter& filter) {
  if (context.document.pack && read.map().find("log_group") == nullptr) {
    read.allow("log_group");
    filter.log_group = context.document.log_group;
    return;
  }
  read.require("log_group", filter.log_group);
}

void read_pattern(ConfigReader& read, const DecodeContext& context, MetricFilter& filter) {
  const ConfigNode* node = read.find_required("pattern");
  if (node == nullptr) return;
  if (node->is_map() || node->is_sequence()) {
    report(context.out, "bad-type", *node, "the pattern must be quoted",
           std::string("put it in single quotes: '") + (node->is_map() ? "{ ... }'" : "[ ... ]'"));
    return;
  }
  if (!read.require("pattern", filter.pattern_text)) return;
  auto compiled = Pattern::compile(filter.pattern_text, {.quotas = false});
  if (const auto* error = std::get_if<PatternError>(&compiled))
    context.out.error("bad-pattern", place_inside(*node, error->column, context.document),
                      error->text, error->hint, error->length);
  else
    filter.pattern = std::get<std::shared_ptr<const Pattern>>(std::move(compiled));
}

void read_bindings(const ConfigNode& node, std::string_view key, bool list_allowed,
                   const MetricFilter& filter, std::vector<FieldBinding>& into, Diagnostics& out) {
  if (node.is_map()) {
    for (const auto& [name, reference] : node.entries)
      if (config::text(reference, std::string(key) + "." + name.scalar, out) &&
          check_reference(reference, key, filter, out))
        add_binding(name, {name.scalar, reference.scalar}, key, into, out);
  } else if (node.is_sequence() && list_allowed) {
    for (const ConfigNode& reference : node.items)
      if (config::text(reference, std::string(key) + "[]", out) &&
          check_reference(reference, key, filter, out))
        add_binding(reference, {name_of_reference(reference.scalar), reference.scalar}, key, into,
                    out);
  } else {
    config::wrong_type(node, key, list_allowed ? "a list of fields or a map" : "a map of fields",
                       out,
                       list_allowed ? "[$.recipientAccountId] or { account: $.recipientAccountId }"
                                    : "{ account: $.recipientAccountId }");
  }
  if (into.size() > kBindingsMax)
    report(out, "too-many", node,
           "`" + std::string(key) + "` has more than " + std::to_string(kBindingsMax) + " fields");
}

void read_metric_value(const ConfigNode& node, MetricFilter& filter, Diagnostics& out) {
  const auto text = config::text(node, "value", out);
  if (!text) return;
  const bool number = parse_number(*text).has_value();
  if (!number && text->substr(0, 1) != "$") {
    report(out, "bad-value", node, "`value` must be a number or refer to a field",
           "such as 1 or $.bytes");
    return;
  }
  if (number || check_reference(node, "value", filter, out)) filter.value = *text;
}

void read_topics(ConfigReader& read, std::string_view key, Shared<std::vector<std::string>>& into) {
  if (!read.optional(key, into)) return;
  const ConfigNode& node = *read.map().find(key);
  if (into.size() > kTopicsMax)
    report(read.diagnostics(), "too-many", node,
           "`" + std::string(key) + "` has more than " + std::to_string(kTopicsMax) + " topics");
  for (auto topic = into.begin(); topic != into.end(); ++topic)
    if (std::find(into.begin(), topic, *topic) != topic)
      report(read.diagnostics(), "duplicate-name", node,
             "`" + std::string(key) + "` has topic \"" + *topic + "\" twice");
}

void read_actions(ConfigReader& read, Alarm& alarm) {
  if (const ConfigNode* notify = read.find("notify"))
    report(read.diagnostics(), "unknown-key", *notify,
           "an alarm in long form has `actions`, not `notify`",
           "actions: { alarm: [...], ok: [...] }");
  read.optional("actions_enabled", alarm.actions_enabled);
  const ConfigNode* node = read.find("actions");
  if (node == nullptr) return;
  ConfigReader actions(*node, "`actions`", read.diagnostics());
  read_topics(actions, "alarm", alarm.alarm_topics);
  read_topics(actions, "ok", alarm.ok_topics);
  read_topics(actions, "insufficient_data", alarm.insufficient_data_topics);
  actions.finish();
}

void read_unit(ConfigReader& read, std::string& into) {
  std::string unit;
  if (!read.optional("unit", unit)) return;
  if (std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end())
    into = std::move(unit);
  else
    report(read.diagnostics(), "bad-value", *read.map().find("unit"),
           "`unit` must be one of CloudWatch's units", suggest(unit, kUnits));
}

void read_max_keys(ConfigReader& read, Alarm& alarm) {
  int max_keys = static_cast<int>(alarm.max_keys);
  if (read.optional("max_keys", max_keys, {.least = 1, .most = 1'000'000}))
    alarm.max_keys = static_cast<std::size_t>(max_keys);
}

void read_presentation(ConfigReader& read, const DecodeContext& context, Alarm& alarm) {
  limit_text(read, "description", alarm.description, 1024);
  read.optional_name("severity", alarm.severity, kSeverities);
  read_summary(read, context, alarm);
  MessageTemplates templates;
  read_templates(read, templates, [&](const ConfigNode& node, int column) {
    return place_inside(node, column, context.document);
  });
  alarm.templates = std::move(templates);
  limit_text(read, "runbook", alarm.runbook, 16'384);
  read.optional("tags", alarm.tags);
  read_evidence(read, alarm.evidence);
  limit_text(read, "was", alarm.was, 255);
  read_attention(read, alarm);
}

}  // namespace tocsin
