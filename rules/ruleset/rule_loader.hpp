// SPDX-License-Identifier: Apache-2.0
// Rule files -> RuleSet. contract.md section 3. Takes text, never paths; reports every mistake at
// its place, all at once.
//
// Codes of errors: those of documents (bad-yaml, bad-json, bad-encoding, too-large, too-deep,
// bad-key, duplicate-key), of fields (unknown-key, missing-key, bad-type, bad-value, not-built),
// and of rules: bad-pattern, bad-reference (a field that the pattern cannot supply), bad-template,
// bad-rule, cycle (of composite alarms), duplicate-name, dangling-reference, too-many, strict-aws.
// Of warnings: never-fires, always-fires, constant-statistic, sparse-metric, ignored-default,
// unused-metric, tells-nobody, late-source, mutes-nothing.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tocsin/config_node.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/rule_set.hpp"

namespace tocsin {

// A rule file, parsed. For a pack: its options from the main configuration; the files of one pack
// follow each other.
struct RuleDocument {
  ConfigNode root;
  // The text it was parsed from, so that an error inside a pattern is shown at its column; none: at
  // the pattern's begin.
  std::shared_ptr<const std::string> text;
  bool pack = false;
  std::string pack_name;
  std::string log_group;  // pack: every rule without a log group of its own gets it
  std::vector<std::string>
      notify;  // pack: every rule without `notify` gets it; none: topic "default" if there is one
  std::vector<std::string> disable;  // pack: names of rules left out; an unknown one is an error
  SourceLocation where;              // of the pack's entry
};

// What the rules may refer to. `log_groups` and `topics` come from the main configuration;
// `any_log_group`: for `tocsin check RULES` and tests without a configuration, every log group that
// is named exists (input "file").
struct RuleContext {
  Identity identity;
  Instant configured_at{};  // as RuleSet's
  bool event_bus = false;   // likewise
  std::vector<LogGroup> log_groups;
  std::vector<Topic> topics;
  bool any_log_group = false;
  bool any_topic = false;
  bool strict_aws = false;  // also errors (strict-aws) for what CloudWatch would refuse
};

// nullptr if `out` has errors afterwards, but for strict-aws. Warnings (rules that can never fire
// or reach anyone) are reported too.
std::shared_ptr<const RuleSet> build_rule_set(const std::vector<RuleDocument>& documents,
                                              const RuleContext& context, Diagnostics& out);

}  // namespace tocsin
