// SPDX-License-Identifier: Apache-2.0
#include "daemon/http/api_routes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "daemon/http/api_json.hpp"
#include "daemon/http/api_target.hpp"
#include "daemon/metrics.hpp"

namespace tocsin {
namespace {

using api_json::Json;

// What a handler gets: the decoded values of the path's {} and the query's limit.
struct Call {
  ApiSource& source;
  std::vector<std::string> names;
  std::size_t limit;
};

constexpr std::size_t kLimitDefault = 100;
constexpr std::size_t kLimitMax = 10'000;

ApiResponse json_response(const Json& body) {
  ApiResponse response;
  response.body = api_json::text(body) + "\n";
  return response;
}

ApiResponse plain_response(int status, std::string body) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(body) + "\n",
          .allow = {}};
}

ApiResponse failed(const Error& error) {
  return problem(error.code == "not-found" ? 404 : 503, error.code, error.text);
}

template <class T>
Json array_of(const std::vector<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(api_json::from(value));
  return out;
}

template <class T>
ApiResponse list_response(const char* name, const Result<std::vector<T>>& values) {
  if (!values) return failed(values.error());
  return json_response({{name, array_of(*values)}});
}

ApiResponse state_response(const Readiness& state) {
  return plain_response(state.ok ? 200 : 503, state.ok ? "ok" : state.why);
}

ApiResponse get_health(const Call& call) { return state_response(call.source.healthy()); }

ApiResponse get_readiness(const Call& call) { return state_response(call.source.ready()); }

ApiResponse get_metrics(const Call& call) {
  return {.status = 200,
          .content_type = std::string(MetricsRegistry::kContentType),
          .body = call.source.metrics(),
          .allow = {}};
}

ApiResponse get_status(const Call& call) {
  const Result<std::vector<AlarmStatus>> alarms = call.source.alarms();
  if (!alarms) return failed(alarms.error());
  return json_response(api_json::from(call.source.status(), *alarms, call.source.ready()));
}

ApiResponse get_alarms(const Call& call) { return list_response("alarms", call.source.alarms()); }

ApiResponse get_alarm(const Call& call) {
  const std::string& name = call.names[0];
  Result<std::vector<AlarmStatus>> states = call.source.alarms();
  if (!states) return failed(states.error());
  std::erase_if(*states, [&](const AlarmStatus& a) { return a.alarm != name; });
  const std::shared_ptr<const RuleSet> rules = call.source.rules();
  const auto rule = std::find_if(rules->alarms.begin(), rules->alarms.end(),
                                 [&](const Alarm& a) { return a.name == name; });
  if (states->empty() && rule == rules->alarms.end())
    return problem(404, "not-found", "there is no alarm named \"" + name + "\"");
  const Result<std::vector<Transition>> transitions =
      call.source.transitions(name, std::min<std::size_t>(call.limit, 5));
  if (!transitions) return failed(transitions.error());
  return json_response(
      {{"alarm", name},
       {"rule", rule == rules->alarms.end() ? Json() : api_json::from(*rule, *rules)},
       {"states", array_of(*states)},
       {"transitions", array_of(*transitions)}});
}

ApiResponse get_history(const Call& call) {
  return list_response("history", call.source.history(call.names[0], call.limit));
}

ApiResponse get_streams(const Call& call) {
  return json_response({{"streams", array_of(call.source.streams())}});
}

ApiResponse get_dead_letters(const Call& call) {
  return list_response("dead_letters", call.source.dead_letters(call.limit));
}

ApiResponse post_notify_test(const Call& call) {
  return list_response("deliveries", call.source.notify_test(call.names[0]));
}

// Who may ask. own_host: over TCP only under a Host that a page elsewhere cannot make a browser
// send (DNS rebinding). socket: what changes something, for those who may open the unix socket.
enum class Access { anyone, own_host, socket };

struct Route {
  std::string_view method;
  std::string_view path;  // a segment "{}" stands for any name
  Access access;
  ApiResponse (*handler)(const Call&);
};

constexpr std::array kRoutes{
    Route{"GET", "/healthz", Access::anyone, get_health},
    Route{"GET", "/readyz", Access::anyone, get_readiness},
    Route{"GET", "/metrics", Access::anyone, get_metrics},
    Route{"GET", "/api/v1/status", Access::own_host, get_status},
    Route{"GET", "/api/v1/alarms", Access::own_host, get_alarms},
    Route{"GET", "/api/v1/alarms/{}", Access::own_host, get_alarm},
    Route{"GET", "/api/v1/alarms/{}/history", Access::own_host, get_history},
    Route{"GET", "/api/v1/streams", Access::own_host, get_streams},
    Route{"GET", "/api/v1/dead-letters", Access::own_host, get_dead_letters},
    Route{"POST", "/api/v1/notify/{}/test", Access::socket, post_notify_test},
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
    case 413:
      return "Payload Too Large";
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
  return route.handler({source, target.names(route.path), *limit});
}

}  // namespace

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
