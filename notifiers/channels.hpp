// SPDX-License-Identifier: Apache-2.0
// The makers of the registry's rows (NotifierType::make), one file each, and what they share.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tocsin/config_reader.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin {

using MakeEndpoints = std::vector<Endpoint>(const ConfigNode& options,
                                            const NotifierContext& context, Diagnostics& out);
MakeEndpoints make_webhook, make_slack, make_email, make_email_json, make_pagerduty, make_teams,
    make_alertmanager, make_file, make_exec, make_journal;

// Keys that every channel has: `retry_for` (1 min to 14 d), and those that are not built yet.
void read_common_options(ConfigReader& read, Duration& retry_for);
// The same and those of channels by HTTP: `delivery_policy` in the place of `retry_for`.
void read_http_options(ConfigReader& read, const NotifierContext& context, Endpoint& endpoint);

// The value of a key in which ${credential:NAME} may stand. None: reported, or the key is absent.
std::optional<Secret> read_secret(ConfigReader& read, std::string_view key,
                                  const NotifierContext& context);
// The same for one node; `name` is what messages call it.
std::optional<Secret> resolve(const ConfigNode& node, std::string_view name,
                              const NotifierContext& context, Diagnostics& out);

// A receiver by HTTP: its URL, the host that may be shown, and the option `tls`.
struct SecretUrl {
  Secret url;
  std::string host;
  SharedTlsOptions tls = nullptr;
};
// A required key that holds an http or https URL, and `tls`. None: reported.
std::optional<SecretUrl> read_secret_url(ConfigReader& read, std::string_view key,
                                         const NotifierContext& context);
// The same where `otherwise` stands for an absent key: a service's own address.
std::optional<SecretUrl> read_service_url(ConfigReader& read, std::string_view key,
                                          std::string_view otherwise,
                                          const NotifierContext& context);
// "https://h/base" and "path": with one slash between them, however `base` ends.
Secret url_below(const Secret& base, std::string_view path);

}  // namespace tocsin
