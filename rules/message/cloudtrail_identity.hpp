// SPDX-License-Identifier: Apache-2.0
// Who did it, out of CloudTrail's userIdentity.
#pragma once
#include <string>

#include "rules/pattern/json_event.hpp"

namespace tocsin {

// "root account (111122223333)", "IAM user alice (111122223333)", "assumed role Admin / alice
// (111122223333)", "SSO user alice@example.com as AdministratorAccess (...)", "AWS service
// config.amazonaws.com", "EC2 instance i-0abc as role web (...)"; "" if nothing is known.
std::string cloudtrail_who(const JsonNode& event);

}  // namespace tocsin
