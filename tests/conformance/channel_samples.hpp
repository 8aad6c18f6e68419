// SPDX-License-Identifier: Apache-2.0
// One endpoint of every channel, with a secret in each place where one may stand. The suites of
// this folder walk the registry and fail on a channel that has no row here.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "tocsin/notifier.hpp"

namespace tocsin::test {

inline const std::string kSecret = "S3CRETS3CRETS3CRET";

inline const std::map<std::string_view, ConfigNode> kSamples{
    {"webhook", map({{"url", scalar("https://user:" + kSecret + "@h.example.com/" + kSecret)},
                     {"headers", map({{"Authorization", scalar("Bearer " + kSecret)}})}})},
    {"slack", map({{"webhook_url", scalar("https://hooks.slack.com/services/T/" + kSecret)}})},
    {"email", map({{"to", scalar("ops@example.com")}})},
    {"email-json", map({{"to", scalar("ops@example.com")}})},
    {"pagerduty", map({{"routing_key", scalar(kSecret + "0123456789ABCD")}})},
    {"teams", map({{"webhook_url", scalar("https://prod.example.com/workflows/" + kSecret)}})},
    {"alertmanager", map({{"url", scalar("https://user:" + kSecret + "@am.example.com/am/")}})},
    {"file", map({{"path", scalar("/var/log/tocsin/alarms.ndjson")}})},
    {"exec",
     map({{"command", list({scalar("/usr/local/bin/page"), scalar("--team"), scalar("ops")})},
          {"environment", map({{"API_KEY", scalar(kSecret)}})}})},
    {"journal", map({})},
};
// Which has no option that it needs.
inline constexpr std::string_view kNeedsNothing = "journal";
// Whose protocol wants the secret in the body.
inline constexpr std::string_view kSecretInBody = "pagerduty";

inline NotifierContext sample_context() {
  NotifierContext c;
  c.topic = "security";
  c.mail = MailServer{"smtp://mail.example.com", "tocsin@example.com",
                      MailRequest::StartTls::required, "user", Secret(kSecret)};
  return c;
}

// `more`: options beside those of the sample.
inline Endpoint sample_endpoint(const NotifierType& type,
                                const std::vector<std::pair<std::string, ConfigNode>>& more = {}) {
  const auto sample = kSamples.find(type.name);
  REQUIRE(sample != kSamples.end());
  ConfigNode options = sample->second;
  for (const auto& [key, value] : more) options.entries.emplace_back(scalar(key), value);
  Diagnostics out;
  auto endpoints = type.make(options, sample_context(), out);
  REQUIRE(out.list().empty());
  REQUIRE(endpoints.size() == 1);
  return endpoints[0];
}

}  // namespace tocsin::test
