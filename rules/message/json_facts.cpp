// SPDX-License-Identifier: Apache-2.0
#include "rules/message/json_facts.hpp"

#include <array>
#include <string>

#include "rules/message/json_path.hpp"

namespace tocsin {
namespace {

constexpr std::array<std::string_view, 13> kWho{
    "user",       "user.name", "username", "user_name", "userName",    "user.id",   "actor",
    "actor.name", "principal", "login",    "account",   "remote_user", "user.email"};
constexpr std::array<std::string_view, 15> kAddress{
    "ip",        "src_ip",    "source_ip",   "client_ip",   "clientIp",
    "remote_ip", "source.ip", "client.ip",   "remote_addr", "remoteAddr",
    "src",       "srcip",     "client_addr", "peer",        "sourceIPAddress"};
constexpr std::array<std::string_view, 6> kHost{"host",      "host.name", "hostname",
                                                "_HOSTNAME", "server",    "instance"};
constexpr std::array<std::string_view, 8> kService{"service",   "service.name", "app",
                                                   "logger",    "program",      "SYSLOG_IDENTIFIER",
                                                   "component", "eventSource"};
constexpr std::array<std::string_view, 9> kWhat{"message", "msg", "MESSAGE",   "event",  "action",
                                                "text",    "log", "eventName", "request"};
constexpr std::array<std::string_view, 6> kOutcome{"error",  "err",     "status",
                                                   "result", "outcome", "level"};
constexpr std::array<std::string_view, 8> kResource{"resource", "resource.id", "path",   "url",
                                                    "uri",      "file",        "object", "target"};

template <std::size_t N>
std::string first_of(const JsonNode& event, const std::array<std::string_view, N>& paths) {
  for (const std::string_view path : paths) {
    std::string text = text_at(&event, path);
    if (!text.empty() && text != "-") return text;
  }
  return {};
}

std::string join(const std::string& left, std::string_view separator, const std::string& right) {
  if (left.empty() || right.empty()) return left + right;
  return left + std::string(separator) + right;
}

}  // namespace

FiveWs json_facts(const JsonNode& event, std::string_view text) {
  FiveWs facts;
  const std::string who = first_of(event, kWho);
  if (!who.empty()) facts.who = "user " + who;
  const std::string said = first_of(event, kWhat);
  if (said.empty())
    facts.what = text;
  else
    facts.what = join(join(first_of(event, kService), ": ", said), ", ", first_of(event, kOutcome));
  const std::string host = first_of(event, kHost);
  facts.where = join(first_of(event, kAddress), ", ", host.empty() ? "" : "host " + host);
  const std::string resource = first_of(event, kResource);
  if (!resource.empty()) facts.resources.push_back(resource);
  return facts;
}

}  // namespace tocsin
