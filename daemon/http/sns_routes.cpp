// SPDX-License-Identifier: Apache-2.0
// What the links in SNS envelopes lead to: the certificate that signs them, and SNS' actions.
#include <nlohmann/json.hpp>

#include "daemon/http/api_call.hpp"

namespace tocsin {

ApiResponse get_certificate(const ApiCall& call) {
  Result<std::string> pem = call.source.certificate(call.names[0]);
  if (!pem) return failed(pem.error());
  return {.status = 200,
          .content_type = "application/x-pem-file",
          .body = std::move(*pem),
          .allow = {}};
}

ApiResponse get_sns(const ApiCall& call) {
  const std::string_view action = call.parameter("Action");
  // Whoever has seen a message has its link: it must not be enough to silence people.
  if (action == "Unsubscribe")
    return failed(Error{"forbidden",
                        "this subscription stands in the daemon's configuration: take it out "
                        "there, or ask those who run it"});
  return failed(Error{"bad-value", "Action must be Unsubscribe"});
}

}  // namespace tocsin
