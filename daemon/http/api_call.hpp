// SPDX-License-Identifier: Apache-2.0
// What a route's handler gets and the answers that it makes. The handlers stand in *_routes.cpp,
// the one table of them in api_routes.cpp.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/api_json.hpp"
#include "daemon/http/api_routes.hpp"
#include "daemon/http/api_source.hpp"
#include "daemon/http/api_target.hpp"

namespace tocsin {

struct ApiCall {
  ApiSource& source;
  const ApiRequest& request;
  const ApiTarget& target;
  std::vector<std::string> names;  // decoded, at the {} of the path
  std::size_t limit;               // of the query, or 100; up to 10,000

  // A parameter of the query; "" if it was not given.
  std::string_view parameter(const std::string& name) const;
  // All of a parameter that may be given several times.
  std::vector<std::string> parameters(const std::string& name) const;
};

ApiResponse json_response(const api_json::Json& body);
// 404, 400, 403, 409, 422 or 503, by the error's code.
ApiResponse failed(const Error& error);

template <class T>
api_json::Json array_of(const std::vector<T>& values) {
  api_json::Json out = api_json::Json::array();
  for (const T& value : values) out.push_back(api_json::from(value));
  return out;
}

template <class T>
ApiResponse list_response(const char* name, const Result<std::vector<T>>& values) {
  if (!values) return failed(values.error());
  return json_response({{name, array_of(*values)}});
}

// not-found, with the name that was meant, if one is near.
Error unknown_alarm(const std::string& name, const RuleSet& rules);

ApiResponse get_status(const ApiCall& call);

// Messages that were given up: dead_letter_routes.cpp.
ApiResponse get_dead_letters(const ApiCall& call);
ApiResponse get_dead_letter(const ApiCall& call);
ApiResponse post_redrive(const ApiCall& call);
ApiResponse post_purge(const ApiCall& call);

// The routes of /api/v1/alarms.
ApiResponse get_alarms(const ApiCall& call);
ApiResponse get_alarm(const ApiCall& call);
ApiResponse get_history(const ApiCall& call);

// What receivers of SNS envelopes fetch: sns_routes.cpp.
ApiResponse get_sns(const ApiCall& call);
ApiResponse get_certificate(const ApiCall& call);

// Topics and subscriptions: topic_routes.cpp.
ApiResponse get_topics(const ApiCall& call);
ApiResponse get_topic(const ApiCall& call);
ApiResponse post_subscription(const ApiCall& call);
ApiResponse post_confirm(const ApiCall& call);
ApiResponse delete_subscription(const ApiCall& call);
ApiResponse post_enable(const ApiCall& call);

// What people do: operator_routes.cpp.
ApiResponse post_state(const ApiCall& call);
ApiResponse post_ack(const ApiCall& call);
ApiResponse post_unack(const ApiCall& call);
ApiResponse post_actions(const ApiCall& call);
ApiResponse get_silences(const ApiCall& call);
ApiResponse post_silence(const ApiCall& call);
ApiResponse delete_silence(const ApiCall& call);
ApiResponse get_mute_windows(const ApiCall& call);

}  // namespace tocsin
