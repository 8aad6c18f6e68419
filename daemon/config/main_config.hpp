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
#include "daemon/tls/envelope_keys.hpp"
#include "notifiers/dead_man.hpp"
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
  std::vector<Endpoint> copies;  // of dead letters: endpoints that no message goes to
  std::optional<DeadMan> dead_man;
  bool last_resort = true;  // is told when Tocsin cannot store its state
  SignatureVersion signature_version = SignatureVersion::v2;
  bool makes_envelopes = false;  // some subscription gets signed SNS documents
};

// What receivers of SNS envelopes reach from elsewhere: the certificate that signs them, and the
// links in them.
struct HttpsConfig {
  bool written = false;                   // else it is opened only if some subscription needs it
  std::string listen = "127.0.0.1:8687";  // "off": none
  std::string url;                        // what leads here from outside; empty: `listen`'s
  std::string certificate, key;           // files of the operator's own; empty: made by the daemon

  bool operator==(const HttpsConfig&) const = default;
  // Somebody answers at the links, or a proxy does for us.
  bool is_reachable() const { return listen != "off" || !url.empty(); }
};

struct ApiConfig {
  std::string listen = "127.0.0.1:8686";  // "off": none
  std::string socket = "/run/tocsin/tocsin.sock";
  HttpsConfig https;
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
  bool has_subscriptions = false;  // made at run time: not of the file
  // What the endpoints sign with, once the daemon has a key.
  std::shared_ptr<EnvelopeKeys> envelope_keys = std::make_shared<EnvelopeKeys>();
  Duration shutdown_grace{seconds{5}};
  Duration history_retention{days{30}};
};

// Decodes every section, reporting all mistakes. Reads credentials; touches nothing else.
MainConfig decode_main_config(const ConfigNode& root, const std::string& file,
                              const Environment& environment, Diagnostics& out);

// What the rules may refer to.
RuleContext rule_context(const MainConfig& config);

}  // namespace tocsin
