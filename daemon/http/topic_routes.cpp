// SPDX-License-Identifier: Apache-2.0
// Topics, and the subscriptions of theirs that are made while the daemon runs.
#include <nlohmann/json.hpp>

#include "daemon/http/api_body.hpp"
#include "daemon/http/api_call.hpp"

namespace tocsin {
namespace {

using api_json::Json;

ApiResponse subscription_response(const Result<SubscriptionAnswer>& answer) {
  if (!answer) return failed(answer.error());
  return json_response({{"SubscriptionArn", answer->arn}, {"state", answer->state}});
}

}  // namespace

ApiResponse get_topics(const ApiCall& call) {
  return json_response({{"topics", array_of(call.source.topics())}});
}

ApiResponse get_topic(const ApiCall& call) {
  for (const TopicView& topic : call.source.topics())
    if (topic.name == call.names[0]) return json_response(api_json::from(topic));
  return failed(Error{"not-found", "there is no topic \"" + call.names[0] + "\""});
}

ApiResponse post_subscription(const ApiCall& call) {
  ApiBody body(call.request.body);
  SubscribeRequest request;
  request.topic = call.names[0];
  request.url = body.text("url", ApiBody::Need::required);
  request.raw = body.flag("raw").value_or(false);
  request.authenticate_on_unsubscribe = body.flag("authenticate_on_unsubscribe").value_or(false);
  request.filter = body.json("filter");
  const std::string scope = body.text("filter_scope");
  request.filter_on_attributes = scope == "MessageAttributes";
  request.author = call.request.caller;
  if (const auto fault = body.fault()) return failed(*fault);
  if (!scope.empty() && scope != "MessageBody" && !request.filter_on_attributes)
    return problem(400, "bad-value", "`filter_scope` must be MessageBody or MessageAttributes");
  return subscription_response(call.source.subscribe(request));
}

ApiResponse post_confirm(const ApiCall& call) {
  ApiBody body(call.request.body);
  const std::string token = body.text("token", ApiBody::Need::required);
  const bool authenticate = body.flag("authenticate_on_unsubscribe").value_or(false);
  if (const auto fault = body.fault()) return failed(*fault);
  return subscription_response(call.source.confirm(call.names[0], token, authenticate));
}

ApiResponse delete_subscription(const ApiCall& call) {
  return subscription_response(call.source.remove_subscription(call.names[0]));
}

ApiResponse post_enable(const ApiCall& call) {
  const Result<std::size_t> enabled = call.source.enable_subscription(call.names[0]);
  if (!enabled) return failed(enabled.error());
  return json_response({{"concerned", *enabled}});
}

}  // namespace tocsin
