// SPDX-License-Identifier: Apache-2.0
#include "notifiers/channels.hpp"

#include "notifiers/delivery_policy.hpp"
#include "notifiers/endpoint_name.hpp"
#include "notifiers/target_address.hpp"
#include "notifiers/tls_reader.hpp"

namespace tocsin {

void read_common_options(ConfigReader& read, Duration& retry_for) {
  read.optional("retry_for", retry_for, Bounds<Duration>{minutes{1}, days{14}});
  // The topic's decoder reads these.
  for (const char* key : {"filter", "filter_scope", "redrive", "group", "digest", "rate_limit"})
    read.allow(key);
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

namespace {

// The URL in `url` as a target, with `tls`. `node` is where it was written.
std::optional<SecretUrl> make_target(Secret url, const ConfigNode& node, std::string_view key,
                                     ConfigReader& read, const NotifierContext& context) {
  Diagnostics& out = read.diagnostics();
  SharedTlsOptions tls = read_tls(read, context);
  const auto target = parse_web_target(url.reveal());
  const std::string name = "`" + std::string(key) + "`: ";
  if (!target) {
    report(out, "bad-value", node, name + target.error().text);
    return std::nullopt;
  }
  if (is_forbidden_literal(target->host)) {
    report(out, "bad-value", node, name + "link-local and metadata addresses are never a target");
    return std::nullopt;
  }
  if (tls && target->scheme != "https")
    report(out, "conflict", *read.map().find("tls"),
           "`tls` is for a URL that begins with https://");
  return SecretUrl{std::move(url), target->host, std::move(tls)};
}

}  // namespace

std::optional<SecretUrl> read_secret_url(ConfigReader& read, std::string_view key,
                                         const NotifierContext& context) {
  auto url = read_secret(read, key, context);
  read.allow("tls");
  if (!url) return std::nullopt;
  return make_target(std::move(*url), *read.map().find(key), key, read, context);
}

std::optional<SecretUrl> read_service_url(ConfigReader& read, std::string_view key,
                                          std::string_view otherwise,
                                          const NotifierContext& context) {
  if (read.find(key) != nullptr) return read_secret_url(read, key, context);
  return make_target(Secret(std::string(otherwise)), read.map(), key, read, context);
}

Secret url_below(const Secret& base, std::string_view path) {
  std::string url = base.reveal();
  while (url.ends_with('/')) url.pop_back();
  return Secret(url.append("/").append(path));
}

}  // namespace tocsin
