// SPDX-License-Identifier: Apache-2.0
// What the links in SNS envelopes lead to: the certificate that signs them, and SNS' actions.
#include <nlohmann/json.hpp>

#include "daemon/http/api_call.hpp"

namespace tocsin {
namespace {

// "ops" of "arn:aws:sns:us-east-1:000000000000:ops".
std::string last_part(std::string_view arn) { return std::string(arn.substr(arn.rfind(':') + 1)); }

}  // namespace

ApiResponse get_certificate(const ApiCall& call) {
  Result<std::string> pem = call.source.certificate(call.names[0]);
  if (!pem) return failed(pem.error());
  return {.status = 200,
          .content_type = "application/x-pem-file",
          .body = std::move(*pem),
          .allow = {}};
}

// A browser's or a receiver's GET: SNS' protocol has it so.
ApiResponse get_sns(const ApiCall& call) {
  const std::string_view action = call.parameter("Action");
  Result<SubscriptionAnswer> answer =
      Error{"bad-value", "Action must be ConfirmSubscription or Unsubscribe"};
  if (action == "ConfirmSubscription")
    answer = call.source.confirm(last_part(call.parameter("TopicArn")),
                                 std::string(call.parameter("Token")),
                                 call.parameter("AuthenticateOnUnsubscribe") == "true");
  else if (action == "Unsubscribe")
    answer = call.source.unsubscribe_by_link(last_part(call.parameter("SubscriptionArn")));
  if (!answer) return failed(answer.error());
  return json_response({{"SubscriptionArn", answer->arn}, {"state", answer->state}});
}

}  // namespace tocsin
