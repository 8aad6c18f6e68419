// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "daemon/http/api_call.hpp"
#include "daemon/http/api_json.hpp"
#include "daemon/http/api_target.hpp"
#include "daemon/metrics.hpp"

namespace tocsin {
namespace {

using api_json::Json;

constexpr std::size_t kLimitDefault = 100;
constexpr std::size_t kLimitMax = 10'000;

ApiResponse plain_response(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body) + "\n",
          .allow = {}};
}

ApiResponse state_response(const Readiness& state) {
  return plain_response(state.ok ? 200 : 503, state.ok ? "ok" : state.why);
}

ApiResponse get_health(const ApiCall& call) { return state_response(call.source.healthy()); }

ApiResponse get_readiness(const ApiCall& call) { return state_response(call.source.ready()); }

ApiResponse get_metrics(const ApiCall& call) {
  return {.status = 200,
          .content_type = std::string(MetricsRegistry::kContentType),
          .body = call.source.metrics(),
          .allow = {}};
}

ApiResponse get_streams(const ApiCall& call) {
  return json_response({{"streams", array_of(call.source.streams())}});
}

ApiResponse post_reload(const ApiCall& call) {
  if (const Status done = call.source.reload(); !done) return failed(done.error());
  return json_response({{"alarms", call.source.rules()->rules().alarms.size()}});
}

ApiResponse post_notify_test(const ApiCall& call) {
  return list_response("deliveries", call.source.notify_test(call.names[0]));
}

// Who may ask. own_host: over TCP only under a Host that a page elsewhere cannot make a browser
// send (DNS rebinding). socket: what changes something, for those who may open the unix socket.
// outside: what receivers of messages use, anyone's, and all that there is over https.
enum class Access { anyone, own_host, socket, outside };

struct Route {
  std::string_view method;
  std::string_view path;  // a segment "{}" stands for any name
  Access access;
  ApiResponse (*handler)(const ApiCall&);
};

constexpr std::array kRoutes{
    Route{"GET", "/healthz", Access::anyone, get_health},
    Route{"GET", "/readyz", Access::anyone, get_readiness},
    Route{"GET", "/metrics", Access::anyone, get_metrics},
    Route{"GET", "/api/v1/status", Access::own_host, get_status},
    Route{"POST", "/api/v1/reload", Access::socket, post_reload},
    Route{"GET", "/api/v1/alarms", Access::own_host, get_alarms},
    Route{"GET", "/api/v1/alarms/{}", Access::own_host, get_alarm},
    Route{"GET", "/api/v1/alarms/{}/history", Access::own_host, get_history},
    Route{"POST", "/api/v1/alarms/{}/state", Access::socket, post_state},
    Route{"POST", "/api/v1/alarms/{}/ack", Access::socket, post_ack},
    Route{"POST", "/api/v1/alarms/{}/unack", Access::socket, post_unack},
    Route{"POST", "/api/v1/actions", Access::socket, post_actions},
    Route{"GET", "/api/v1/silences", Access::own_host, get_silences},
    Route{"POST", "/api/v1/silences", Access::socket, post_silence},
    Route{"DELETE", "/api/v1/silences/{}", Access::socket, delete_silence},
    Route{"GET", "/api/v1/mute-windows", Access::own_host, get_mute_windows},
    Route{"GET", "/api/v1/streams", Access::own_host, get_streams},
    Route{"GET", "/api/v1/dead-letters", Access::own_host, get_dead_letters},
    Route{"GET", "/api/v1/dead-letters/{}", Access::own_host, get_dead_letter},
    Route{"POST", "/api/v1/dead-letters/redrive", Access::socket, post_redrive},
    Route{"POST", "/api/v1/dead-letters/purge", Access::socket, post_purge},
    Route{"POST", "/api/v1/notify/{}/test", Access::socket, post_notify_test},
    Route{"GET", "/api/v1/topics", Access::own_host, get_topics},
    Route{"GET", "/api/v1/topics/{}", Access::own_host, get_topic},
    Route{"POST", "/api/v1/topics/{}/subscriptions", Access::socket, post_subscription},
    Route{"POST", "/api/v1/topics/{}/confirm", Access::socket, post_confirm},
    Route{"DELETE", "/api/v1/subscriptions/{}", Access::socket, delete_subscription},
    Route{"POST", "/api/v1/subscriptions/{}/enable", Access::socket, post_enable},
    Route{"GET", "/sns", Access::outside, get_sns},
    Route{"GET", "/sns/{}", Access::outside, get_certificate},
};

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "Service Unavailable";
  }
}

std::optional<std::size_t> limit_of(const ApiTarget& target) {
  const auto given = target.query.find("limit");
  if (given == target.query.end()) return kLimitDefault;
  std::size_t limit = 0;
  const char* end = given->second.data() + given->second.size();
  const auto [rest, error] = std::from_chars(given->second.data(), end, limit);
  if (error != std::errc{} || rest != end || limit == 0 || limit > kLimitMax) return std::nullopt;
  return limit;
}

ApiResponse run(const Route& route, const ApiRequest& request, const ApiTarget& target,
                ApiSource& source) {
  if (!request.trusted && route.access == Access::socket)
    return problem(403, "socket-only", "this changes something: ask over the unix socket");
  if (!request.trusted && route.access == Access::own_host && !is_own_host(request.host))
    return problem(403, "foreign-host",
                   "the Host header must be an address or localhost, not a name");
  const std::optional<std::size_t> limit = limit_of(target);
  if (!limit)
    return problem(400, "bad-value", "limit must be from 1 to " + std::to_string(kLimitMax));
  return route.handler({source, request, target, target.names(route.path), *limit});
}

}  // namespace

std::string_view ApiCall::parameter(const std::string& name) const {
  const auto found = target.query.find(name);
  return found == target.query.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::string> ApiCall::parameters(const std::string& name) const {
  std::vector<std::string> out;
  const auto [first, last] = target.query.equal_range(name);
  for (auto it = first; it != last; ++it) out.push_back(it->second);
  return out;
}

ApiResponse json_response(const Json& body) {
  ApiResponse response;
  response.body = api_json::text(body) + "\n";
  return response;
}

ApiResponse failed(const Error& error) {
  constexpr std::array<std::pair<std::string_view, int>, 8> kStatuses{{{"not-found", 404},
                                                                       {"forbidden", 403},
                                                                       {"bad-value", 400},
                                                                       {"bad-request", 400},
                                                                       {"conflict", 409},
                                                                       {"too-many", 409},
                                                                       {"needs-restart", 409},
                                                                       {"invalid", 422}}};
  for (const auto& [code, status] : kStatuses)
    if (error.code == code) return problem(status, error.code, error.text);
  return problem(503, error.code, error.text);
}

ApiResponse problem(int status, std::string_view code, std::string_view detail) {
  ApiResponse response = json_response({{"type", "about:blank"},
                                        {"title", title_of(status)},
                                        {"status", status},
                                        {"code", code},
                                        {"detail", detail}});
  response.status = status;
  response.content_type = "application/problem+json";
  return response;
}

ApiResponse answer(const ApiRequest& request, ApiSource& source) {
  const std::optional<ApiTarget> target = parse_target(request.target);
  if (!target) return problem(400, "bad-target", "the path or query is not well formed");
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allow;
  for (const Route& route : kRoutes) {
    if (request.outside && route.access != Access::outside) continue;
    if (!target->matches(route.path)) continue;
    if (route.method == method) return run(route, request, *target, source);
    allow.append(allow.empty() ? "" : ", ").append(route.method);
  }
  if (allow.empty()) return problem(404, "not-found", "there is no such path; see docs/api.md");
  ApiResponse response = problem(405, "bad-method", "this path takes " + allow);
  response.allow = allow;
  return response;
}

}  // namespace tocsin
