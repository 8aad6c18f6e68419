// SPDX-License-Identifier: Apache-2.0
// The main configuration, /etc/tocsin/tocsin.yaml, as values. contract.md section 2. Defaults stand
// beside their fields.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/environment.hpp"
#include "daemon/inputs/input.hpp"
#include "daemon/store/durability.hpp"
#include "rules/ruleset/rule_loader.hpp"
#include "tocsin/diagnostics.hpp"
#include "tocsin/notifier.hpp"
#include "tocsin/rule_set.hpp"
#include "tocsin/time.hpp"

namespace tocsin {

// A log group with what only the daemon needs to know of it.
struct LogGroupConfig {
  LogGroup group;
  InputMaker make_input;
  StartAt start_at = StartAt::end;  // cloudtrail and s3: 24 h; stdin: beginning
  Duration start_age{};
  std::size_t line_bytes_max = std::size_t{1} << 20;
  std::string fingerprint;  // changes with anything that its input must be made anew for
};

struct TopicConfig {
  Topic topic;
  std::vector<Endpoint> endpoints;
  bool last_resort = true;  // is told when Tocsin cannot store its state
};

struct ApiConfig {
  std::string listen = "127.0.0.1:8686";  // "off": none
  std::string socket = "/run/tocsin/tocsin.sock";
};

// Where rules come from, as written: globs relative to the configuration file.
struct RuleGlob {
  std::string pattern;
  SourceLocation where;
};

struct MainConfig {
  std::string file;
  Identity identity;
  std::vector<LogGroupConfig> log_groups;
  std::vector<RuleGlob> rules;
  std::vector<RuleDocument>
      packs;  // entries without a root: name, log group, topics, disabled rules
  std::vector<TopicConfig> topics;
  std::vector<Endpoint> event_bus;
  std::optional<MailServer> mail;
  std::string state_directory = "/var/lib/tocsin";
  Durability durability = Durability::full;
  ApiConfig api;
  Duration shutdown_grace{seconds{5}};
  Duration history_retention{days{30}};
};

// Decodes every section, reporting all mistakes. Reads credentials; touches nothing else.
MainConfig decode_main_config(const ConfigNode& root, const std::string& file,
                              const Environment& environment, Diagnostics& out);

// What the rules may refer to.
RuleContext rule_context(const MainConfig& config);

}  // namespace tocsin
