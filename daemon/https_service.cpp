// SPDX-License-Identifier: Apache-2.0
#include "daemon/https_service.hpp"

#include <algorithm>

#include "daemon/telemetry.hpp"
#include "daemon/tls/certificates.hpp"
#include "notifiers/endpoint_name.hpp"

namespace tocsin {
namespace {

constexpr const char* kAnyPort = "127.0.0.1:0";
constexpr std::size_t kNameDigits = 16;

// "127.0.0.1" of "127.0.0.1:8687", "::1" of "[::1]:8687".
std::string host_of(const std::string& listen) {
  std::string host = listen.substr(0, listen.rfind(':'));
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

bool is_everywhere(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

bool needs_signatures(const MainConfig& config) {
  return config.has_subscriptions ||
         std::any_of(config.topics.begin(), config.topics.end(),
                     [](const TopicConfig& topic) { return topic.makes_envelopes; });
}

std::string certificate_name(const std::string& fingerprint) {
  return "signing-" + fingerprint.substr(0, kNameDigits) + ".pem";
}

}  // namespace

Status HttpsService::prepare(const MainConfig& config) {
  const HttpsConfig& https = config.api.https;
  const bool wanted = https.listen != "off" && (https.written || needs_signatures(config));
  if (wanted && port_ == 0)
    if (Status done = listen(https); !done) return done;
  if (port_ != 0 || (!https.url.empty() && needs_signatures(config))) load(config);
  return success();
}

Status HttpsService::listen(const HttpsConfig& https) {
  Result<Listener> bound = listen_on_tcp(https.listen);
  if (!bound && https.written) return Error{bound.error().code, "https, " + bound.error().text};
  // Somebody else has the port that nobody has asked us to take.
  if (!bound) bound = listen_on_tcp(kAnyPort);
  if (!bound) {
    telemetry::https_trouble(bound.error().text);
    return success();
  }
  port_ = bound->port;
  listener_ = std::move(*bound);
  return success();
}

std::string HttpsService::base_url(const HttpsConfig& https) const {
  if (!https.url.empty()) return https.url;
  std::string host = host_of(https.listen);
  if (is_everywhere(host)) host = host_name_;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "https://" + host + ":" + std::to_string(port_);
}

void HttpsService::load(const MainConfig& config) {
  const HttpsConfig& https = config.api.https;
  const std::string base = base_url(https);
  std::vector<std::string> hosts{"localhost", "127.0.0.1", "::1", host_name_};
  if (const auto target = parse_web_target(base)) hosts.push_back(target->host);
  std::sort(hosts.begin(), hosts.end());
  hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
  std::erase(hosts, "");
  Result<DaemonCertificates> own = open_certificates(config.state_directory, hosts, clock_.now());
  if (!own) return telemetry::https_trouble(own.error().text);
  if (!https.certificate.empty()) {
    Result<PemPair> given = read_pair(https.certificate, https.key);
    if (!given) return telemetry::https_trouble(given.error().text);
    own->https = std::move(*given);
  }
  Result<SigningKey> key = SigningKey::from_pem(own->signing.key);
  const Result<CertificateFacts> facts = read_certificate(own->signing.certificate);
  if (!key || !facts) return telemetry::https_trouble("tls/signing: not a key and its certificate");
  config.envelope_keys->set(
      {std::move(*key), base + "/sns/" + certificate_name(facts->fingerprint), base + "/sns"});
  certificates_ = std::move(*own);
  publish();
}

void HttpsService::attach(ApiServer& server, ServiceApi& api) {
  server_ = &server;
  api_ = &api;
  publish();
}

void HttpsService::publish() {
  if (server_ == nullptr || !certificates_) return;
  api_->show_certificates(certificates_->authority, certificates_->signing.certificate);
  if (port_ == 0) return;
  if (Status done = server_->serve_https(std::exchange(listener_, {}), certificates_->https); !done)
    telemetry::https_trouble(done.error().text);
}

}  // namespace tocsin
