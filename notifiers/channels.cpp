// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

#include "notifiers/delivery_policy.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/target_address.hpp"

namespace tocsin {

void read_common_options(ConfigReader& read, Duration& retry_for) {
  read.optional("retry_for", retry_for, Bounds<Duration>{minutes{1}, days{14}});
  for (const char* key : {"filter", "filter_scope"}) read.allow(key);  // the topic's decoder's
  read.not_built("redrive");
}

void read_http_options(ConfigReader& read, const NotifierContext& context, Endpoint& endpoint) {
  endpoint.policy = read_delivery_policy(read, context.delivery_policy);
  const ConfigNode* retry_for = read.map().find("retry_for");
  read_common_options(read, endpoint.retry_for);
  const ConfigNode* written = read.map().find("delivery_policy");
  if (retry_for != nullptr && written != nullptr && endpoint.policy.delays)
    report(read.diagnostics(), "conflict", *retry_for,
           "`retry_for` and a delivery policy's retries exclude each other", "keep one of them");
}

std::optional<Secret> resolve(const ConfigNode& node, std::string_view name,
                              const NotifierContext& context, Diagnostics& out) {
  const auto written = config::text(node, name, out);
  if (!written) return std::nullopt;
  if (!context.resolve_secret) return Secret(*written);
  auto secret = context.resolve_secret(*written);
  if (secret) return std::move(secret).value();
  report(out, secret.error().code, node, secret.error().text);
  return std::nullopt;
}

std::optional<Secret> read_secret(ConfigReader& read, std::string_view key,
                                  const NotifierContext& context) {
  const ConfigNode* node = read.find_required(key);
  if (node == nullptr) return std::nullopt;
  return resolve(*node, key, context, read.diagnostics());
}

std::optional<SecretUrl> read_secret_url(ConfigReader& read, std::string_view key,
                                         const NotifierContext& context) {
  auto url = read_secret(read, key, context);
  if (!url) return std::nullopt;
  const ConfigNode& node = *read.map().find(key);
  const auto target = parse_web_target(url->reveal());
  if (!target) {
    report(read.diagnostics(), "bad-value", node,
           "`" + std::string(key) + "`: " + target.error().text);
    return std::nullopt;
  }
  if (is_forbidden_literal(target->host)) {
    report(read.diagnostics(), "bad-value", node,
           "`" + std::string(key) + "`: link-local and metadata addresses are never a target");
    return std::nullopt;
  }
  return SecretUrl{std::move(*url), target->host};
}

}  // namespace tocsin
