// SPDX-License-Identifier: Apache-2.0
// Fields that several kinds of items have: names, patterns, references, topics, and how an alarm is
// presented to people.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/ruleset/draft.hpp"
#include "tocsin/config_reader.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// `name`, which must be there: 1..`most` bytes, no control characters, none of `forbidden`.
bool read_item_name(ConfigReader& read, std::string& into, std::size_t most,
                    std::string_view forbidden);

// `namespace` or `name` of a metric, which must be there: 1..255 bytes without ":", "*" and "$".
bool read_metric_name(ConfigReader& read, std::string_view key, std::string& into);

// `log_group` (a pack's default if it has none) and `pattern`, compiled: none if that is not
// possible.
void read_log_group(ConfigReader& read, const DecodeContext& context, MetricFilter& filter);
void read_pattern(ConfigReader& read, const DecodeContext& context, MetricFilter& filter);

// { name: $.reference } or, as group_by allows, [$.reference] with the name made of it. References
// are checked against the filter's pattern, if that could be compiled.
void read_bindings(const ConfigNode& node, std::string_view key, bool list_allowed,
                   const MetricFilter& filter, std::vector<FieldBinding>& into, Diagnostics& out);
// `column` of the text of `node`, counted from 1, as a place in the file.
SourceLocation place_inside(const ConfigNode& node, int column, const RuleDocument& document);

// A number or a reference.
void read_metric_value(const ConfigNode& node, MetricFilter& filter, Diagnostics& out);

// A list of topics, each once, at most 5.
void read_topics(ConfigReader& read, std::string_view key, Shared<std::vector<std::string>>& into);

// A text of at most `most` bytes.
void limit_text(ConfigReader& read, std::string_view key, std::string& into, std::size_t most);
void limit_text(ConfigReader& read, std::string_view key, Shared<std::string>& into,
                std::size_t most);

// `actions` and `actions_enabled` of an alarm in long form or a composite one.
void read_actions(ConfigReader& read, Alarm& alarm);

// One of CloudWatch's units; spelt as there.
void read_unit(ConfigReader& read, std::string& into);

// Of an alarm that may have keys.
void read_max_keys(ConfigReader& read, Alarm& alarm);

// description, severity, summary, templates, runbook, tags, evidence, was, and when people are told
// beside the changes of state: ok_after, repeat, flapping, mode, storm_control, escalate.
void read_presentation(ConfigReader& read, const DecodeContext& context, Alarm& alarm);

}  // namespace tocsin
