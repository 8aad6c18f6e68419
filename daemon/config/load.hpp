// SPDX-License-Identifier: Apache-2.0
// From paths to a configuration and its rules: what tocsind, its reload, `check`, `replay` and
// `rules` start from.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/environment.hpp"
#include "daemon/config/main_config.hpp"
#include "daemon/config/sources.hpp"
#include "rules/ruleset/rule_loader.hpp"

namespace tocsin {

inline constexpr const char* kDefaultConfigFile = "/etc/tocsin/tocsin.yaml";

struct LoadedConfiguration {
  MainConfig config;                     // as far as it could be decoded
  std::shared_ptr<const RuleSet> rules;  // nullptr if diagnostics has errors
  Diagnostics diagnostics;
  Sources sources;  // to show the diagnostics: sources.render(diagnostics, colour)
};

struct LoadOptions {
  bool strict_aws = false;
  // Instead of the configuration's own `rules:`.
  std::optional<std::vector<std::string>> rule_files;
  // Beside the configuration's own packs; those that are there already are not loaded again.
  std::vector<std::string> packs;
  Environment environment = Environment::of_process();
};

// The main configuration `path`, the rule files and packs that it names.
LoadedConfiguration load_configuration(const std::string& path, const LoadOptions& options = {});

// The documents of rule files (options.rule_files) and packs, not yet judged together; packs read
// the only trail of `groups`, or "cloudtrail" if there are no log groups. A rule file that lies in
// a pack's folder is loaded as of that pack.
std::vector<RuleDocument> load_rule_documents(const LoadOptions& options,
                                              const std::vector<LogGroup>& groups, Sources& sources,
                                              Diagnostics& out);

struct LoadedRules {
  std::shared_ptr<const RuleSet> rules;  // nullptr if diagnostics has errors
  Diagnostics diagnostics;
  Sources sources;
};

// Rule files (options.rule_files) and packs without a main configuration: replay and check. Every
// log group and topic that is named exists, beside those of `context`.
LoadedRules load_rules(const LoadOptions& options, RuleContext context = {});

}  // namespace tocsin
