// SPDX-License-Identifier: Apache-2.0
// One decoder per larger section of the main configuration.
#pragma once
#include "daemon/config/main_config.hpp"

namespace tocsin {

// log_groups: each with the keys that all inputs share and those of its own input.
std::vector<LogGroupConfig> decode_log_groups(const ConfigNode& section, Diagnostics& out);

// api: where the daemon answers.
ApiConfig decode_api(const ConfigNode& section, Diagnostics& out);

// What channels and the mail server use of the configuration: what was decoded so far.
NotifierContext notifier_context(const MainConfig& config, const Environment& environment);

// topics: identity, `email` and `api` must have been decoded into config before.
std::vector<TopicConfig> decode_topics(const ConfigNode& section, const MainConfig& config,
                                       const Environment& environment, Diagnostics& out);

// event_bus: a list of channels that take records; the rest as decode_topics.
std::vector<Endpoint> decode_event_bus(const ConfigNode& section, const MainConfig& config,
                                       const Environment& environment, Diagnostics& out);

// packs: names or maps; their log group is settled, their topics are known.
std::vector<RuleDocument> decode_packs(const ConfigNode& section, const MainConfig& config,
                                       Diagnostics& out);

// 1..`most` of the characters a-z, A-Z, 0-9 and `others`; else reported at `node`.
bool check_name(const ConfigNode& node, std::string_view what, std::size_t most,
                std::string_view others, Diagnostics& out);

}  // namespace tocsin
