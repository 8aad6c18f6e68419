// SPDX-License-Identifier: Apache-2.0
// A topic with a mail server and credentials, and what tests of channels read of the requests.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "notifiers/channels.hpp"
#include "support/catch.hpp"
#include "support/config_nodes.hpp"
#include "support/sample_notification.hpp"

namespace tocsin::test {

inline const Instant kNow = instant_from_ms(1'773'488'470'000);

inline NotifierContext context() {
  NotifierContext c;
  c.topic = "security";
  c.identity = {"000000000000", "us-east-1", "prod.example.com"};
  c.mail = MailServer{"smtp://mail.example.com:587", "Tocsin <tocsin@example.com>",
                      MailRequest::StartTls::required, "user", Secret("hunter2")};
  c.resolve_secret = [](const std::string& text) -> Result<Secret> {
    if (text == "${credential:absent}") return Error{"missing-credential", "tried /a, /b"};
    if (text == "${credential:slack}") return Secret("https://hooks.slack.com/services/T/B/SECRET");
    return Secret(text);
  };
  return c;
}

inline HttpRequest http_request(const std::vector<Endpoint>& endpoints, const Notification& n,
                                Attempt attempt = {}) {
  REQUIRE(endpoints.size() == 1);
  attempt.now = kNow;
  return std::get<HttpRequest>(endpoints[0].notifier->request(n, attempt));
}

inline std::string header(const std::vector<std::pair<std::string, std::string>>& headers,
                          std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return "(none)";
}

using Codes = std::vector<std::string>;

inline Codes codes(const Diagnostics& out) {
  Codes list;
  for (const Diagnostic& d : out.list()) list.push_back(d.code);
  return list;
}

// Runs of spaces as one.
inline std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' || out.empty() || out.back() != ' ') out += c;
  return out;
}

}  // namespace tocsin::test
